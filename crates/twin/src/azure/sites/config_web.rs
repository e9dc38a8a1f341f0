//! `…/config/web`: the image (`linuxFxVersion`), the health check path and the
//! rest of `siteConfig`.

use super::{Target, resource::merge_config, site::Content};
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
};
use axum::{Json, http::Method, response::IntoResponse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// `SiteConfigResource`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigBody {
    #[serde(rename = "id")]
    _id: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    #[serde(rename = "kind")]
    _kind: Option<String>,
    #[serde(rename = "location")]
    _location: Option<String>,
    properties: Map<String, Value>,
}

/// The configuration as it is.
pub(super) async fn get(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    let web = book.contents.get(target.slot).map(|content| &content.web);
    let mut properties = json!({"healthCheckPath": null, "appSettings": null});
    for (name, value) in web.into_iter().flatten() {
        properties[name] = value.clone();
    }
    Ok(Json(json!({
        "id": format!("{}/config/web", target.id),
        "name": target.name(),
        "type": target.kind("/config"),
        "location": "West Europe",
        "properties": properties,
    }))
    .into_response())
}

/// Changes the configuration. A `PUT` puts back what it leaves out, but for the
/// image and the app settings, as the cloud does.
pub(super) async fn put(call: &Call, target: &Target<'_>) -> Answer {
    let body: ConfigBody = call.body()?;
    let whole = call.method == Method::PUT;
    let verb = if whole {
        "config.web.put"
    } else {
        "config.web.patch"
    };
    let edit = |content: &mut Content| -> Result<(), ArmError> {
        if whole {
            let kept = ["linuxFxVersion", "numberOfWorkers"];
            content.web.retain(|name, _| kept.contains(&name.as_str()));
        }
        merge_config(content, &body.properties)
    };
    let resource = format!("{}/config/web", target.id);
    target
        .site
        .change(target.slot, (verb, &resource), edit)
        .await?;
    get(target).await
}

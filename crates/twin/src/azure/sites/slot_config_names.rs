//! `…/config/slotConfigNames`: the settings that stay with their slot.

use super::Target;
use crate::azure::{call::Call, error::Answer};
use axum::{Json, response::IntoResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `SlotConfigNamesResource`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
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
    properties: Names,
}

/// `SlotConfigNames`; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Names {
    pub app_setting_names: Option<Vec<String>>,
    pub connection_string_names: Option<Vec<String>>,
    pub azure_storage_config_names: Option<Vec<String>>,
}

/// The names as they are.
pub(super) async fn get(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    Ok(Json(value(target, &book.sticky)).into_response())
}

/// Changes the names. Nothing restarts.
pub(super) async fn put(call: &Call, target: &Target<'_>) -> Answer {
    let given: Resource = call.body()?;
    let site = target.site;
    let mut book = site.book.lock().await;
    book.refuse_while_swapping(site)?;
    let before = book.sticky.clone();
    let wanted = given.properties;
    let sticky = &mut book.sticky;
    for (kept, wanted) in [
        (&mut sticky.app_setting_names, wanted.app_setting_names),
        (
            &mut sticky.connection_string_names,
            wanted.connection_string_names,
        ),
        (
            &mut sticky.azure_storage_config_names,
            wanted.azure_storage_config_names,
        ),
    ] {
        if wanted.is_some() {
            *kept = wanted;
        }
    }
    if book.sticky != before {
        let resource = format!("{}/config/slotConfigNames", site.id);
        site.shared
            .effects
            .record("arm", "config.slotConfigNames.put", &resource);
    }
    Ok(Json(value(target, &book.sticky)).into_response())
}

fn value(target: &Target<'_>, names: &Names) -> Value {
    json!({
        "id": format!("{}/config/slotConfigNames", target.site.id),
        "name": target.site.app.name,
        "type": "Microsoft.Web/sites/config",
        "location": "West Europe",
        "properties": names,
    })
}

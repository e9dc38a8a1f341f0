//! `…/config/appsettings`: the environment of a slot's container. Reading is a
//! POST, because settings may be secret.

use super::Target;
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
};
use axum::{Json, response::IntoResponse};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `StringDictionary`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StringDictionary {
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
    #[serde(rename = "tags")]
    _tags: Option<Value>,
    properties: BTreeMap<String, String>,
}

/// `NameValuePair`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    value: String,
}

/// All settings of the slot.
pub(super) async fn list(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    let settings = book
        .contents
        .get(target.slot)
        .map(|content| &content.settings);
    Ok(Json(json!({
        "id": format!("{}/config/appsettings", target.id),
        "name": "appsettings",
        "type": target.kind("/config"),
        "location": "West Europe",
        "properties": settings,
    }))
    .into_response())
}

/// Replaces all settings of the slot, and restarts it when they differ.
pub(super) async fn put(call: &Call, target: &Target<'_>) -> Answer {
    let body: StringDictionary = call.body()?;
    let resource = format!("{}/config/appsettings", target.id);
    let effect = ("config.appsettings.put", resource.as_str());
    let edit = |content: &mut super::site::Content| {
        content.settings = body.properties;
        Ok(())
    };
    target.site.change(target.slot, effect, edit).await?;
    list(target).await
}

/// The settings of a `siteConfig.appSettings`.
pub(super) fn from_pairs(pairs: &Value) -> Result<BTreeMap<String, String>, ArmError> {
    let pairs = Vec::<Pair>::deserialize(pairs).map_err(ArmError::invalid_body)?;
    Ok(pairs
        .into_iter()
        .map(|pair| (pair.name, pair.value))
        .collect())
}

//! `GET`, `PUT` and `PATCH` of a site or slot.

use super::{
    Target, app_settings,
    site::{Book, Content},
    site_config::{SITE_CONFIG, SITE_PROPERTIES, check_linux_fx_version, only_known},
};
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
};
use axum::{
    Json,
    http::{Method, header},
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// `Site` and `SitePatchResource`. What only the cloud sets is accepted and
/// ignored, so that what was read can be written back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SiteBody {
    #[serde(rename = "id")]
    _id: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    kind: Option<String>,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    #[serde(rename = "identity")]
    _identity: Option<Value>,
    #[serde(rename = "extendedLocation")]
    _extended_location: Option<Value>,
    #[serde(default)]
    properties: Map<String, Value>,
}

/// What the specification lets people set and the twin keeps as it is given.
const KEPT: [&str; 6] = [
    "httpsOnly",
    "clientAffinityEnabled",
    "clientCertEnabled",
    "publicNetworkAccess",
    "keyVaultReferenceIdentity",
    "virtualNetworkSubnetId",
];

/// The site as it is.
pub(super) async fn get(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    let content = book
        .contents
        .get(target.slot)
        .ok_or_else(|| ArmError::internal("the slot is gone"))?;
    let body = value(target, &book, content);
    let digest = Sha256::digest(body.to_string());
    let etag = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02X}"))
        .collect::<String>();
    Ok(([(header::ETAG, format!("\"{etag}\""))], Json(body)).into_response())
}

/// Changes the site's configuration, app settings or own properties.
pub(super) async fn put(call: &Call, target: &Target<'_>) -> Answer {
    let body: SiteBody = call.body()?;
    only_known(&body.properties, &SITE_PROPERTIES, "SiteProperties")?;
    let verb = if call.method == Method::PUT {
        if body.location.is_none() {
            let words = "The 'location' property is required for this request.";
            return Err(ArmError::bad_request("LocationRequired", words));
        }
        "sites.put"
    } else {
        "sites.patch"
    };
    let edit = |content: &mut Content| edit(content, body);
    target
        .site
        .change(target.slot, (verb, &target.id), edit)
        .await?;
    get(target).await
}

fn edit(content: &mut Content, body: SiteBody) -> Result<(), ArmError> {
    if let Some(config) = body.properties.get("siteConfig").filter(|c| !c.is_null()) {
        let config = config
            .as_object()
            .ok_or_else(|| ArmError::invalid_body("siteConfig is not an object"))?;
        merge_config(content, config)?;
    }
    for name in KEPT {
        if let Some(value) = body.properties.get(name).filter(|v| !v.is_null()) {
            content.site.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(tags) = body.tags {
        content.site.insert("tags".to_owned(), json!(tags));
    }
    if let Some(kind) = body.kind {
        content.site.insert("kind".to_owned(), kind.into());
    }
    Ok(())
}

/// Merges what a `siteConfig` names; what it leaves out or sets to null stays.
pub(super) fn merge_config(
    content: &mut Content,
    config: &Map<String, Value>,
) -> Result<(), ArmError> {
    only_known(config, &SITE_CONFIG, "SiteConfig")?;
    check_linux_fx_version(config)?;
    for (name, value) in config.iter().filter(|(_, value)| !value.is_null()) {
        if name == "appSettings" {
            content.settings = app_settings::from_pairs(value)?;
        } else {
            content.web.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

fn value(target: &Target<'_>, book: &Book, content: &Content) -> Value {
    let host = target.front.host_name();
    let mut properties = json!({
        "state": "Running",
        "hostNames": [host],
        "enabledHostNames": [host],
        "defaultHostName": host,
        "repositorySiteName": target.site.app.name,
        "usageState": "Normal",
        "availabilityState": "Normal",
        "enabled": true,
        "reserved": true,
        "resourceGroup": target.site.group,
        "siteConfig": {
            "numberOfWorkers": content.web.get("numberOfWorkers"),
            "linuxFxVersion": content.web.get("linuxFxVersion"),
            "appSettings": null,
        },
        "slotSwapStatus": book.last_swap,
        "inProgressOperationId": book.swapping().map(|(id, _)| id),
        "targetSwapSlot": null,
    });
    for (name, value) in content
        .site
        .iter()
        .filter(|(name, _)| KEPT.contains(&name.as_str()))
    {
        properties[name] = value.clone();
    }
    json!({
        "id": target.id,
        "name": target.name(),
        "type": target.kind(""),
        "kind": content.site.get("kind"),
        "location": "West Europe",
        "tags": content.site.get("tags"),
        "properties": properties,
    })
}

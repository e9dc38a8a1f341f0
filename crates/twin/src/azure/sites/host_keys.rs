//! `…/host/default`: the keys that callers of any function of the app use.

use super::Target;
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
    ids,
};
use axum::{Json, http::StatusCode, response::IntoResponse};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The body of a key: the specification's `KeyInfo` is flat, the service takes
/// it inside `properties`; both are accepted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyBody {
    name: Option<String>,
    value: Option<String>,
    properties: Option<KeyInfo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyInfo {
    name: Option<String>,
    value: Option<String>,
}

/// The host keys of one slot.
pub(super) struct HostKeys {
    master: String,
    functions: BTreeMap<String, String>,
    system: BTreeMap<String, String>,
}

impl HostKeys {
    /// What the host makes at its first start.
    pub fn new() -> Self {
        Self {
            master: ids::hex(52),
            functions: [("default".to_owned(), ids::hex(52))].into(),
            system: BTreeMap::new(),
        }
    }
}

/// All host keys.
pub(super) async fn list(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    let keys = book.keys.get(target.slot);
    Ok(Json(json!({
        "masterKey": keys.map(|keys| &keys.master),
        "functionKeys": keys.map(|keys| &keys.functions),
        "systemKeys": keys.map(|keys| &keys.system),
    }))
    .into_response())
}

/// Sets a key; without a value the host makes one.
pub(super) async fn put(call: &Call, target: &Target<'_>, kind: &str) -> Answer {
    let (name, value) = key(call)?;
    let mut book = target.site.book.lock().await;
    let keys = book
        .keys
        .get_mut(target.slot)
        .ok_or_else(|| ArmError::internal("the slot is gone"))?;
    let keys = match kind {
        "functionkeys" => &mut keys.functions,
        "systemkeys" => &mut keys.system,
        other => {
            let words = format!("The key type '{other}' is not known.");
            return Err(ArmError::bad_request("BadRequest", words));
        }
    };
    let id = format!("{}/host/default/{kind}/{name}", target.id);
    let former = keys.insert(name.clone(), value.clone());
    if former.as_ref() != Some(&value) {
        let effects = &target.site.shared.effects;
        effects.record("arm", &format!("{kind}.put"), &id);
    }
    let status = if former.is_some() {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let body = json!({
        "id": id,
        "name": name,
        "type": target.kind(&format!("/host/{kind}")),
        "location": "West Europe",
        "properties": {"name": name, "value": value},
    });
    Ok((status, Json(body)).into_response())
}

/// The name in the URL and the value in the body.
fn key(call: &Call) -> Result<(String, String), ArmError> {
    let body: KeyBody = call.body()?;
    let given = body.properties.unwrap_or(KeyInfo {
        name: body.name,
        value: body.value,
    });
    let name = call.last();
    if given.name.is_some_and(|given| given != name) {
        let words = format!("The key's name is not '{name}', as the URL says.");
        return Err(ArmError::bad_request("BadRequest", words));
    }
    Ok((name.to_owned(), given.value.unwrap_or_else(|| ids::hex(52))))
}

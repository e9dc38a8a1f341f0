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

/// All host keys.
pub(super) async fn list(target: &Target<'_>) -> Answer {
    let book = target.site.book.lock().await;
    Ok(Json(json!({
        "masterKey": book.master_key,
        "functionKeys": book.function_keys,
        "systemKeys": book.system_keys,
    }))
    .into_response())
}

/// Sets a key; without a value the host makes one.
pub(super) async fn put(call: &Call, target: &Target<'_>, kind: &str) -> Answer {
    let body: KeyBody = call.body()?;
    let given = body.properties.unwrap_or(KeyInfo {
        name: body.name,
        value: body.value,
    });
    let name = call.last();
    if given.name.as_deref().is_some_and(|given| given != name) {
        let words = format!("The key's name is not '{name}', as the URL says.");
        return Err(ArmError::bad_request("BadRequest", words));
    }
    let value = given.value.unwrap_or_else(|| ids::hex(52));
    let mut book = target.site.book.lock().await;
    let (keys, kind) = match kind {
        "functionkeys" => (&mut book.function_keys, "functionkeys"),
        "systemkeys" => (&mut book.system_keys, "systemkeys"),
        other => {
            let words = format!("The key type '{other}' is not known.");
            return Err(ArmError::bad_request("BadRequest", words));
        }
    };
    let id = format!("{}/host/default/{kind}/{name}", target.id);
    let former = keys.insert(name.to_owned(), value.clone());
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

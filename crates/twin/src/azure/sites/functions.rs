//! `…/functions`: the functions of an app.

use super::Target;
use crate::azure::error::{Answer, ArmError};
use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};

/// All functions.
pub(super) fn list(target: &Target<'_>) -> Answer {
    let names = &target.site.app.functions;
    let functions: Vec<_> = names.iter().map(|name| value(target, name)).collect();
    Ok(Json(json!({"value": functions, "nextLink": null})).into_response())
}

/// One function.
pub(super) fn get(target: &Target<'_>, name: &str) -> Answer {
    let functions = &target.site.app.functions;
    match functions
        .iter()
        .find(|function| function.eq_ignore_ascii_case(name))
    {
        Some(name) => Ok(Json(value(target, name)).into_response()),
        None => Err(ArmError::not_found(
            &format!("{}/{}/functions/{name}", target.kind(""), target.name()),
            &target.site.group,
        )),
    }
}

fn value(target: &Target<'_>, name: &str) -> Value {
    let host = target.front.host_name();
    json!({
        "id": format!("{}/functions/{name}", target.id),
        "name": format!("{}/{name}", target.name()),
        "type": target.kind("/functions"),
        "location": "West Europe",
        "properties": {
            "name": name,
            "function_app_id": target.id,
            "invoke_url_template": format!("https://{host}/api/{name}"),
            "isDisabled": false,
        },
    })
}

//! `…/instances`: the state of a slot's container, which says at once when it
//! cannot start (`STOPPED`).

use super::{Target, instance::Instance};
use crate::azure::error::{Answer, ArmError};
use axum::{Json, response::IntoResponse};
use serde_json::{Value, json};

/// All instances of the slot: one.
pub(super) async fn list(target: &Target<'_>) -> Answer {
    let instance = value(target, &target.front.instance());
    Ok(Json(json!({"value": [instance], "nextLink": null})).into_response())
}

/// One instance.
pub(super) async fn get(target: &Target<'_>, id: &str) -> Answer {
    let instance = target.front.instance();
    if instance.id == id {
        return Ok(Json(value(target, &instance)).into_response());
    }
    let name = format!("{}/{}/instances/{id}", target.kind(""), target.name());
    Err(ArmError::not_found(&name, &target.site.group))
}

fn value(target: &Target<'_>, instance: &Instance) -> Value {
    let container = super::container_logs::container(target, instance);
    let id = format!("{}/instances/{}", target.id, instance.id);
    json!({
        "id": id,
        "name": instance.id,
        "type": target.kind("/instances"),
        "location": "West Europe",
        "properties": {
            "state": instance.standing().state(),
            "statusUrl": format!("https://{}/", target.front.host_name()),
            "detectorUrl": null,
            "consoleUrl": null,
            "healthCheckUrl": null,
            "containers": {&container: {"name": container, "id": instance.id}},
        },
    })
}

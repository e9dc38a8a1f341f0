//! A swap under way, as it is polled: by `operationresults` (the `Location`
//! header) and by the asynchronous operation's own resource.

use super::site::Site;
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde_json::json;

/// One swap.
pub(super) struct Operation {
    pub source: String,
    pub created: Timestamp,
    /// None while it runs.
    pub outcome: Option<Result<(), ArmError>>,
}

/// `GET …/operationresults/{id}`: 202 while it runs, then 200 without a body,
/// or the error with its own status.
pub(super) async fn result(call: &Call, site: &Site) -> Answer {
    let book = site.book.lock().await;
    let Some(operation) = book.operations.get(call.last()) else {
        return Err(unknown(call.last()));
    };
    match &operation.outcome {
        None => {
            let here = call.url();
            Ok((StatusCode::ACCEPTED, [(header::LOCATION, here)]).into_response())
        }
        Some(Ok(())) => Ok(StatusCode::OK.into_response()),
        Some(Err(error)) => Err(error.clone()),
    }
}

/// `GET …/locations/{location}/operations/{id}`: `status`, and the error when
/// it failed. None when no swap of this site has that id.
pub(super) async fn status(call: &Call, site: &Site) -> Option<Answer> {
    let id = call.last();
    let book = site.book.lock().await;
    let operation = book.operations.get(id)?;
    let mut body = json!({"id": call.url(), "name": id, "startTime": operation.created});
    body["status"] = match &operation.outcome {
        None => "InProgress".into(),
        Some(Ok(())) => "Succeeded".into(),
        Some(Err(_)) => "Failed".into(),
    };
    if let Some(Err(error)) = &operation.outcome {
        body["error"] = error.value();
    }
    Some(Ok(Json(body).into_response()))
}

/// The cloud's words for an operation that it does not know.
pub(super) fn unknown(id: &str) -> ArmError {
    let message = format!("The operation {id} is not found.");
    ArmError::new(StatusCode::NOT_FOUND, "NotFound", message)
}

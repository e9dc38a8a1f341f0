//! `POST …/restart`: a new start of the same content, with downtime.

use super::Target;
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
};
use axum::{http::StatusCode, response::IntoResponse};

/// Restarts the slot's container.
pub(super) async fn post(call: &Call, target: &Target<'_>) -> Answer {
    call.only_parameters(&["softRestart", "synchronous"])?;
    let site = target.site;
    let book = site.book.lock().await;
    book.refuse_while_swapping(site)?;
    if let Some(content) = book.contents.get(target.slot) {
        site.shared.effects.record("arm", "restart", &target.id);
        let instance = content
            .start(&site.shared)
            .await
            .map_err(ArmError::internal)?;
        target.front.put(instance).retire();
    }
    Ok(StatusCode::OK.into_response())
}

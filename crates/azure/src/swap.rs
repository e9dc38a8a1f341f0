//! `slotsswap`: the slot's content into production, exactly once.
//!
//! A second swap would swap back, and the API has no precondition. So a swap is
//! sent only after production was seen without the wanted state, the slot with
//! it, and no operation in progress; and after a conflict everything is looked
//! at again. The environment lock keeps other releases out meanwhile.
//!
//! Source: Azure REST API reference, "Web Apps - Swap Slot".

use crate::{
    app::App,
    content::Snapshot,
    errors::CONFLICT,
    polling::Pace,
    request::Request,
    sites::{self, API_VERSION, Place},
};
use azure_core::http::Method;
use segue_model::Failure;
use segue_platform::Call;
use serde_json::json;

/// A swap is over and production does not hold what it should, or could not begin.
pub(crate) const NOT_SWAPPED: &str = "SEG4015";

/// How often a conflict is waited out before the engine takes over.
const CONFLICTS: u32 = 60;

/// How often production is read again after a swap that ARM calls done.
const LOOKS: u32 = 10;

/// Makes production hold `target`, which stands in the slot; says whether it
/// had to swap.
pub(crate) async fn into_production(
    app: &App<'_>,
    call: &Call,
    target: &Snapshot,
) -> Result<bool, Failure> {
    let mut pace = Pace::new();
    for _ in 0..CONFLICTS {
        settle(app, call).await?;
        if target.holds(&app.production_content().await?) {
            return Ok(false);
        }
        must_stand_in_slot(app, target).await?;
        call.before_effect()?;
        let what = format!("cannot swap {} into production", app.slot.name);
        match app.arm.finish(&what, &request(&app.slot)).await {
            Ok(()) => return read_back(app, target).await.map(|()| true),
            Err(failure) if failure.code == CONFLICT => {
                call.progress(format!("{}: {}", app.slot.name, failure.words));
                pace.wait(failure.retry_after_ms).await;
            }
            Err(failure) => return Err(failure),
        }
    }
    let what = format!("{} is busy with another operation", app.slot.name);
    Err(Failure::unavailable(CONFLICT, what))
}

/// Waits until neither place is being changed: a swap that an earlier process
/// began may be under way.
pub(crate) async fn settle(app: &App<'_>, call: &Call) -> Result<(), Failure> {
    sites::idle(app.arm, call, &app.slot).await?;
    sites::idle(app.arm, call, &app.production).await?;
    Ok(())
}

async fn must_stand_in_slot(app: &App<'_>, target: &Snapshot) -> Result<(), Failure> {
    let staged = app.slot_content().await?;
    if target.holds(&staged) {
        return Ok(());
    }
    let what = format!(
        "{} stands neither in production nor in {}",
        target.name(),
        app.slot.name
    );
    Err(Failure::step(NOT_SWAPPED, what)
        .words(format!("{} holds {}", app.slot.name, staged.name()))
        .hint("somebody else deployed to the slot; make a new plan"))
}

/// A swap that ARM calls done must show in production.
async fn read_back(app: &App<'_>, target: &Snapshot) -> Result<(), Failure> {
    let mut pace = Pace::new();
    for _ in 0..LOOKS {
        if target.holds(&app.production_content().await?) {
            return Ok(());
        }
        pace.wait(None).await;
    }
    let what = format!(
        "the swap is over, and {} does not hold {}",
        app.production.name,
        target.name()
    );
    Err(Failure::step(NOT_SWAPPED, what))
}

fn request(slot: &Place) -> Request {
    let path = format!("{}/slotsswap", slot.path);
    Request::new(Method::Post, path, API_VERSION)
        .body(json!({ "targetSlot": "production", "preserveVnet": true }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Group;

    #[test]
    fn the_slot_is_swapped_with_production() {
        let request = request(&Place::production(&Group::new("s", "g"), "app").slot("staging"));
        assert_eq!(request.method, Method::Post);
        assert!(request.path.ends_with("/sites/app/slots/staging/slotsswap"));
        assert_eq!(
            request.body,
            Some(json!({"targetSlot": "production", "preserveVnet": true}))
        );
    }
}

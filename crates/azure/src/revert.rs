//! `revert`: production as it was, then the slot as it was.
//!
//! Each step looks first, so that it may be entered from every half-way state:
//! nothing staged, half staged, swapped, swapped back.

use crate::{
    app::App,
    content::{Content, Former, Snapshot},
    health::Seen,
    polling::Pace,
    sites, slots, swap,
    wanted::MALFORMED,
};
use segue_model::{Evidence, Failure, Observation};
use segue_platform::Call;

/// Production holds neither the new nor the former version.
pub(crate) const STRANGER: &str = "SEG4017";

pub(crate) async fn revert(
    app: &App<'_>,
    call: &Call,
    observed: &Observation,
) -> Result<Evidence, Failure> {
    if sites::find(app.arm, &app.production).await?.is_none() {
        return match observed.detail.is_null() {
            true => Ok(Evidence::seen(format!("{} is not there", app.wanted.app))),
            false => app.production_site().await.map(|_| Evidence::default()),
        };
    }
    let former = read(app, observed)?;
    swap::settle(app, call).await?;
    let swapped = back(app, call, &former).await?;
    if let Some(slot) = &former.slot {
        slots::put(app.arm, call, &app.slot, slot, false).await?;
    }
    let name = former.production.name();
    Ok(Evidence::seen(match swapped {
        true => format!("{name} is back in production"),
        false => format!("{name} is in production; {} is as it was", app.slot.name),
    }))
}

/// Production back to what it was; says whether it had to swap.
async fn back(app: &App<'_>, call: &Call, former: &Former) -> Result<bool, Failure> {
    let live = app.production_content().await?;
    if former.production.holds(&live) {
        return Ok(false);
    }
    if !app.target.holds(&live) && !brought_back(app, former, &live) {
        return Err(stranger(app, &former.production, &live));
    }
    let former = &former.production;
    // The swap left the former version in the slot; put it there again should
    // somebody have taken it out.
    slots::put(app.arm, call, &app.slot, former, false).await?;
    swap::into_production(app, call, former).await?;
    answers(app, call, former).await?;
    Ok(true)
}

/// Whether `live` is what a rollback brought back, and undoing that is asked for.
/// Then the unit's artifact is of the version that comes, its version is the one
/// that goes; and what goes stood in the slot when the rollback was planned.
fn brought_back(app: &App<'_>, former: &Former, live: &Content) -> bool {
    let comes = &former.production;
    let goes = app.target.version();
    app.target.differs_by_version_alone(comes)
        && (former.slot.as_ref().is_some_and(|slot| slot.holds(live))
            || (goes != comes.version() && live.version() == Some(app.wanted.version.clone())))
}

/// Waits until production serves the former version. Whether that version has
/// a health endpoint is not known: any answer of its own will do.
async fn answers(app: &App<'_>, call: &Call, former: &Snapshot) -> Result<(), Failure> {
    let site = app.production_site().await?;
    let health = app.health(&site, former.version());
    let mut pace = Pace::new();
    loop {
        match health.ask().await {
            Seen::Good | Seen::Nameless => return Ok(()),
            Seen::Bad(words) if words.starts_with("HTTP 4") => return Ok(()),
            seen => call.progress(format!("{}: {seen}", app.production.name)),
        }
        pace.wait(None).await;
    }
}

fn read(app: &App<'_>, observed: &Observation) -> Result<Former, Failure> {
    serde_json::from_value(observed.detail.clone()).map_err(|_| {
        let what = format!("the former state of {} is not recorded", app.wanted.app);
        Failure::internal(MALFORMED, what)
    })
}

fn stranger(app: &App<'_>, former: &Snapshot, live: &Content) -> Failure {
    let what = format!(
        "production of {} holds {}, which is neither the new version {} nor the former {}",
        app.wanted.app,
        live.name(),
        app.wanted.version,
        former.name()
    );
    Failure::step(STRANGER, what).hint("somebody else changed production; it was left alone")
}

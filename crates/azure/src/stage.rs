//! `stage`: the new version into the slot, started and warm, without traffic.

use crate::{
    app::App,
    content::{OPERATION_SETTING, VERSION_SETTING},
    health::{Health, Seen, UNHEALTHY},
    polling::Pace,
    sites, slots,
    startup::{self, NOT_STARTED, Startup},
};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::Call;

/// A setting that must move with the swap is sticky.
pub(crate) const STICKY: &str = "SEG4012";

pub(crate) async fn stage(app: &App<'_>, call: &Call) -> Result<Evidence, Failure> {
    let production = app.production_site().await?;
    app.must_have_slots(&production)?;
    let slot = app.slot_site().await?;
    let version = &app.wanted.version;
    if app.target.holds(&app.production_content().await?) {
        return Ok(Evidence::seen(format!(
            "{version} is in production already"
        )));
    }
    refuse_sticky(app, &sites::sticky(app.arm, &app.production).await?)?;
    let mark = startup::log(app.arm, &app.slot).await?;
    let changed = slots::put(app.arm, call, &app.slot, &app.target, true).await?;
    // What was deployed by an earlier call began before this log was read.
    let mark = if changed { startup::mark(&mark) } else { "" };
    let health = app.health(&slot, Some(&version.to_string()));
    warm(app, call, &health, mark).await?;
    Ok(Evidence::seen(format!(
        "{version} answers in {}",
        app.slot.name
    )))
}

/// How many bad answers in a row are taken from a container that Azure calls
/// ready, before it counts as unhealthy.
const PATIENCE: u32 = 5;

/// Waits until the slot's new container answers; ends early when Azure says
/// that it will not start, or when it has started and answers badly.
async fn warm(app: &App<'_>, call: &Call, health: &Health, mark: &str) -> Result<(), Failure> {
    let mut pace = Pace::new();
    let mut bad = 0;
    loop {
        let seen = health.ask().await;
        if seen == Seen::Good {
            return Ok(());
        }
        let log = startup::log(app.arm, &app.slot).await?;
        let startup = startup::read(&log, mark, &app.wanted.image);
        match (startup, &seen) {
            (Startup::Failed(words), _) => return Err(not_started(app, words)),
            // Until the log says otherwise the answer may be the former container's.
            (Startup::Ready | Startup::Unknown, Seen::Nameless) => return Ok(()),
            (Startup::Ready, Seen::Bad(_)) if !seen.is_starting() => bad += 1,
            _ => bad = 0,
        }
        if bad == PATIENCE {
            return Err(unhealthy(app, &seen));
        }
        call.progress(format!("{}: {seen}", app.slot.name));
        pace.wait(None).await;
    }
}

fn unhealthy(app: &App<'_>, seen: &Seen) -> Failure {
    let what = format!(
        "{} {} started in {} and is not healthy",
        app.wanted.app, app.wanted.version, app.slot.name
    );
    Failure::step(UNHEALTHY, what).words(seen.to_string())
}

fn not_started(app: &App<'_>, words: String) -> Failure {
    let what = format!(
        "the container of {} {} did not start in {}",
        app.wanted.app, app.wanted.version, app.slot.name
    );
    Failure::step(NOT_STARTED, what).words(words).hint(format!(
        "az webapp log tail --name {} --slot {}",
        app.wanted.app, app.wanted.slot
    ))
}

/// Settings that stay with their slot would not come into production.
fn refuse_sticky(app: &App<'_>, sticky: &[String]) -> Result<(), Failure> {
    let moves = |name: &str| {
        [VERSION_SETTING, OPERATION_SETTING].contains(&name)
            || app.wanted.settings.contains_key(name)
    };
    let stuck: Vec<_> = sticky
        .iter()
        .map(String::as_str)
        .filter(|name| moves(name))
        .collect();
    if stuck.is_empty() {
        return Ok(());
    }
    let what = format!(
        "sticky settings of {} would not move with the swap",
        app.wanted.app
    );
    Err(Failure::step(STICKY, what)
        .by(Fault::User)
        .words(stuck.join(", "))
        .hint("clear `Deployment slot setting` for them, or take them out of the manifest"))
}

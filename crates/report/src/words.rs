//! Sentences that every way of writing the page down shares.

use crate::ItemState;
use segue_model::Ending;
use segue_view::{ModuleReport, Report, duration};

/// How it went, in one sentence.
pub(crate) fn headline(report: &Report) -> String {
    let took = duration(report.took_ms);
    let changed = report.modules.iter().filter(|it| it.changed).count();
    let modules = match changed {
        1 => "1 module".to_owned(),
        more => format!("{more} modules"),
    };
    match report.ending {
        Some(Ending::Succeeded) if report.rolls_back.is_some() => {
            format!("Rolled back: {modules} brought back in {took}.")
        }
        Some(Ending::Succeeded) => format!("Succeeded: {modules} released in {took}."),
        Some(Ending::Undone) => {
            format!("Did not happen: a step failed and everything was undone, after {took}.")
        }
        Some(Ending::Cancelled) => {
            format!("Did not happen: it was cancelled and everything was undone, after {took}.")
        }
        Some(Ending::PartlyUndone) => {
            format!("Needs a person: undone after {took}, except for what cannot be undone.")
        }
        Some(Ending::Abandoned) => format!(
            "Needs a person: left where it stood after {took}; every trigger was given back."
        ),
        Some(Ending::Stuck) => format!(
            "Needs a person: a step failed, and not everything could be undone, after {took}."
        ),
        Some(Ending::Incomplete) => format!(
            "Needs a person: every module is live, and something after that failed, after {took}."
        ),
        None => "Not over.".to_owned(),
    }
}

/// An item's state in a word.
pub(crate) fn state(state: ItemState) -> &'static str {
    match state {
        ItemState::Done => "done",
        ItemState::Failed => "failed",
        ItemState::Undone => "undone",
        ItemState::Unknown => "outcome unknown",
        ItemState::NotReached => "not reached",
    }
}

/// The version before.
pub(crate) fn former(module: &ModuleReport) -> String {
    let from = module.from.as_ref();
    from.map_or_else(|| "not there".to_owned(), ToString::to_string)
}

/// What became of a module's version.
pub(crate) fn outcome(module: &ModuleReport, report: &Report) -> String {
    match (&module.live, report.ending) {
        _ if !module.changed => "not touched".to_owned(),
        (Some(live), _) if *live == module.to => format!("{live} is live"),
        (Some(live), _) => format!("{live} is live, not {}", module.to),
        (None, Some(Ending::Succeeded | Ending::Incomplete)) => "released".to_owned(),
        (None, Some(Ending::Undone | Ending::Cancelled)) => "as before".to_owned(),
        (None, _) => "see the checklist".to_owned(),
    }
}

/// What users felt.
pub(crate) fn requests(report: &Report) -> String {
    report.requests.as_ref().map_or_else(
        || "Nobody counted requests from outside.".to_owned(),
        |it| {
            let lost = match it.failed {
                0 => "none was lost".to_owned(),
                1 => "1 was lost".to_owned(),
                more => format!("{more} were lost"),
            };
            format!(
                "{} requests were sent through {} during the release; {lost} (median {:.1} ms, 99th percentile {:.1} ms).",
                it.sent, it.through, it.median_ms, it.p99_ms
            )
        },
    )
}

//! What of a release stands against taking it back.

use super::{Rollback, is_about};
use segue_model::{
    Change, Direction, Ending, EventKind, Failure, FailureKind, Fault, OperationId, Verb, Version,
};
use std::collections::BTreeSet;

/// The release is not one that can be taken back.
const NOT_LIVE: &str = "SEG2102";
/// The world moved since.
const MOVED: &str = "SEG2103";
/// It carried out what cannot be undone.
const NO_RETURN: &str = "SEG2104";
/// It changed nothing.
const NOTHING: &str = "SEG2105";

pub(super) fn refuse(input: &Rollback<'_>) -> Result<(), Failure> {
    ended_live(input)?;
    let changed = || input.plan.changes.iter().filter(|it| it.changed);
    if changed().next().is_none() {
        let failure = refusal(NOTHING, format!("{} changed nothing", input.release));
        return Err(failure.hint("`segue history` shows which releases changed something"));
    }
    passed_no_return(input)?;
    let moved: Vec<_> = changed().filter_map(|it| moved(input, it)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let what = format!("what is live is not what {} deployed", input.release);
    Err(refusal(MOVED, what).words(moved.join("; ")).hint(
        "take back the later release first (`segue history` names it), \
         or write the versions that you want and `segue apply`",
    ))
}

fn refusal(code: &str, what: String) -> Failure {
    Failure::new(FailureKind::Step, Fault::User, code, what)
}

/// It ended with its modules live, and gave back what it had paused.
fn ended_live(input: &Rollback<'_>) -> Result<(), Failure> {
    let release = input.release;
    let mut kinds = input.events.iter().rev().map(|event| &event.kind);
    let last = kinds.find_map(|kind| match kind {
        EventKind::Finished { ending } => Some(Some(*ending)),
        EventKind::Started { .. } | EventKind::Resumed { .. } => Some(None),
        _ => None,
    });
    let why = match last.flatten() {
        Some(Ending::Succeeded) => return Ok(()),
        Some(Ending::Incomplete) => return gave_back(input),
        None => {
            let failure = refusal(NOT_LIVE, format!("{release} has not ended"));
            return Err(failure.hint(format!(
                "`segue cancel --undo {release}` takes it back, `segue resume` goes on"
            )));
        }
        Some(Ending::Undone | Ending::Cancelled) => "was undone already",
        Some(Ending::PartlyUndone) => "was undone as far as it could be",
        Some(Ending::Abandoned) => "was left as it stood",
        Some(Ending::Stuck) => "failed, and so did undoing it",
    };
    let failure = refusal(NOT_LIVE, format!("{release} {why}"));
    Err(failure.hint(match last.flatten() {
        Some(Ending::Stuck) => "mend the cause, then `segue resume`",
        _ => {
            "`segue status` shows what is live; write the versions that you want and `segue apply`"
        }
    }))
}

/// A trigger that is still paused would be taken for one that was paused before.
fn gave_back(input: &Rollback<'_>) -> Result<(), Failure> {
    let done = done(input);
    let operations = input.plan.operations.iter();
    let mut resumes = operations.filter(|it| it.verb == Verb::Resume);
    match resumes.find(|it| !done.contains(&it.id)) {
        None => Ok(()),
        Some(resume) => {
            let what = format!(
                "{} paused a trigger that it has not given back",
                input.release
            );
            let failure = refusal(NOT_LIVE, what).words(resume.id.as_str());
            Err(failure.hint("`segue resume` gives it back; then roll back"))
        }
    }
}

fn passed_no_return(input: &Rollback<'_>) -> Result<(), Failure> {
    let done = done(input);
    let operations = input.plan.operations.iter();
    let passed = operations.filter(|it| it.no_return && done.contains(&it.id));
    let passed: Vec<_> = passed.map(|it| it.id.as_str()).collect();
    if passed.is_empty() {
        return Ok(());
    }
    let what = format!("{} carried out what cannot be undone", input.release);
    Err(refusal(NO_RETURN, what)
        .words(passed.join(", "))
        .hint("go forward: release versions that live with it"))
}

fn done<'a>(input: &'a Rollback<'_>) -> BTreeSet<&'a OperationId> {
    let kinds = input.events.iter().map(|event| &event.kind);
    let done = kinds.filter_map(|kind| match kind {
        EventKind::Succeeded {
            operation,
            direction: Direction::Do,
            ..
        } => Some(operation),
        _ => None,
    });
    done.collect()
}

/// How the unit of `change` differs from what the release left there; none when it
/// does not.
fn moved(input: &Rollback<'_>, change: &Change) -> Option<String> {
    let name = format!("{}@{}", change.module, change.target);
    let Some(now) = input.live(&change.module, &change.target) else {
        return Some(format!("{name} is not a module of this manifest any more"));
    };
    let left = match left(input, change) {
        Some(fingerprint) => fingerprint == now.fingerprint,
        // A journal of the first format: the version is all that is known.
        None => now.version.as_ref() == Some(&change.to),
    };
    if left {
        return None;
    }
    let version = |it: Option<&Version>| it.map_or("gone".to_owned(), |it| it.to_string());
    Some(format!(
        "{name} is {} ({}), and was left at {}",
        version(now.version.as_ref()),
        now.revision,
        change.to
    ))
}

/// The fingerprint of the unit after the last operation on it.
fn left<'a>(input: &'a Rollback<'_>, change: &Change) -> Option<&'a str> {
    let operations = input.plan.operations.iter();
    let ours: BTreeSet<_> = operations
        .filter(|it| is_about(it, change))
        .map(|it| &it.id)
        .collect();
    let mut kinds = input.events.iter().rev().map(|event| &event.kind);
    kinds.find_map(|kind| match kind {
        EventKind::Succeeded {
            operation,
            direction: Direction::Do,
            evidence,
        } if ours.contains(operation) && !evidence.fingerprint.is_empty() => {
            Some(evidence.fingerprint.as_str())
        }
        _ => None,
    })
}

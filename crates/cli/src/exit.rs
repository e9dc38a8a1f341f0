//! Exit codes: few, named, documented in `docs/exit-codes.md`.

use segue_model::{Ending, Event, EventKind, FailureKind, Plan, Verb};
use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing was to be done.
    Done = 0,
    /// Segue itself failed.
    Internal = 1,
    /// The arguments, the manifest or the lock are wrong.
    BadInput = 2,
    /// Refused, and nothing was changed: a gate is closed, a check fails, the
    /// world moved since the plan was made.
    Refused = 3,
    /// Failed or cancelled; everything is undone, every trigger given back.
    Undone = 4,
    /// A person is needed: not everything could be undone, or something after
    /// the point of no return failed.
    NeedsPerson = 5,
    /// Stopped; `segue resume` goes on.
    Stopped = 6,
    /// Somebody else holds the environment's lock.
    Locked = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// For a release that ended.
    pub fn of(ending: Ending, plan: &Plan, events: &[Event]) -> Self {
        match ending {
            Ending::Succeeded => Self::Done,
            Ending::Undone if !changed_anything(plan, events) => Self::Refused,
            Ending::Undone | Ending::Cancelled => Self::Undone,
            Ending::PartlyUndone | Ending::Abandoned | Ending::Stuck | Ending::Incomplete => {
                Self::NeedsPerson
            }
        }
    }

    /// For a failure outside any release.
    pub fn of_failure(kind: FailureKind, code: &str) -> Self {
        match kind {
            _ if code.starts_with("SEG1") || code.starts_with("SEG2") => Self::BadInput,
            FailureKind::Step
            | FailureKind::Denied
            | FailureKind::Moved
            | FailureKind::Unavailable => Self::Refused,
            FailureKind::LostLock => Self::Locked,
            FailureKind::Cancelled => Self::Stopped,
            FailureKind::Internal => Self::Internal,
        }
    }
}

/// Whether any operation that changes something was begun: then one before it
/// succeeded that only asks, so it is enough to look at what did not ask.
fn changed_anything(plan: &Plan, events: &[Event]) -> bool {
    let asks = |verb| matches!(verb, Verb::Gate | Verb::Check | Verb::Lease);
    events.iter().any(|event| match &event.kind {
        EventKind::Succeeded { operation, .. } | EventKind::Failed { operation, .. } => plan
            .operations
            .iter()
            .any(|it| it.id == *operation && !asks(it.verb)),
        _ => false,
    })
}

//! Triggers whose state a release has written down and not given back (law 5).

use segue_model::{Direction, Event, EventKind, OperationId, Plan, Subject, Verb};
use segue_release::{Machine, Standing};
use serde::Serialize;

/// A trigger that a release has to give back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lease {
    /// The trigger.
    pub trigger: String,
    /// Since when: milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: i64,
    /// What it was before, as it was read.
    pub before: String,
    /// Whether the release began to pause it.
    pub paused: bool,
}

impl Lease {
    /// The triggers that are not given back yet. `machine` has taken `events` in.
    pub fn all(plan: &Plan, events: &[Event], machine: &Machine) -> Vec<Self> {
        let standing = |verb: Verb, subject: &Subject| {
            let mut operations = plan.operations.iter();
            let operation = operations.find(|it| it.verb == verb && it.subject == *subject)?;
            machine.standing(&operation.id)
        };
        let leases = plan.operations.iter().filter(|it| it.verb == Verb::Lease);
        leases
            .filter(|it| standing(Verb::Resume, &it.subject) != Some(Standing::Done))
            .filter_map(|lease| {
                let (since_ms, before) = taken(events, &lease.id)?;
                let pause = standing(Verb::Pause, &lease.subject);
                Some(Self {
                    trigger: match &lease.subject {
                        Subject::Trigger(id) => id.to_string(),
                        _ => lease.id.to_string(),
                    },
                    since_ms,
                    before,
                    paused: pause.is_some_and(|it| it != Standing::Waiting),
                })
            })
            .collect()
    }
}

/// When a lease was taken, and what was read; none when it was not.
fn taken(events: &[Event], lease: &OperationId) -> Option<(i64, String)> {
    events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Succeeded {
            operation,
            direction: Direction::Do,
            evidence,
        } if operation == lease => Some((event.at_ms, evidence.summary.clone())),
        _ => None,
    })
}

//! Triggers: their state recorded, then paused, and given back on every way out (law 5).

use crate::build::{operation, seconds};
use segue_manifest::{Manifest, Trigger};
use segue_model::{Action, Operation, OperationId, Subject, Verb};

pub(crate) fn pause(manifest: &Manifest, after: &[OperationId]) -> Vec<Operation> {
    let pairs = manifest.triggers.iter().flat_map(|trigger| {
        let mut lease = one(trigger, Verb::Lease, None);
        lease.after = after.to_vec();
        let mut pause = one(trigger, Verb::Pause, Some(lease.id.clone()));
        pause.after = vec![lease.id.clone()];
        [lease, pause]
    });
    pairs.collect()
}

/// What whoever changes anything waits for: the pauses, which waited for `ready`.
pub(crate) fn paused(pauses: &[Operation], ready: Vec<OperationId>) -> Vec<OperationId> {
    let pauses: Vec<_> = pauses.iter().filter(|it| it.verb == Verb::Pause).collect();
    match pauses.as_slice() {
        [] => ready,
        pauses => pauses.iter().map(|it| it.id.clone()).collect(),
    }
}

pub(crate) fn resume(manifest: &Manifest, after: &[OperationId]) -> Vec<Operation> {
    let resumed = manifest.triggers.iter().map(|trigger| Operation {
        after: after.to_vec(),
        always: true,
        finishing: true,
        ..one(trigger, Verb::Resume, Some(id(trigger, Verb::Lease)))
    });
    resumed.collect()
}

fn one(trigger: &Trigger, verb: Verb, lease: Option<OperationId>) -> Operation {
    let action = Action::Trigger {
        target: trigger.on.value.clone(),
        settings: trigger.settings(),
        lease,
    };
    let subject = Subject::Trigger(trigger.id.value.clone());
    let id = id(trigger, verb).as_str().to_owned();
    Operation {
        deadline_s: seconds(trigger.deadline),
        ..operation(id, verb, subject, action)
    }
}

fn id(trigger: &Trigger, verb: Verb) -> OperationId {
    OperationId::new(format!("{}/{verb}", trigger.id.value))
}

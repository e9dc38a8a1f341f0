//! The parts of a plan, put together.

use crate::{Input, aftermath, changes, migrations, order, preconditions, triggers, units};
use segue_manifest::{OnFailure, Order};
use segue_model::{Failure, ModuleId, Operation, OperationId, PLAN_FORMAT, Plan, Subject, Verb};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long an operation may take whose maker does not say it, in seconds.
const SHORT_S: u32 = 120;

pub(crate) fn build(input: &Input<'_>) -> Result<Plan, Failure> {
    let changes = changes::changes(input);
    let operations = if changes.iter().any(|change| change.changed) {
        operations(input)?
    } else {
        Vec::new()
    };
    Ok(Plan {
        format: PLAN_FORMAT,
        environment: input.manifest.environment.clone(),
        manifest: input.manifest_digest.clone(),
        lock: input.lock_digest.clone(),
        changes,
        operations,
        parallel: input.manifest.parallel,
        hold: input.on_failure.unwrap_or(input.manifest.on_failure) == OnFailure::Hold,
        rolls_back: None,
    })
}

fn operations(input: &Input<'_>) -> Result<Vec<Operation>, Failure> {
    let mut all = preconditions::operations(input);
    let ready = preconditions::ready(&all);
    all.extend(triggers::pause(input.manifest, &ready));
    let paused = triggers::paused(&all, ready);

    // What must have happened for a module to count as live.
    let mut live: BTreeMap<&ModuleId, Vec<OperationId>> = BTreeMap::new();
    let mut all_before = Vec::new();
    for module in order::ordered(input.manifest) {
        let mut after = paused.clone();
        match input.manifest.order {
            Order::Strict => after.extend(all_before.iter().cloned()),
            Order::Graph => {
                let needs = order::prerequisites(input.manifest, module);
                after.extend(needs.filter_map(|need| live.get(need)).flatten().cloned());
            }
        }
        let migrations = migrations::operations(input, module, &after);
        if let Some(last) = migrations.last() {
            after = vec![last.id.clone()];
        }
        all.extend(migrations);
        let mut ends = Vec::new();
        for seen in input.of(&module.id).filter(|seen| seen.changed) {
            let chain = units::operations(input, module, seen, &after)?;
            ends.extend(units::ends(&chain));
            all.extend(chain);
        }
        all_before.extend(ends.iter().cloned());
        live.insert(&module.id, ends);
    }
    let everything = sinks(&all, all_before);
    let health = units::health(input, &everything);
    let healthy = ids(&health);
    all.extend(health);

    let resumed = triggers::resume(input.manifest, &healthy);
    let given_back = ids(&resumed);
    all.extend(resumed);
    all.extend(units::trigger_proofs(input, &given_back));
    all.extend(aftermath::operations(input, &healthy, &given_back));
    Ok(all)
}

/// Of `ends` those that nothing waits for: whoever waits for them waits for all.
fn sinks(all: &[Operation], ends: Vec<OperationId>) -> Vec<OperationId> {
    let waited_for: BTreeSet<&OperationId> = all.iter().flat_map(|it| &it.after).collect();
    ends.into_iter()
        .filter(|end| !waited_for.contains(end))
        .collect()
}

pub(crate) fn ids(operations: &[Operation]) -> Vec<OperationId> {
    operations.iter().map(|it| it.id.clone()).collect()
}

/// A deadline as an operation has it: whole seconds, at least one.
pub(crate) fn seconds(deadline: Duration) -> u32 {
    u32::try_from(deadline.as_millis().div_ceil(1000))
        .unwrap_or(u32::MAX)
        .max(1)
}

/// An operation that waits for nothing and has nothing to undo.
pub(crate) fn operation(
    id: String,
    verb: Verb,
    subject: Subject,
    action: segue_model::Action,
) -> Operation {
    Operation {
        id: OperationId::new(id),
        verb,
        subject,
        after: Vec::new(),
        action,
        undo: None,
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: SHORT_S,
    }
}

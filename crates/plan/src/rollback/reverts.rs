//! Every change of a release, undone: what stood on another goes before it.

use super::Rollback;
use crate::build::operation;
use segue_model::{Action, Observation, Operation, OperationId, Undo, Unit, Verb};
use std::collections::{BTreeSet, HashMap};

/// The reverts, each after all that stood on it and the first after `paused`, and
/// those of them that nothing waits for.
pub(super) fn operations(
    input: &Rollback<'_>,
    paused: &[OperationId],
) -> (Vec<Operation>, Vec<OperationId>) {
    let done = &input.plan.operations;
    let stood_on = stood_on(done);
    // Those that this one stood directly on: no other change lies between.
    let direct = |at: usize| {
        let all = &stood_on[&at];
        let between = |one: &usize| all.iter().any(|other| stood_on[other].contains(one));
        all.iter()
            .filter(|one| !between(one))
            .copied()
            .collect::<Vec<_>>()
    };
    let mut waits_for: HashMap<usize, Vec<OperationId>> = HashMap::new();
    let mut reverts = Vec::new();
    let mut ends = Vec::new();
    let mut changes: Vec<_> = stood_on.keys().copied().collect();
    changes.sort_unstable();
    for at in changes.into_iter().rev() {
        let Some(mut revert) = revert(input, &done[at]) else {
            continue;
        };
        revert.after = waits_for.remove(&at).unwrap_or_else(|| paused.to_vec());
        let providers = direct(at);
        if providers.is_empty() {
            ends.push(revert.id.clone());
        }
        for provider in providers {
            waits_for
                .entry(provider)
                .or_default()
                .push(revert.id.clone());
        }
        reverts.push(revert);
    }
    (reverts, ends)
}

/// Of each operation that can be undone, those that it stood on, directly or not:
/// by their places in the plan.
fn stood_on(operations: &[Operation]) -> HashMap<usize, BTreeSet<usize>> {
    let places: HashMap<_, _> = operations
        .iter()
        .zip(0..)
        .map(|(it, at)| (&it.id, at))
        .collect();
    let mut all: Vec<BTreeSet<usize>> = Vec::with_capacity(operations.len());
    for operation in operations {
        let mut mine = BTreeSet::new();
        // What an operation waits for stands before it in its plan.
        for &before in operation.after.iter().filter_map(|id| places.get(id)) {
            mine.extend(all.get(before).into_iter().flatten());
            if operations[before].undo.is_some() {
                mine.insert(before);
            }
        }
        all.push(mine);
    }
    let undoable = |(at, _): &(usize, BTreeSet<usize>)| operations[*at].undo.is_some();
    all.into_iter().enumerate().filter(undoable).collect()
}

/// The operation that does what `done` is undone by. What was brought in by the
/// release and goes again cannot come back with all that it was: that is a point
/// of no return, which those that stood on it have passed before it.
fn revert(input: &Rollback<'_>, done: &Operation) -> Option<Operation> {
    let undo = done.undo.as_ref()?;
    let (id, verb, again, no_return) = match &undo.action {
        Action::Revert { unit, former } => {
            let live = input.live(&unit.module, &unit.target)?;
            // What is taken back by going forward again is the version that came back.
            let version = former.version.as_ref().unwrap_or(&unit.version).clone();
            let again = Action::Revert {
                unit: Unit {
                    version,
                    ..unit.clone()
                },
                former: live.clone(),
            };
            let id = format!("{}@{}/revert", unit.module, unit.target);
            (id, Verb::Revert, again, *former == Observation::absent())
        }
        _ => (opposite(&done.id), done.verb, done.action.clone(), false),
    };
    Some(Operation {
        undo: (!no_return).then_some(Undo {
            verb: Verb::Revert,
            action: again,
        }),
        no_return,
        deadline_s: done.deadline_s,
        ..operation(id, verb, done.subject.clone(), undo.action.clone())
    })
}

/// `billing/migrate-1` becomes `billing/migrate-1/undo`, and the other way round.
fn opposite(id: &OperationId) -> String {
    const UNDO: &str = "/undo";
    let id = id.as_str();
    id.strip_suffix(UNDO)
        .map_or_else(|| format!("{id}{UNDO}"), str::to_owned)
}

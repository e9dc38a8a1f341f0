//! Taking a finished release back: its plan, turned round.
//!
//! ```text
//!  approvals ─► windows ─► lease, pause ─► per change, consumers first: revert, undo of migrations
//!       ─► health of what the release left alone ══ resume ─► notify
//! ```
//!
//! Approvals and windows are about changing the environment at all, and hold. HTTP
//! gates are about the new version (its QA, its UAT), which is on its way out, and
//! are not asked. Nothing is tagged or rotated: no version is released.

mod refuse;
mod reverts;

use crate::{
    Observations, aftermath,
    build::{ids, operation},
    preconditions, triggers,
};
use refuse::refuse;
use segue_manifest::{GateKind, Manifest, OnFailure};
use segue_model::{
    Action, Change, Digest, Event, Failure, ModuleId, Observation, Operation, OperationId,
    PLAN_FORMAT, Plan, ReleaseId, Subject, TargetId, Unit, Verb, Version,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// All that the plan of a rollback is made of.
#[derive(Debug, Clone)]
pub struct Rollback<'a> {
    /// What the person wrote, as it is now: triggers, approvals, windows, receivers.
    pub manifest: &'a Manifest,
    /// The digest of its text.
    pub manifest_digest: Digest,
    /// The release to take back.
    pub release: &'a ReleaseId,
    /// Its plan.
    pub plan: &'a Plan,
    /// Its journal.
    pub events: &'a [Event],
    /// What is live now, of each of [`units`].
    pub now: &'a Observations,
    /// What happens when a step fails; none for what the manifest says.
    pub on_failure: Option<OnFailure>,
}

/// The units that a plan is about, each once: those to observe before it is taken back.
pub fn units(plan: &Plan) -> Vec<&Unit> {
    let mut found: BTreeMap<(&ModuleId, &TargetId), &Unit> = BTreeMap::new();
    for operation in &plan.operations {
        if let Action::Stage(unit) | Action::Verify(unit) | Action::Revert { unit, .. } =
            &operation.action
        {
            found.entry((&unit.module, &unit.target)).or_insert(unit);
        }
    }
    found.into_values().collect()
}

/// Makes the plan that takes a finished release back.
///
/// # Errors
/// - SEG2102: the release did not end with its modules live, or has not given back
///   its triggers.
/// - SEG2103: what is live is not what it deployed.
/// - SEG2104: it carried out what cannot be undone.
/// - SEG2105: it changed nothing.
pub fn rollback(input: &Rollback<'_>) -> Result<Plan, Failure> {
    refuse(input)?;
    let on_failure = input.on_failure.unwrap_or(input.manifest.on_failure);
    Ok(Plan {
        format: PLAN_FORMAT,
        environment: input.plan.environment.clone(),
        manifest: input.manifest_digest.clone(),
        lock: input.plan.lock.clone(),
        changes: changes(input),
        operations: operations(input),
        parallel: input.manifest.parallel,
        hold: on_failure == OnFailure::Hold,
        rolls_back: Some(input.release.clone()),
    })
}

fn operations(input: &Rollback<'_>) -> Vec<Operation> {
    let gates = input.manifest.gates.iter();
    let approvals = gates.filter(|it| matches!(it.kind, GateKind::Approval { .. }));
    let mut all: Vec<_> = approvals.map(preconditions::gate).collect();
    all.extend(preconditions::windows(input.manifest, &ids(&all)));
    let ready = preconditions::ready(&all);
    all.extend(triggers::pause(input.manifest, &ready));
    let paused = triggers::paused(&all, ready);

    let (reverts, ends) = reverts::operations(input, &paused);
    all.extend(reverts);
    let health = health(input, &ends);
    let healthy = if health.is_empty() {
        ends
    } else {
        ids(&health)
    };
    all.extend(health);

    let resumed = triggers::resume(input.manifest, &healthy);
    let given_back = if resumed.is_empty() {
        healthy
    } else {
        ids(&resumed)
    };
    all.extend(resumed);
    let changes = told(input);
    let back = Some(input.release);
    all.extend(aftermath::notify(
        input.manifest,
        &changes,
        back,
        &given_back,
    ));
    all
}

/// The health of what the release left alone and nobody changed since: it lives on
/// beside what comes back. What comes back was proven by the release that brought
/// it, and reverting waits until it is live and ready.
fn health(input: &Rollback<'_>, after: &[OperationId]) -> Vec<Operation> {
    let operations = input.plan.operations.iter();
    let verifies = operations.filter_map(|it| match &it.action {
        Action::Verify(unit) if it.id.as_str().ends_with("/health") => Some((it, unit)),
        _ => None,
    });
    let untouched = verifies.filter(|(_, unit)| {
        let changes = input.plan.changes.iter();
        let mut of_unit = changes.filter(|it| it.module == unit.module && it.target == unit.target);
        of_unit.any(|it| {
            let now = input.live(&it.module, &it.target);
            !it.changed && now.is_some_and(|now| now.fingerprint == it.former.fingerprint)
        })
    });
    let again = untouched.map(|(it, unit)| Operation {
        after: after.to_vec(),
        deadline_s: it.deadline_s,
        ..operation(
            it.id.as_str().to_owned(),
            Verb::Verify,
            it.subject.clone(),
            Action::Verify(unit.clone()),
        )
    });
    again.collect()
}

/// What changes, in the order in which it will happen. A module that the release
/// brought in goes again: it has no version then, and `to` is the one that goes.
fn changes(input: &Rollback<'_>) -> Vec<Change> {
    let changes = input.plan.changes.iter().rev().filter_map(|change| {
        let now = input.live(&change.module, &change.target)?;
        let back = if change.changed { &change.former } else { now };
        Some(Change {
            module: change.module.clone(),
            target: change.target.clone(),
            former: now.clone(),
            to: back.version.clone().unwrap_or_else(|| change.to.clone()),
            changed: change.changed,
        })
    });
    changes.collect()
}

fn told(input: &Rollback<'_>) -> Vec<Value> {
    let changed = input.plan.changes.iter().rev().filter(|it| it.changed);
    let told = changed.map(|it| {
        let version = |it: &Observation| -> Option<Version> { it.version.clone() };
        let now = input.live(&it.module, &it.target).and_then(version);
        aftermath::told(
            &it.module,
            &it.target,
            now.as_ref(),
            it.former.version.as_ref(),
        )
    });
    told.collect()
}

impl<'a> Rollback<'a> {
    fn live(&self, module: &ModuleId, target: &TargetId) -> Option<&'a Observation> {
        self.now.get(&(module.clone(), target.clone()))
    }
}

/// Whether `operation` is about the unit of `change`.
fn is_about(operation: &Operation, change: &Change) -> bool {
    matches!(&operation.subject, Subject::Module(module, target)
        if *module == change.module && *target == change.target)
}

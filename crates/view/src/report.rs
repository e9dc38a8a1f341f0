//! What a release did, as a value: for machines as it is, for people as text.

use crate::{Deed, GateReport, Lease, Timeline};
use segue_model::{
    Action, Direction, Ending, Event, EventKind, Failure, Operation, OperationId, Plan, ReleaseId,
    Requests, Subject, Verb, Version,
};
use segue_release::{Machine, Phase};
use serde::Serialize;
use std::collections::HashMap;

/// What a release did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Always `report`, so that it is told apart in a stream of JSON lines.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The release.
    pub release: ReleaseId,
    /// What it changed.
    pub environment: String,
    /// The digest of the plan that it carried out.
    pub plan: String,
    /// How it ended; none while it has not.
    pub ending: Option<Ending>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// How long the longest chain of its operations took: the lower bound, in milliseconds.
    pub critical_path_ms: i64,
    /// Every module on every target.
    pub modules: Vec<ModuleReport>,
    /// Every trigger.
    pub triggers: Vec<TriggerReport>,
    /// What people decided, or have to.
    pub gates: Vec<GateReport>,
    /// What people did, in order.
    pub people: Vec<Deed>,
    /// What people asked for that nobody has taken up yet: the events do not tell it,
    /// whoever reads the journal's requests does.
    pub recorded: Vec<Deed>,
    /// Triggers that are not given back yet.
    pub leases: Vec<Lease>,
    /// What was carried out and stays, though the release turned back.
    pub stays: Vec<Stay>,
    /// Whether a step failed that a person is to mend before it is tried again.
    pub held: bool,
    /// Whether it is on its way back, and not over.
    pub undoing: bool,
    /// The finished release that this one takes back, when it is a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rolls_back: Option<ReleaseId>,
    /// What failed, in the order in which it did.
    pub failures: Vec<FailureReport>,
    /// The requests that users would have sent; only where somebody counted.
    pub requests: Option<Requests>,
}

/// One module on one target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModuleReport {
    /// The module.
    pub module: String,
    /// Where.
    pub target: String,
    /// The version before.
    pub from: Option<Version>,
    /// The version that was wanted.
    pub to: Version,
    /// The version that is live now, as the platform reports it; none where
    /// nobody asked after the release.
    pub live: Option<Version>,
    /// Whether the release touched it.
    pub changed: bool,
    /// From its first operation to its last before the health of all, in milliseconds.
    pub took_ms: Option<i64>,
    /// Whether the release took as long as it did because of it.
    pub critical: bool,
}

/// One trigger.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TriggerReport {
    /// The trigger.
    pub trigger: String,
    /// What it was before, as it was read.
    pub before: Option<String>,
    /// How it was paused.
    pub paused: Option<String>,
    /// How it was given back, as it was read back.
    pub given_back: Option<String>,
}

/// One operation that failed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailureReport {
    /// Which.
    pub operation: String,
    /// Carried out or undone.
    pub direction: Direction,
    /// Why.
    pub failure: Failure,
}

/// An operation that was carried out and is not undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// Which.
    pub operation: String,
    /// Why it stays.
    pub why: String,
}

impl Report {
    /// What the journal tells of a release.
    pub fn new(release: &ReleaseId, plan: &Plan, events: &[Event]) -> Self {
        let timeline = Timeline::new(plan, events);
        let (critical_path_ms, path) = timeline.critical_path(plan);
        let mut modules: Vec<_> = plan.changes.iter().map(module).collect();
        for (module, change) in modules.iter_mut().zip(&plan.changes) {
            let subject = Subject::Module(change.module.clone(), change.target.clone());
            let of = || plan.operations.iter().filter(|it| it.subject == subject);
            module.took_ms = took(&timeline, of().filter(|it| deploys(it)));
            module.critical = of().any(|it| deploys(it) && path.contains(&it.id));
        }
        let machine = timeline.machine.as_ref();
        Self {
            kind: "report",
            release: release.clone(),
            environment: plan.environment.clone(),
            plan: plan.digest().to_string(),
            ending: machine.and_then(Machine::ending),
            took_ms: timeline.ended_ms - timeline.began_ms,
            critical_path_ms,
            modules,
            triggers: triggers(plan, &timeline),
            failures: failures(&timeline),
            gates: machine.map_or_else(Vec::new, |it| GateReport::all(plan, events, it)),
            people: Deed::all(plan, events),
            recorded: Vec::new(),
            leases: machine.map_or_else(Vec::new, |it| Lease::all(plan, events, it)),
            stays: machine.map_or_else(Vec::new, |it| stays(plan, it)),
            held: machine.is_some_and(Machine::is_held),
            undoing: machine.is_some_and(|it| it.phase() == Phase::Undoing),
            rolls_back: plan.rolls_back.clone(),
            requests: measured(events),
        }
    }
}

/// What was counted last.
fn measured(events: &[Event]) -> Option<Requests> {
    events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Measured { requests } => Some(requests.clone()),
        _ => None,
    })
}

fn module(change: &segue_model::Change) -> ModuleReport {
    ModuleReport {
        module: change.module.to_string(),
        target: change.target.to_string(),
        from: change.former.version.clone(),
        to: change.to.clone(),
        live: None,
        changed: change.changed,
        took_ms: None,
        critical: false,
    }
}

/// What brings the unit to its place, the health of all at the end not counted.
pub(crate) fn deploys(operation: &Operation) -> bool {
    !operation.finishing
        && operation.verb != Verb::Check
        && !operation.id.as_str().ends_with("/health")
}

fn took<'a>(timeline: &Timeline, operations: impl Iterator<Item = &'a Operation>) -> Option<i64> {
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for operation in operations {
        if let Some(span) = timeline.span(&operation.id, Direction::Do) {
            first = first.min(span.began_ms);
            last = last.max(span.ended_ms.unwrap_or(timeline.ended_ms));
        }
    }
    (first <= last).then(|| last - first)
}

fn triggers(plan: &Plan, timeline: &Timeline) -> Vec<TriggerReport> {
    let leases = plan.operations.iter().filter(|it| it.verb == Verb::Lease);
    let reports = leases.map(|lease| {
        let said = |verb| {
            let operation = plan.operations.iter().find(|it| {
                it.verb == verb
                    && it.subject == lease.subject
                    && matches!(it.action, Action::Trigger { .. })
            })?;
            let span = timeline.span(&operation.id, Direction::Do)?;
            Some(match span.outcome.as_ref()? {
                Ok(evidence) => evidence.summary.clone(),
                Err(failure) => format!("failed: {failure}"),
            })
        };
        TriggerReport {
            trigger: match &lease.subject {
                Subject::Trigger(id) => id.to_string(),
                _ => lease.id.to_string(),
            },
            before: said(Verb::Lease),
            paused: said(Verb::Pause),
            given_back: said(Verb::Resume),
        }
    });
    reports.collect()
}

/// Why each operation stays: it cannot be undone, or one that cannot stands on it.
fn stays(plan: &Plan, machine: &Machine) -> Vec<Stay> {
    let kept: Vec<_> = machine.kept().collect();
    let mut why: HashMap<&OperationId, &OperationId> = HashMap::new();
    for operation in plan.operations.iter().rev() {
        let point = if operation.no_return && kept.contains(&&operation.id) {
            &operation.id
        } else if let Some(point) = why.get(&operation.id) {
            point
        } else {
            continue;
        };
        for provider in &operation.after {
            why.entry(provider).or_insert(point);
        }
    }
    let is_point = |id: &OperationId| {
        let mut operations = plan.operations.iter();
        operations.any(|it| it.id == *id && it.no_return)
    };
    let said = |id: &OperationId| match why.get(id) {
        Some(point) if !is_point(id) => format!("{point} stands on it"),
        _ => "it cannot be undone".to_owned(),
    };
    kept.iter()
        .map(|id| Stay {
            operation: id.to_string(),
            why: said(id),
        })
        .collect()
}

fn failures(timeline: &Timeline) -> Vec<FailureReport> {
    let mut failed: Vec<_> = timeline
        .spans
        .iter()
        .filter_map(|span| match &span.outcome {
            Some(Err(failure)) => Some((
                span.ended_ms,
                FailureReport {
                    operation: span.operation.to_string(),
                    direction: span.direction,
                    failure: failure.clone(),
                },
            )),
            _ => None,
        })
        .collect();
    failed.sort_by_key(|(ended, _)| *ended);
    failed.into_iter().map(|(_, failure)| failure).collect()
}

//! What people decide: approval gates, and checks that they may override.

use segue_model::{Action, Event, EventKind, Operation, OperationId, Plan, Subject, Wish};
use segue_release::{Machine, Standing};
use serde::Serialize;
use std::collections::HashMap;

/// An approval gate, or a check that people may override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateReport {
    /// Its name, as people type it.
    pub gate: String,
    /// Its operation.
    pub operation: OperationId,
    /// Where it stands.
    pub state: GateState,
    /// Whether it is an approval gate; else it is a check that may be overridden.
    pub approval: bool,
    /// Who may decide, by user name; empty for everybody.
    pub from: Vec<String>,
    /// How many different people must approve.
    pub count: u32,
    /// Who has.
    pub approved: Vec<Approved>,
}

/// Where a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// Its turn has not come.
    NotYet,
    /// It waits for people.
    Waits,
    /// It is open.
    Passed,
    /// It is closed.
    Closed,
}

/// One person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approved {
    /// Who.
    pub by: String,
    /// Why; empty when nothing was said.
    pub because: String,
    /// When: milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
}

impl GateReport {
    /// All that people decide in a release, in the plan's order. `machine` has
    /// taken `events` in.
    pub fn all(plan: &Plan, events: &[Event], machine: &Machine) -> Vec<Self> {
        let operations = plan.operations.iter();
        operations
            .filter_map(|it| Self::of(it, events, machine))
            .collect()
    }

    fn of(operation: &Operation, events: &[Event], machine: &Machine) -> Option<Self> {
        let (approval, from, count) = match &operation.action {
            Action::Await { from, count } => (true, from.clone(), *count),
            _ if operation.overridable => (false, Vec::new(), 1),
            _ => return None,
        };
        let state = match machine.standing(&operation.id)? {
            Standing::Done | Standing::Undoing | Standing::Undone | Standing::UndoFailed => {
                GateState::Passed
            }
            Standing::Failed | Standing::Moved => GateState::Closed,
            Standing::Awaiting => GateState::Waits,
            Standing::Waiting | Standing::Running => GateState::NotYet,
        };
        let approvals = machine.approvals(&operation.id).iter();
        Some(Self {
            gate: gate_name(operation),
            operation: operation.id.clone(),
            state,
            approval,
            from,
            count,
            approved: approvals
                .map(|it| Approved {
                    at_ms: when(events, &operation.id, &it.by),
                    by: it.by.clone(),
                    because: it.because.clone(),
                })
                .collect(),
        })
    }

    /// How many approvals are still missing.
    pub fn missing(&self) -> usize {
        (self.count as usize).saturating_sub(self.approved.len())
    }

    /// Whether it waits for people, and is lacking somebody's word.
    pub fn waits(&self) -> bool {
        self.state == GateState::Waits && self.missing() > 0
    }

    /// `2 approvals of ana, bob`: what is still missing.
    pub fn wanted(&self) -> String {
        let approved: Vec<_> = self.approved.iter().map(|it| it.by.clone()).collect();
        wanted(self.count, &self.from, &approved)
    }
}

/// Whether too few have approved so far.
pub(crate) fn lacks(count: u32, approved: &[String]) -> bool {
    approved.len() < count as usize
}

/// How many approvals are still wanted, and whose would do.
pub(crate) fn wanted(count: u32, from: &[String], approved: &[String]) -> String {
    let approvals = match (count as usize).saturating_sub(approved.len()) {
        1 => "1 approval".to_owned(),
        more => format!("{more} approvals"),
    };
    let left = from.iter().filter(|it| !approved.contains(it));
    match left.map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => approvals,
        left => format!("{approvals} of {}", left.join(", ")),
    }
}

/// What people call the operations of a plan that are theirs to decide.
#[derive(Debug, Clone)]
pub(crate) struct Names(HashMap<OperationId, (String, bool)>);

impl Names {
    pub fn of(plan: &Plan) -> Self {
        let theirs = plan
            .operations
            .iter()
            .filter(|it| it.overridable || matches!(it.action, Action::Await { .. }));
        Self(
            theirs
                .map(|it| (it.id.clone(), (gate_name(it), it.overridable)))
                .collect(),
        )
    }

    /// Its name, as people type it.
    pub fn name<'a>(&'a self, id: &'a OperationId) -> &'a str {
        self.0.get(id).map_or(id.as_str(), |(name, _)| name)
    }

    /// Whether it is a check that people may override.
    pub fn overrides(&self, id: &OperationId) -> bool {
        self.0.get(id).is_some_and(|(_, overridable)| *overridable)
    }
}

/// The name under which people know a gate.
pub fn gate_name(operation: &Operation) -> String {
    match &operation.subject {
        Subject::Release(name) => name.clone(),
        _ => operation.id.to_string(),
    }
}

/// When a person approved last; the beginning of time when no event says so.
fn when(events: &[Event], gate: &OperationId, name: &str) -> i64 {
    let approval = events.iter().rev().find(|event| match &event.kind {
        EventKind::Asked {
            by,
            wish: Wish::Approve { operation },
            ..
        } => operation == gate && by == name,
        _ => false,
    });
    approval.map_or(0, |it| it.at_ms)
}

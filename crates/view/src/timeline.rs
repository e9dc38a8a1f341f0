//! When each operation began and ended, from the journal alone: replaying the
//! machine tells which event caused which operation to begin.

use segue_model::{Direction, Event, EventKind, Evidence, Failure, OperationId, Plan};
use segue_release::{Command, Machine, Standing};
use std::collections::{BTreeSet, HashMap};

/// One operation, from its beginning to its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Which.
    pub operation: OperationId,
    /// Carried out or undone.
    pub direction: Direction,
    /// When it began: milliseconds since 1970-01-01T00:00:00Z.
    pub began_ms: i64,
    /// When its outcome was journaled; none while it has none.
    pub ended_ms: Option<i64>,
    /// The outcome; none while it has none.
    pub outcome: Option<Result<Evidence, Failure>>,
}

/// A release in time.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Every operation that began, in the order of their beginnings.
    pub spans: Vec<Span>,
    /// When the release began.
    pub began_ms: i64,
    /// When its last event happened.
    pub ended_ms: i64,
    at: HashMap<(OperationId, Direction), usize>,
    /// Where the release stands after the last event; none for a plan that is none.
    pub(crate) machine: Option<Machine>,
}

/// When the release itself last went on: what users felt is counted afterwards.
fn ended(events: &[Event]) -> i64 {
    let of_release = |it: &&Event| !matches!(it.kind, EventKind::Measured { .. });
    let last = events.iter().rev().find(of_release);
    last.map_or(0, |event| event.at_ms)
}

impl Timeline {
    /// Replays `events`. A plan that is none gives an empty timeline.
    pub fn new(plan: &Plan, events: &[Event]) -> Self {
        let mut timeline = Self {
            spans: Vec::new(),
            began_ms: events.first().map_or(0, |event| event.at_ms),
            ended_ms: ended(events),
            at: HashMap::new(),
            machine: None,
        };
        if let Ok(mut machine) = Machine::new(plan) {
            for event in events {
                timeline.take(event);
                for command in machine.handle(event) {
                    timeline.begin(command, event.at_ms);
                }
            }
            timeline.machine = Some(machine);
        }
        timeline
    }

    /// The span of an operation in one direction.
    pub fn span(&self, operation: &OperationId, direction: Direction) -> Option<&Span> {
        let at = self.at.get(&(operation.clone(), direction))?;
        self.spans.get(*at)
    }

    /// Where an operation stands after the last event; none for one that is not
    /// in the plan.
    pub fn standing(&self, operation: &OperationId) -> Option<Standing> {
        self.machine.as_ref()?.standing(operation)
    }

    fn begin(&mut self, command: Command, at_ms: i64) {
        let (operation, direction) = match command {
            Command::Begin {
                operation,
                direction,
            } => (operation, direction),
            Command::Await { operation } | Command::Conclude { operation, .. } => {
                (operation, Direction::Do)
            }
            Command::Suspend { .. } | Command::Finish { .. } => return,
        };
        // Begun before a crash: it is the same operation still.
        let name = (operation.clone(), direction);
        if let Some(at) = self.at.get(&name) {
            let again = &mut self.spans[*at];
            if again.ended_ms.is_some() {
                again.ended_ms = None;
                again.outcome = None;
            }
            return;
        }
        self.at.insert(name, self.spans.len());
        self.spans.push(Span {
            operation,
            direction,
            began_ms: at_ms,
            ended_ms: None,
            outcome: None,
        });
    }

    fn take(&mut self, event: &Event) {
        let (operation, direction, outcome) = match &event.kind {
            EventKind::Succeeded {
                operation,
                direction,
                evidence,
            } => (operation, direction, Ok(evidence.clone())),
            EventKind::Failed {
                operation,
                direction,
                failure,
            } => (operation, direction, Err(failure.clone())),
            _ => return,
        };
        if let Some(at) = self.at.get(&(operation.clone(), *direction)) {
            self.spans[*at].ended_ms = Some(event.at_ms);
            self.spans[*at].outcome = Some(outcome);
        }
    }

    /// The chain of operations that took longest, each waiting for the one
    /// before, and how long it took: no schedule of these operations is faster.
    pub fn critical_path(&self, plan: &Plan) -> (i64, BTreeSet<OperationId>) {
        let mut longest: HashMap<&OperationId, (i64, Option<&OperationId>)> = HashMap::new();
        let mut last: Option<(&OperationId, i64)> = None;
        for operation in &plan.operations {
            let Some(took) = self.took(&operation.id) else {
                continue;
            };
            let before = operation
                .after
                .iter()
                .filter_map(|id| Some((longest.get(id)?.0, id)))
                .max_by_key(|(length, _)| *length);
            let length = took + before.map_or(0, |(length, _)| length);
            longest.insert(&operation.id, (length, before.map(|(_, id)| id)));
            if last.is_none_or(|(_, most)| length > most) {
                last = Some((&operation.id, length));
            }
        }
        let length = last.map_or(0, |(_, length)| length);
        let mut path = BTreeSet::new();
        let mut at = last.map(|(id, _)| id);
        while let Some(id) = at {
            path.insert(id.clone());
            at = longest.get(id).and_then(|(_, before)| *before);
        }
        (length, path)
    }

    fn took(&self, operation: &OperationId) -> Option<i64> {
        let span = self.span(operation, Direction::Do)?;
        Some(span.ended_ms? - span.began_ms)
    }
}

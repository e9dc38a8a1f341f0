//! The machine itself: what it holds, what it answers, and the way of an event.

use crate::{
    graph::{BadPlan, Graph},
    on,
    state::{Cause, Phase, Standing},
};
use segue_model::{Direction, Ending, Event, EventKind, Evidence, Failure, OperationId, Plan};
use std::{cmp::Reverse, collections::BinaryHeap};

/// What the engine is to do. Delivered at least once: an operation that was
/// begun before a crash is commanded again after it.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Carry out or undo an operation and bring back its outcome as an event.
    Begin {
        /// Which.
        operation: OperationId,
        /// Carry out or undo.
        direction: Direction,
    },
    /// Nothing is to be carried out: a person decides, and their decision comes
    /// as an event. Only its deadline is to be watched.
    Await {
        /// The gate.
        operation: OperationId,
    },
    /// Journal that an operation came to this outcome, without carrying it out:
    /// people decided.
    Conclude {
        /// Which.
        operation: OperationId,
        /// What they decided.
        outcome: Result<Evidence, Failure>,
    },
    /// Begin nothing more; what is in flight may end. `resume` goes on.
    Suspend {
        /// Why; none when a person asked for it.
        failure: Option<Failure>,
    },
    /// Journal that the release is over.
    Finish {
        /// How.
        ending: Ending,
    },
}

/// One release, as far as its events tell.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(crate) graph: Graph,
    pub(crate) phase: Phase,
    pub(crate) standing: Vec<Standing>,
    /// Why it turned back, once it did.
    pub(crate) cause: Option<Cause>,
    pub(crate) suspended: bool,
    /// How many operations each one still waits for, on the way forward.
    pub(crate) waits_for: Vec<usize>,
    /// How many dependents each one still waits for, on the way back.
    pub(crate) unwinds_after: Vec<usize>,
    /// What may begin, the longest chain first, then in the plan's order.
    pub(crate) ready: BinaryHeap<(u32, Reverse<usize>)>,
    pub(crate) in_flight: usize,
}

impl Machine {
    /// A release of `plan` of which nothing has happened yet.
    ///
    /// # Errors
    /// When the plan's operations do not form one.
    pub fn new(plan: &Plan) -> Result<Self, BadPlan> {
        let graph = Graph::new(plan)?;
        let nodes = &graph.nodes;
        Ok(Self {
            phase: Phase::Forward,
            standing: vec![Standing::Waiting; nodes.len()],
            cause: None,
            suspended: false,
            waits_for: nodes.iter().map(|node| node.after.len()).collect(),
            unwinds_after: nodes.iter().map(|node| node.dependents.len()).collect(),
            ready: BinaryHeap::new(),
            in_flight: 0,
            graph,
        })
    }

    /// Takes one event in and says what is to be done because of it. An event
    /// that tells nothing new (a second outcome of one operation) is ignored.
    pub fn handle(&mut self, event: &Event) -> Vec<Command> {
        match &event.kind {
            EventKind::Started { .. } => on::started(self),
            EventKind::Resumed { .. } => on::resumed(self),
            EventKind::Succeeded {
                operation,
                direction,
                ..
            } => on::succeeded(self, operation, *direction),
            EventKind::Failed {
                operation,
                direction,
                failure,
            } => on::failed(self, operation, *direction, failure),
            EventKind::Asked { wish, .. } => on::asked(self, wish),
            EventKind::Finished { ending } => on::finished(self, *ending),
        }
    }

    /// Where the release stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Why it turned back; none when it did not.
    pub fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }

    /// Where an operation stands; none when the plan has no such operation.
    pub fn standing(&self, operation: &OperationId) -> Option<Standing> {
        Some(self.standing[self.graph.index(operation)?])
    }

    /// Whether nothing begins until somebody resumes it.
    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// How it ended; none while it has not.
    pub fn ending(&self) -> Option<Ending> {
        match self.phase {
            Phase::Finished(ending) => Some(ending),
            _ => None,
        }
    }

    /// The index of an operation that is in flight in this direction; an event
    /// about any other is stale or strange, and changes nothing.
    pub(crate) fn in_flight(&self, operation: &OperationId, direction: Direction) -> Option<usize> {
        let at = self.graph.index(operation)?;
        let expected = match direction {
            Direction::Do => Standing::Running,
            Direction::Undo => Standing::Undoing,
        };
        (self.standing[at] == expected).then_some(at)
    }

    pub(crate) fn command(&self, at: usize) -> Command {
        Command::Begin {
            operation: self.graph.name(at).clone(),
            direction: match self.standing[at] {
                Standing::Undoing => Direction::Undo,
                _ => Direction::Do,
            },
        }
    }
}

//! The machine itself: what it holds, what it answers, and the way of an event.

use crate::{
    approval::{Approval, Words},
    graph::{BadPlan, Graph},
    on,
    state::{Cause, Phase, Standing},
};
use segue_model::{Direction, Ending, Event, EventKind, Evidence, Failure, OperationId, Plan};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the engine is to do. Delivered at least once: what may be in flight is
/// commanded again after a crash, and when a person's wish lifts a suspension.
/// Whoever carries it out already ignores the second command.
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

/// One release, as far as its events tell. Equal machines do the same from here on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Machine {
    pub(crate) graph: Arc<Graph>,
    pub(crate) phase: Phase,
    pub(crate) standing: Vec<Standing>,
    /// Why it does not go forward any more, once it does not.
    pub(crate) cause: Option<Cause>,
    pub(crate) suspended: bool,
    /// The failure that a person is to mend, in a release that holds.
    pub(crate) held: Option<Failure>,
    /// How many operations each one still waits for, on the way forward.
    pub(crate) waits_for: Vec<u32>,
    /// How many dependents each one still waits for, on the way back.
    pub(crate) unwinds_after: Vec<u32>,
    /// What may begin, by the longest chain that waits for it, then in the plan's order.
    pub(crate) ready: BTreeSet<(u32, Reverse<usize>)>,
    /// How many operations are in flight whose outcome the release waits for.
    pub(crate) in_flight: usize,
    /// How many operations wait for people.
    pub(crate) awaiting: usize,
    /// What people said about the operations that are theirs to decide.
    pub(crate) words: BTreeMap<usize, Words>,
    /// The requests that were taken up.
    pub(crate) taken_up: BTreeSet<u64>,
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
            held: None,
            waits_for: nodes.iter().map(|node| count(&node.after)).collect(),
            unwinds_after: nodes.iter().map(|node| count(&node.dependents)).collect(),
            ready: BTreeSet::new(),
            in_flight: 0,
            awaiting: 0,
            words: BTreeMap::new(),
            taken_up: BTreeSet::new(),
            graph: Arc::new(graph),
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
            EventKind::Asked {
                request,
                by,
                because,
                wish,
            } => {
                let again = request.is_some_and(|id| !self.taken_up.insert(id));
                let word = || Approval {
                    by: by.clone(),
                    because: because.clone(),
                };
                if again {
                    Vec::new()
                } else {
                    on::asked(self, wish, word)
                }
            }
            EventKind::Finished { ending } => on::finished(self, *ending),
            EventKind::Measured { .. } => Vec::new(),
        }
    }

    /// Where the release stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Why it does not go forward any more; none while it does.
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

    /// Whether a step failed that a person is to mend: [`EventKind::Resumed`]
    /// tries it again, [`segue_model::Wish::Undo`] undoes the release.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Whether a gate waits for people.
    pub fn is_awaiting(&self) -> bool {
        self.awaiting > 0
    }

    /// Who let an operation pass so far, each person once.
    pub fn approvals(&self, operation: &OperationId) -> &[Approval] {
        let words = self
            .graph
            .index(operation)
            .and_then(|at| self.words.get(&at));
        words.map_or(&[], |it| &it.approvals)
    }

    /// Whether an event of this release took the request up.
    pub fn taken_up(&self, request: u64) -> bool {
        self.taken_up.contains(&request)
    }

    /// How it ended; none while it has not.
    pub fn ending(&self) -> Option<Ending> {
        match self.phase {
            Phase::Finished(ending) => Some(ending),
            _ => None,
        }
    }

    /// The index of an operation that was begun in this direction and has no
    /// outcome; an event about any other is stale or strange, and changes nothing.
    pub(crate) fn open(&self, operation: &OperationId, direction: Direction) -> Option<usize> {
        let at = self.graph.index(operation)?;
        let open = match direction {
            Direction::Do => matches!(self.standing[at], Standing::Running | Standing::Awaiting),
            Direction::Undo => self.standing[at] == Standing::Undoing,
        };
        open.then_some(at)
    }

    /// An operation came to its outcome. Whether the release waited for it.
    pub(crate) fn close(&mut self, at: usize, outcome: Standing) -> bool {
        let waited = self.waits_for_outcome(at);
        if self.standing[at] == Standing::Awaiting {
            self.awaiting -= 1;
        } else if waited {
            self.in_flight -= 1;
        }
        self.standing[at] = outcome;
        waited
    }

    /// An abandoned release leaves what is in flight, except what has to do with
    /// triggers: a pause must not come after the trigger was given back.
    pub(crate) fn waits_for_outcome(&self, at: usize) -> bool {
        let node = &self.graph.nodes[at];
        self.cause != Some(Cause::Abandoned) || node.always || node.trigger
    }

    /// Commands once more what may be in flight, and what people decide.
    pub(crate) fn again(&self) -> Vec<Command> {
        let open = |&at: &usize| match self.standing[at] {
            Standing::Awaiting => true,
            standing => standing.is_in_flight() && self.waits_for_outcome(at),
        };
        let begun = (0..self.standing.len()).filter(open);
        begun.map(|at| self.command(at)).collect()
    }

    /// The command for an operation that is begun.
    pub(crate) fn command(&self, at: usize) -> Command {
        let operation = self.graph.name(at).clone();
        match self.standing[at] {
            Standing::Undoing => Command::Begin {
                operation,
                direction: Direction::Undo,
            },
            standing => match self.decision(at) {
                Some(outcome) => Command::Conclude { operation, outcome },
                None if standing == Standing::Awaiting => Command::Await { operation },
                None => Command::Begin {
                    operation,
                    direction: Direction::Do,
                },
            },
        }
    }
}

/// A plan of four thousand million operations does not fit a memory.
fn count(list: &[usize]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

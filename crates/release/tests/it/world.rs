//! A world that carries out commands as a test wants it, and what it saw.

use segue_model::{
    Action, Digest, Direction, Ending, Event, EventKind, Evidence, Failure, FailureKind, Fault,
    Operation, OperationId, PLAN_FORMAT, Plan, Subject, Undo, Verb,
};
use segue_release::{Command, Machine};
use std::collections::BTreeSet;

fn nothing() -> Action {
    Action::Perform {
        by: "nothing".into(),
        input: serde_json::Value::Null,
    }
}

/// An operation that waits for `after` and can be undone.
pub fn operation(id: &str, after: &[&str]) -> Operation {
    Operation {
        id: id.into(),
        verb: Verb::Stage,
        subject: Subject::Release(id.into()),
        after: after.iter().map(|&name| name.into()).collect(),
        action: nothing(),
        undo: Some(Undo {
            verb: Verb::Revert,
            action: nothing(),
        }),
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: 60,
    }
}

/// Takes a trigger's state down; there is nothing to undo.
pub fn lease(id: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        ..operation(id, after)
    }
}

/// Gives the trigger of `lease` back on every way out.
pub fn restore(id: &str, lease: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        always: true,
        finishing: true,
        action: Action::Trigger {
            target: "somewhere".into(),
            settings: serde_json::Value::Null,
            lease: Some(lease.into()),
        },
        ..operation(id, after)
    }
}

/// Comes after the point of no return.
pub fn finishing(id: &str, after: &[&str]) -> Operation {
    Operation {
        undo: None,
        finishing: true,
        ..operation(id, after)
    }
}

pub fn plan(operations: Vec<Operation>, parallel: usize) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        environment: "test".into(),
        manifest: Digest::of(b""),
        lock: Digest::of(b""),
        changes: vec![],
        operations,
        parallel,
        hold: false,
        rolls_back: None,
    }
}

pub fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, Fault::Module, "SEG0000", "as the test wants it")
}

/// What happened, in order: the plain text is what tests compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Begun(OperationId, Direction),
    Ended(OperationId, Direction, bool),
    TurnedBack,
}

/// Carries a plan out against outcomes that a test decides.
pub struct World {
    plan: Plan,
    pub machine: Machine,
    pub journal: Vec<Event>,
    pub seen: Vec<Seen>,
    in_flight: Vec<(OperationId, Direction)>,
    begun: BTreeSet<(OperationId, Direction)>,
    pub suspended: bool,
}

impl World {
    pub fn new(plan: Plan) -> Self {
        let mut world = Self {
            machine: Machine::new(&plan).unwrap(),
            journal: vec![],
            seen: vec![],
            in_flight: vec![],
            begun: BTreeSet::new(),
            suspended: false,
            plan,
        };
        let plan = world.plan.digest();
        world.journal_event(EventKind::Started {
            plan,
            by: "t".into(),
        });
        world
    }

    pub fn journal_event(&mut self, kind: EventKind) {
        let event = Event {
            seq: self.journal.len() as u64 + 1,
            at_ms: 0,
            kind,
        };
        self.journal.push(event.clone());
        let commands = self.machine.handle(&event);
        if self.machine.cause().is_some() && !self.seen.contains(&Seen::TurnedBack) {
            self.seen.push(Seen::TurnedBack);
        }
        for command in commands {
            self.take(command);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::Begin {
                operation,
                direction,
            } => {
                if self.begun.insert((operation.clone(), direction)) {
                    self.seen.push(Seen::Begun(operation.clone(), direction));
                }
                self.in_flight.push((operation, direction));
            }
            Command::Suspend { .. } => self.suspended = true,
            Command::Await { .. } | Command::Conclude { .. } => {}
            Command::Finish { ending } => self.journal_event(EventKind::Finished { ending }),
        }
    }

    /// How many operations are in flight.
    pub fn width(&self) -> usize {
        self.in_flight.len()
    }

    /// The operation in flight at `at` comes to its outcome.
    pub fn end(&mut self, at: usize, outcome: Result<(), FailureKind>) {
        let (operation, direction) = self.in_flight.remove(at % self.in_flight.len());
        let known = outcome.map_err(FailureKind::compensates) != Err(false);
        if known {
            let seen = Seen::Ended(operation.clone(), direction, outcome.is_ok());
            self.seen.push(seen);
        }
        self.journal_event(match outcome {
            Ok(()) => EventKind::Succeeded {
                operation,
                direction,
                evidence: Evidence::default(),
            },
            Err(kind) => EventKind::Failed {
                operation,
                direction,
                failure: failure(kind),
            },
        });
    }

    /// The process dies; another one reads the journal and goes on.
    pub fn crash(&mut self) {
        self.machine = Machine::new(&self.plan).unwrap();
        for event in &self.journal {
            self.machine.handle(event);
        }
        self.resume();
    }

    pub fn resume(&mut self) {
        self.in_flight.clear();
        self.suspended = false;
        self.journal_event(EventKind::Resumed { by: "t".into() });
    }

    /// Ends everything with the outcome that `outcome` gives, until it is over.
    pub fn run(&mut self, mut outcome: impl FnMut(&str, Direction) -> Result<(), FailureKind>) {
        while let Some((operation, direction)) = self.in_flight.first().cloned() {
            self.end(0, outcome(operation.as_str(), direction));
            if self.suspended {
                return;
            }
        }
    }

    pub fn ending(&self) -> Option<Ending> {
        self.machine.ending()
    }

    /// `a, b, ~b, ~a`: what ended well, undoing marked with a tilde.
    pub fn story(&self) -> String {
        let ended = self.seen.iter().filter_map(|seen| match seen {
            Seen::Ended(id, Direction::Do, true) => Some(id.to_string()),
            Seen::Ended(id, Direction::Undo, true) => Some(format!("~{id}")),
            Seen::Ended(id, Direction::Do, false) => Some(format!("{id}!")),
            Seen::Ended(id, Direction::Undo, false) => Some(format!("~{id}!")),
            Seen::Begun(..) | Seen::TurnedBack => None,
        });
        ended.collect::<Vec<_>>().join(" ")
    }
}

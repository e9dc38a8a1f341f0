//! A release told as a story: it carries out commands as a test wants it, in
//! the order in which they came.

use crate::plans::failure;
use segue_model::{
    Direction, Ending, Event, EventKind, Evidence, Failure, FailureKind, OperationId, Plan, Wish,
};
use segue_release::{Command, Machine};

/// Carries a plan out against outcomes that a test decides.
pub struct Story {
    plan: Plan,
    pub machine: Machine,
    pub journal: Vec<Event>,
    in_flight: Vec<(OperationId, Direction)>,
    pub suspended: bool,
    /// People's decisions are not journaled: the process dies before it can.
    pub withhold: bool,
}

impl Story {
    pub fn new(plan: Plan) -> Self {
        let mut world = Self {
            machine: Machine::new(&plan).unwrap(),
            journal: vec![],
            in_flight: vec![],
            suspended: false,
            withhold: false,
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
                self.suspended = false;
                if !self.in_flight.contains(&(operation.clone(), direction)) {
                    self.in_flight.push((operation, direction));
                }
            }
            Command::Suspend { .. } => self.suspended = true,
            Command::Await { .. } => {}
            Command::Conclude { .. } if self.withhold => {}
            Command::Conclude { operation, outcome } => self.conclude(operation, outcome),
            Command::Finish { ending } => self.journal_event(EventKind::Finished { ending }),
        }
    }

    /// What people decided is not carried out any more.
    fn conclude(&mut self, operation: OperationId, outcome: Result<Evidence, Failure>) {
        self.in_flight.retain(|(id, _)| *id != operation);
        let direction = Direction::Do;
        self.journal_event(match outcome {
            Ok(evidence) => EventKind::Succeeded {
                operation,
                direction,
                evidence,
            },
            Err(failure) => EventKind::Failed {
                operation,
                direction,
                failure,
            },
        });
    }

    /// How many operations are in flight.
    pub fn width(&self) -> usize {
        self.in_flight.len()
    }

    /// The operation in flight at `at` comes to its outcome.
    pub fn end(&mut self, at: usize, outcome: Result<(), FailureKind>) {
        let (operation, direction) = self.in_flight.remove(at % self.in_flight.len());
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

    /// The process dies; the journal is all that is left.
    pub fn die(&mut self) {
        self.in_flight.clear();
        self.machine = Machine::new(&self.plan).unwrap();
        for event in &self.journal {
            self.machine.handle(event);
        }
    }

    /// The process dies; another one reads the journal and goes on.
    pub fn crash(&mut self) {
        self.die();
        self.resume();
    }

    pub fn asked(&mut self, by: &str, wish: Wish) {
        self.ask(None, by, wish);
    }

    /// Asked from another machine, by request.
    pub fn requested(&mut self, id: u64, by: &str, wish: Wish) {
        self.ask(Some(id), by, wish);
    }

    fn ask(&mut self, request: Option<u64>, by: &str, wish: Wish) {
        self.journal_event(EventKind::Asked {
            request,
            by: by.into(),
            because: "for the test".into(),
            wish,
        });
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

    /// What was seen when the last operation succeeded.
    pub fn last_evidence(&self) -> &str {
        let seen = self
            .journal
            .iter()
            .rev()
            .find_map(|event| match &event.kind {
                EventKind::Succeeded { evidence, .. } => Some(evidence.summary.as_str()),
                _ => None,
            });
        seen.unwrap_or_default()
    }

    /// `a b! ~b ~a`: what came to an outcome; failures and undoing are marked.
    pub fn story(&self) -> String {
        let ended = self.journal.iter().filter_map(|event| match &event.kind {
            EventKind::Succeeded {
                operation,
                direction,
                ..
            } => Some(format!("{}{operation}", mark(*direction))),
            EventKind::Failed {
                operation,
                direction,
                failure,
            } if failure.kind.compensates() => Some(format!("{}{operation}!", mark(*direction))),
            _ => None,
        });
        ended.collect::<Vec<_>>().join(" ")
    }
}

fn mark(direction: Direction) -> &'static str {
    match direction {
        Direction::Do => "",
        Direction::Undo => "~",
    }
}

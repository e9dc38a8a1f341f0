//! The loop.

use crate::{
    Clock, Handle,
    dispatch::Outputs,
    handle::Asking,
    task::{JournalFence, Task},
};
use segue_journal::{Journal, Locked};
use segue_model::{
    Digest, Direction, Ending, Event, EventKind, Failure, Notice, Operation, OperationId, Plan,
    ReleaseId, Wish,
};
use segue_platform::{Patience, Registry};
use segue_release::{Command, Machine};
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::{JoinError, JoinSet},
};

/// How a run of the loop came to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Conclusion {
    /// The release is over.
    Ended(Ending),
    /// The release is not over; `resume` goes on from here.
    Stopped(Option<Failure>),
}

/// All that a release is carried out with.
pub struct Setup {
    /// Where it is written down.
    pub journal: Arc<dyn Journal>,
    /// The lock of its environment.
    pub locked: Locked,
    /// Which; its plan and events are in the journal.
    pub release: ReleaseId,
    /// Who carries out what.
    pub registry: Registry,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who is told how it goes.
    pub notices: UnboundedSender<Notice>,
    /// How long a platform that is out of reach is waited for.
    pub patience: Patience,
    /// Who carries it out: user and host.
    pub by: String,
}

/// Carries out one release.
pub struct Engine {
    journal: Arc<dyn Journal>,
    locked: Locked,
    fence: Arc<JournalFence>,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    notices: UnboundedSender<Notice>,
    patience: Patience,
    release: ReleaseId,
    by: String,
    seq: u64,
    plan: Digest,
    operations: HashMap<OperationId, Arc<Operation>>,
    machine: Machine,
    outputs: Arc<Outputs>,
    tasks: JoinSet<EventKind>,
    wishes: (UnboundedSender<Asking>, UnboundedReceiver<Asking>),
    stopping: Option<Option<Failure>>,
    asked_to_stop: bool,
}

impl Engine {
    /// Takes up a release, whose plan and events are in the journal.
    ///
    /// # Errors
    /// When the journal does not hold the release, or cannot be read.
    pub async fn new(setup: Setup) -> Result<Self, Failure> {
        let release = setup.release;
        let plan =
            setup.journal.plan(&release).await?.ok_or_else(|| {
                Failure::internal("SEG6002", format!("no release {release} here"))
            })?;
        let machine = Machine::new(&plan)
            .map_err(|bad| Failure::internal("SEG6002", "not a plan").words(bad.to_string()))?;
        let mut engine = Self {
            fence: Arc::new(JournalFence(setup.locked.fence())),
            journal: setup.journal,
            locked: setup.locked,
            registry: Arc::new(setup.registry),
            clock: setup.clock,
            notices: setup.notices,
            patience: setup.patience,
            release,
            by: setup.by,
            seq: 0,
            plan: plan.digest(),
            operations: by_name(plan),
            machine,
            outputs: Arc::default(),
            tasks: JoinSet::new(),
            wishes: unbounded_channel(),
            stopping: None,
            asked_to_stop: false,
        };
        for event in engine.journal.events(&engine.release, 0).await? {
            engine.fold(event);
        }
        Ok(engine)
    }

    /// Reaches this release from outside.
    pub fn handle(&self) -> Handle {
        Handle(self.wishes.0.clone())
    }

    /// Carries the release out, from wherever it stands, to its end or until it
    /// is stopped.
    ///
    /// # Errors
    /// When the journal cannot be written or the lock is lost: nothing new was
    /// begun since.
    pub async fn run(mut self) -> Result<Conclusion, Failure> {
        let by = self.by.clone();
        let first = if self.seq == 0 {
            let plan = self.plan.clone();
            EventKind::Started { plan, by }
        } else {
            EventKind::Resumed { by }
        };
        let mut happened = vec![first];
        loop {
            if let Some(ending) = self.take(happened).await? {
                return Ok(Conclusion::Ended(ending));
            }
            if self.tasks.is_empty() {
                return Ok(Conclusion::Stopped(self.stopping.flatten()));
            }
            happened = self.next().await?;
        }
    }

    /// Journals what happened, and begins what is to be done because of it.
    async fn take(&mut self, mut happened: Vec<EventKind>) -> Result<Option<Ending>, Failure> {
        while !happened.is_empty() {
            let now = self.clock.now_ms();
            let events = self
                .journal
                .append(&self.locked, &self.release, &happened, now)
                .await?;
            happened = Vec::new();
            for event in events {
                let _ = self.notices.send(Notice::Journaled(event.clone()));
                let over = match event.kind {
                    EventKind::Finished { ending } => Some(ending),
                    _ => None,
                };
                let commands = self.fold(event);
                if over.is_some() {
                    return Ok(over);
                }
                for command in commands {
                    match command {
                        Command::Begin {
                            operation,
                            direction,
                        } => self.begin(&operation, direction),
                        Command::Suspend { failure } => self.stopping = Some(failure),
                        Command::Await { .. } | Command::Conclude { .. } => {}
                        Command::Finish { ending } => happened.push(EventKind::Finished { ending }),
                    }
                }
            }
        }
        Ok(None)
    }

    fn fold(&mut self, event: Event) -> Vec<Command> {
        self.seq = event.seq;
        let commands = self.machine.handle(&event);
        if let EventKind::Succeeded {
            operation,
            direction: Direction::Do,
            evidence,
        } = event.kind
            && !evidence.output.is_null()
        {
            Arc::make_mut(&mut self.outputs).insert(operation, evidence.output);
        }
        commands
    }

    /// Waits for outcomes and wishes; takes all that came together.
    async fn next(&mut self) -> Result<Vec<EventKind>, Failure> {
        let mut happened = Vec::new();
        tokio::select! {
            Some(ended) = self.tasks.join_next() => happened.extend(outcome(ended)?),
            Some(wish) = self.wishes.1.recv() => self.wish(wish, &mut happened),
        }
        while let Some(ended) = self.tasks.try_join_next() {
            happened.extend(outcome(ended)?);
        }
        Ok(happened)
    }

    fn wish(&mut self, asking: Asking, happened: &mut Vec<EventKind>) {
        if asking.wish == Wish::Stop && (self.stopping.is_some() || self.asked_to_stop) {
            self.tasks.abort_all();
            return;
        }
        self.asked_to_stop |= asking.wish == Wish::Stop;
        happened.push(asking.into_event(None));
    }

    fn begin(&mut self, id: &OperationId, direction: Direction) {
        let Some(operation) = self.operations.get(id).cloned() else {
            return;
        };
        // Stopped: the command is not lost, replaying the journal gives it again.
        if self.stopping.is_some() {
            return;
        }
        let _ = self.notices.send(Notice::Begun {
            operation: id.clone(),
            direction,
            at_ms: self.clock.now_ms(),
        });
        let task = Task {
            registry: self.registry.clone(),
            outputs: self.outputs.clone(),
            fence: self.fence.clone(),
            notices: self.notices.clone(),
            patience: self.patience,
            release: self.release.clone(),
            operation,
            direction,
        };
        self.tasks.spawn(task.run());
    }
}

fn by_name(plan: Plan) -> HashMap<OperationId, Arc<Operation>> {
    plan.operations
        .into_iter()
        .map(|operation| (operation.id.clone(), Arc::new(operation)))
        .collect()
}

/// None for an operation that was not waited for any longer.
fn outcome(ended: Result<EventKind, JoinError>) -> Result<Option<EventKind>, Failure> {
    match ended {
        Ok(kind) => Ok(Some(kind)),
        Err(error) if error.is_cancelled() => Ok(None),
        Err(error) => Err(
            Failure::internal("SEG6013", "an operation ended without an outcome")
                .words(error.to_string())
                .hint("this is a bug in Segue; `segue resume` looks at the platform and goes on"),
        ),
    }
}

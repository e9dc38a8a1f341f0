//! What a release is carried out with, and taking it up from its journal.

use crate::{
    Clock, Handle,
    gates::Gates,
    handle::Asking,
    task::{JournalFence, Shared},
    units::Units,
};
use segue_journal::{Journal, Locked};
use segue_model::{
    Digest, Direction, Event, EventKind, Failure, Notice, Operation, OperationId, Plan, ReleaseId,
};
use segue_platform::{Patience, Registry};
use segue_release::{Command, Machine};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::{AbortHandle, JoinSet},
};

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
    /// How long a platform, or the journal, that is out of reach is waited for.
    pub patience: Patience,
    /// Who carries it out: user and host.
    pub by: String,
}

/// Carries out one release.
pub struct Engine {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) locked: Locked,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) by: String,
    /// The plan's digest, while nothing has happened yet.
    pub(crate) fresh: Option<Digest>,
    pub(crate) operations: HashMap<OperationId, Arc<Operation>>,
    pub(crate) machine: Machine,
    /// The last event's number and time.
    pub(crate) last: (u64, i64),
    /// The last request that was taken up.
    pub(crate) request: u64,
    /// What later operations need of earlier ones.
    pub(crate) outputs: HashMap<OperationId, Value>,
    pub(crate) units: Units,
    pub(crate) gates: Gates,
    pub(crate) tasks: JoinSet<EventKind>,
    /// What is in flight in this process.
    pub(crate) running: HashMap<OperationId, AbortHandle>,
    pub(crate) wishes: (UnboundedSender<Asking>, UnboundedReceiver<Asking>),
    /// What was asked while the journal was being written.
    pub(crate) heard: Vec<Asking>,
    /// Whether the process itself was asked to stop.
    pub(crate) asked_to_stop: bool,
    /// Why the release is suspended, unless a person asked for it.
    pub(crate) suspended_by: Option<Failure>,
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
        let events = setup.journal.events(&release, 0).await?;
        let mut engine = Self {
            shared: Arc::new(Shared {
                registry: setup.registry,
                fence: Arc::new(JournalFence(setup.locked.fence())),
                notices: setup.notices,
                patience: setup.patience,
                release,
            }),
            journal: setup.journal,
            locked: setup.locked,
            clock: setup.clock,
            by: setup.by,
            fresh: events.is_empty().then(|| plan.digest()),
            machine,
            last: (0, i64::MIN),
            request: 0,
            outputs: HashMap::new(),
            units: Units::of(&plan),
            gates: Gates::default(),
            operations: by_name(plan),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            wishes: unbounded_channel(),
            heard: Vec::new(),
            asked_to_stop: false,
            suspended_by: None,
        };
        for event in events {
            let at_ms = event.at_ms;
            for command in engine.fold(event) {
                engine.recall(&command, at_ms);
            }
        }
        Ok(engine)
    }

    /// Reaches this release from outside. What is asked before [`Engine::run`] is
    /// what it begins with: a release that is to be abandoned or undone begins
    /// nothing of its own first.
    pub fn handle(&self) -> Handle {
        Handle(self.wishes.0.clone())
    }

    /// Takes an event in: from the journal, or one that has just been written.
    pub(crate) fn fold(&mut self, event: Event) -> Vec<Command> {
        self.last = (event.seq, event.at_ms);
        let commands = self.machine.handle(&event);
        if !self.machine.is_suspended() {
            self.asked_to_stop = false;
            self.suspended_by = None;
        }
        match event.kind {
            EventKind::Succeeded {
                operation,
                direction,
                evidence,
            } => self.succeeded(operation, direction, evidence.fingerprint, evidence.output),
            EventKind::Failed {
                operation,
                direction,
                failure,
            } => {
                self.gates.forget(&operation);
                if let Some(operation) = self.operations.get(&operation) {
                    self.units.failed(operation, direction, failure.kind);
                }
            }
            EventKind::Asked {
                request: Some(id), ..
            } => self.request = self.request.max(id),
            _ => {}
        }
        commands
    }

    fn succeeded(
        &mut self,
        operation: OperationId,
        direction: Direction,
        fingerprint: String,
        output: Value,
    ) {
        self.gates.forget(&operation);
        if let Some(operation) = self.operations.get(&operation) {
            self.units.succeeded(operation, direction, fingerprint);
        }
        if direction == Direction::Do && !output.is_null() {
            self.outputs.insert(operation, output);
        }
    }

    /// A command that an earlier process was given.
    fn recall(&mut self, command: &Command, at_ms: i64) {
        match command {
            Command::Begin {
                operation,
                direction,
            } => {
                if let Some(operation) = self.operations.get(operation) {
                    self.units.begun(operation, *direction);
                }
            }
            Command::Await { operation } => self.gates.asked(operation, at_ms),
            Command::Conclude { .. } | Command::Suspend { .. } | Command::Finish { .. } => {}
        }
    }
}

fn by_name(plan: Plan) -> HashMap<OperationId, Arc<Operation>> {
    plan.operations
        .into_iter()
        .map(|operation| (operation.id.clone(), Arc::new(operation)))
        .collect()
}

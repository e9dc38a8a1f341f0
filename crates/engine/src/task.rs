//! One operation in flight, from its command to its outcome.

use crate::{
    dispatch::{Outputs, dispatch, former, platform},
    drift, name,
    reporter::Reporter,
    units::{Expected, action, touched},
};
use segue_journal::LockFence;
use segue_model::{
    Action, Direction, EventKind, Evidence, Failure, Notice, Operation, OperationKey, ReleaseId,
    Verb,
};
use segue_platform::{Call, Fence, Patience, Registry, attempt};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

/// The journal's lock, as adapters ask it.
pub(crate) struct JournalFence(pub LockFence);

impl Fence for JournalFence {
    fn check(&self) -> Result<(), Failure> {
        self.0.check()
    }
}

/// What all operations of a release have in common.
pub(crate) struct Shared {
    pub registry: Registry,
    pub fence: Arc<JournalFence>,
    pub notices: UnboundedSender<Notice>,
    pub patience: Patience,
    pub release: ReleaseId,
}

/// One operation in flight.
pub(crate) struct Task {
    shared: Arc<Shared>,
    operation: Arc<Operation>,
    direction: Direction,
    /// What it needs of an earlier operation.
    former: Option<Value>,
    /// What it should find live; none when it touches no unit.
    expected: Option<Expected>,
    way: Mutex<Way>,
}

/// How far it has come, however often it is tried again.
#[derive(Default)]
struct Way {
    compared: bool,
    done: Option<Evidence>,
}

impl Task {
    pub fn new(
        shared: Arc<Shared>,
        operation: Arc<Operation>,
        direction: Direction,
        outputs: &Outputs,
        expected: Option<Expected>,
    ) -> Self {
        let former = action(&operation, direction).and_then(|action| former(outputs, action));
        Self {
            shared,
            direction,
            former,
            expected,
            operation,
            way: Mutex::default(),
        }
    }

    pub async fn run(self) -> EventKind {
        let outcome = self.carry_out().await;
        let operation = self.operation.id.clone();
        let direction = self.direction;
        match outcome {
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
        }
    }

    async fn carry_out(&self) -> Result<Evidence, Failure> {
        let Some(action) = action(&self.operation, self.direction) else {
            return Ok(Evidence::seen("nothing to undo"));
        };
        let action = name::put_into(action, &self.shared.release);
        let undo = self.direction == Direction::Undo;
        let key = OperationKey::new(&self.shared.release, &self.operation.id, undo);
        let reporter = Arc::new(Reporter::new(
            self.operation.id.clone(),
            self.shared.notices.clone(),
        ));
        let call = Call::new(key, self.shared.fence.clone(), reporter.clone());
        let outcome = attempt(
            self.shared.patience,
            Duration::from_secs(self.operation.deadline_s.into()),
            || self.once(&call, &action),
            |failure, wait| reporter.retrying(failure, wait),
            || reporter.last(),
        )
        .await;
        match (outcome, self.way().done.take()) {
            // Done, and only what it left could not be read: it is not known then.
            (Err(_), Some(evidence)) => Ok(evidence),
            (outcome, _) => outcome,
        }
    }

    /// Looks whether somebody else was there, carries it out, and looks what it
    /// left. Tried again, it goes on where it was.
    async fn once(&self, call: &Call, action: &Action) -> Result<Evidence, Failure> {
        let (compared, done) = {
            let way = self.way();
            (way.compared, way.done.is_some())
        };
        if !compared {
            self.compare(action).await?;
            self.way().compared = true;
        }
        if !done {
            let (registry, former) = (&self.shared.registry, self.former.as_ref());
            let evidence = dispatch(registry, former, call, self.verb(), action).await?;
            self.way().done = Some(evidence);
        }
        let fingerprint = match touched(action) {
            Some(unit) => {
                let platform = platform(&self.shared.registry, &unit.target)?;
                platform.observe(unit).await?.fingerprint
            }
            None => String::new(),
        };
        let evidence = self.way().done.take().unwrap_or_default();
        Ok(Evidence {
            fingerprint,
            ..evidence
        })
    }

    async fn compare(&self, action: &Action) -> Result<(), Failure> {
        let (Some(unit), Some(expected)) = (touched(action), &self.expected) else {
            return Ok(());
        };
        if !drift::must_look(action, expected) {
            return Ok(());
        }
        let platform = platform(&self.shared.registry, &unit.target)?;
        drift::compare(action, unit, expected, &platform.observe(unit).await?)
    }

    fn verb(&self) -> Verb {
        match (&self.operation.undo, self.direction) {
            (Some(undo), Direction::Undo) => undo.verb,
            _ => self.operation.verb,
        }
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

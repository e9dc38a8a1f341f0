//! One operation in flight, from its command to its outcome.

use crate::dispatch::{Outputs, dispatch};
use segue_journal::LockFence;
use segue_model::{
    Action, Direction, EventKind, Evidence, Failure, Notice, Operation, OperationId, OperationKey,
    ReleaseId, Verb,
};
use segue_platform::{Call, Fence, Patience, Progress, Registry, attempt};
use std::{
    sync::{Arc, Mutex, PoisonError},
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

/// One operation in flight.
pub(crate) struct Task {
    pub registry: Arc<Registry>,
    pub outputs: Arc<Outputs>,
    pub fence: Arc<JournalFence>,
    pub notices: UnboundedSender<Notice>,
    pub patience: Patience,
    pub release: ReleaseId,
    pub operation: Arc<Operation>,
    pub direction: Direction,
}

impl Task {
    pub async fn run(self) -> EventKind {
        let operation = self.operation.id.clone();
        let direction = self.direction;
        match self.carry_out().await {
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
        let Some((verb, action)) = self.what() else {
            return Ok(Evidence::seen("nothing to undo"));
        };
        let undo = self.direction == Direction::Undo;
        let key = OperationKey::new(&self.release, &self.operation.id, undo);
        let reporter = Arc::new(Reporter {
            operation: self.operation.id.clone(),
            notices: self.notices.clone(),
            last: Mutex::default(),
        });
        let call = Call::new(key, self.fence.clone(), reporter.clone());
        let action = named(action, &self.release);
        attempt(
            self.patience,
            Duration::from_secs(self.operation.deadline_s.into()),
            || dispatch(&self.registry, &self.outputs, &call, verb, &action),
            |failure, wait| self.retrying(failure, wait),
            || reporter.last(),
        )
        .await
    }

    fn what(&self) -> Option<(Verb, &Action)> {
        match self.direction {
            Direction::Do => Some((self.operation.verb, &self.operation.action)),
            Direction::Undo => {
                let undo = self.operation.undo.as_ref()?;
                Some((undo.verb, &undo.action))
            }
        }
    }

    fn retrying(&self, failure: &Failure, wait: Duration) {
        let _ = self.notices.send(Notice::Retrying {
            operation: self.operation.id.clone(),
            failure: failure.clone(),
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        });
    }
}

/// `${release}` becomes the release's name, which no plan can know.
fn named(action: &Action, release: &ReleaseId) -> Action {
    let Action::Perform { by, input } = action else {
        return action.clone();
    };
    let mut input = input.clone();
    put_name(&mut input, release);
    Action::Perform {
        by: by.clone(),
        input,
    }
}

fn put_name(value: &mut serde_json::Value, release: &ReleaseId) {
    use serde_json::Value;
    match value {
        Value::String(text) if text.contains("${release}") => {
            *text = text.replace("${release}", release.as_str());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_name(item, release)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| put_name(field, release)),
        _ => {}
    }
}

struct Reporter {
    operation: OperationId,
    notices: UnboundedSender<Notice>,
    last: Mutex<String>,
}

impl Reporter {
    fn last(&self) -> String {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Progress for Reporter {
    fn report(&self, line: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            line.clone_into(&mut last);
            let _ = self.notices.send(Notice::Progress {
                operation: self.operation.clone(),
                line: line.to_owned(),
            });
        }
    }
}

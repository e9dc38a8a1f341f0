//! Tells whoever watches how an operation is getting on.

use segue_model::{Failure, Notice, OperationId};
use segue_platform::Progress;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

pub(crate) struct Reporter {
    operation: OperationId,
    notices: UnboundedSender<Notice>,
    last: Mutex<String>,
}

impl Reporter {
    pub fn new(operation: OperationId, notices: UnboundedSender<Notice>) -> Self {
        Self {
            operation,
            notices,
            last: Mutex::default(),
        }
    }

    /// The last line that was told.
    pub fn last(&self) -> String {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The platform was out of reach.
    pub fn retrying(&self, failure: &Failure, wait: Duration) {
        let _ = self.notices.send(Notice::Retrying {
            operation: self.operation.clone(),
            failure: failure.clone(),
            wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        });
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

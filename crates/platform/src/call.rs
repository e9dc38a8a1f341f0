//! What every call into an adapter brings with it.

use segue_model::{Failure, OperationKey};
use std::{fmt, sync::Arc};

/// Asked before each effect whether this process still holds the environment lock.
pub trait Fence: Send + Sync {
    /// The failure is [`segue_model::FailureKind::LostLock`] when the lock is gone.
    fn check(&self) -> Result<(), Failure>;
}

/// Told how a long operation is getting on.
pub trait Progress: Send + Sync {
    /// One short line for people: `2 of 3 replicas ready`.
    fn report(&self, line: &str);
}

/// The context of one operation: its key, its fence, and where progress goes.
#[derive(Clone)]
pub struct Call {
    /// What each effect bears.
    pub key: OperationKey,
    fence: Arc<dyn Fence>,
    progress: Arc<dyn Progress>,
}

impl Call {
    /// A call of the operation with `key`.
    pub fn new(key: OperationKey, fence: Arc<dyn Fence>, progress: Arc<dyn Progress>) -> Self {
        Self {
            key,
            fence,
            progress,
        }
    }

    /// A call outside any release: always allowed, progress goes nowhere.
    pub fn detached(key: OperationKey) -> Self {
        Self::new(key, Arc::new(Free), Arc::new(Free))
    }

    /// To be called right before each effect.
    ///
    /// # Errors
    /// When the environment lock is lost; the effect must not be sent.
    pub fn before_effect(&self) -> Result<(), Failure> {
        self.fence.check()
    }

    /// Says how the operation is getting on.
    pub fn progress(&self, line: impl fmt::Display) {
        self.progress.report(&line.to_string());
    }
}

struct Free;

impl Fence for Free {
    fn check(&self) -> Result<(), Failure> {
        Ok(())
    }
}

impl Progress for Free {
    fn report(&self, _: &str) {}
}

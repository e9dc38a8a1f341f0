//! The environment lock, whatever keeps it: at most one release changes an
//! environment at a time (law 8).

use segue_model::{Failure, FailureKind, Fault};
use std::{future::Future, pin::Pin, sync::Arc};

/// Who asks for a lock, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who: user, host and process.
    pub holder: String,
    /// What for: a release, a command.
    pub doing: String,
}

/// Who holds an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Who: user, host and process.
    pub holder: String,
    /// What for: a release, a command.
    pub doing: String,
    /// Since when: milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: i64,
}

/// What came of asking for the lock.
pub enum Lock {
    /// It is ours until the value is dropped.
    Ours(Locked),
    /// Somebody else holds it.
    Theirs(Held),
}

/// What keeps a lock: it is asked before each effect, and gives the lock back
/// when it is dropped.
pub trait Guard: Send + Sync {
    /// Whether the lock is still held.
    ///
    /// # Errors
    /// [`FailureKind::LostLock`] when it is somebody else's now; another failure
    /// when that cannot be said at the moment.
    fn check(&self) -> Result<(), Failure>;

    /// Comes to its end when the lock is known to be lost, and else never.
    fn lost(&self) -> Pin<Box<dyn Future<Output = Failure> + Send + '_>>;

    /// Whoever wrote with this lock was told that it is somebody else's.
    fn lose(&self) {}
}

/// A held lock. It is given back when this and all its fences are dropped.
pub struct Locked {
    environment: String,
    token: i64,
    guard: Arc<dyn Guard>,
}

impl Locked {
    /// The lock of `environment`, held with `token` and kept by `guard`.
    pub fn new(environment: &str, token: i64, guard: Arc<dyn Guard>) -> Self {
        Self {
            environment: environment.to_owned(),
            token,
            guard,
        }
    }

    /// What is locked.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The fencing token: greater than that of every holder before.
    pub fn token(&self) -> i64 {
        self.token
    }

    /// The failure of whoever wrote with this lock when it was somebody else's.
    pub(crate) fn was_lost(&self) -> Failure {
        self.guard.lose();
        lost(&self.environment)
    }

    /// Something that adapters can ask before each effect.
    pub fn fence(&self) -> LockFence {
        LockFence(self.guard.clone())
    }
}

/// Asked before each effect whether the lock is still held.
#[derive(Clone)]
pub struct LockFence(Arc<dyn Guard>);

impl LockFence {
    /// Whether the lock is still held.
    ///
    /// # Errors
    /// [`FailureKind::LostLock`] when it is somebody else's now; another failure
    /// when that cannot be said at the moment.
    pub fn check(&self) -> Result<(), Failure> {
        self.0.check()
    }

    /// Comes to its end when the lock is known to be lost, and else never.
    pub async fn lost(&self) -> Failure {
        self.0.lost().await
    }
}

/// The failure of whoever held `environment` and does no longer.
pub(crate) fn lost(environment: &str) -> Failure {
    Failure::new(
        FailureKind::LostLock,
        Fault::User,
        "SEG6005",
        format!("the lock of {environment} was taken over by somebody else"),
    )
    .hint("`segue status` says who holds it")
}

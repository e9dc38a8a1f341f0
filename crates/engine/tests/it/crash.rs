//! Where a process may die: every await between two things that others can see.

use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Counts the points that a run passes, and stands still for ever at one of
/// them: whoever waits for [`Points::died`] then drops the run where it is.
#[derive(Default)]
pub struct Points {
    fatal: usize,
    passed: AtomicUsize,
    died: Notify,
}

impl Points {
    /// Dies at point `fatal`, counted from 1; 0 is never reached.
    pub fn dying_at(fatal: usize) -> Self {
        Self {
            fatal,
            ..Self::default()
        }
    }

    /// One more point.
    pub async fn pass(&self) {
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == self.fatal {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
    }

    /// Waits for the fatal point.
    pub async fn died(&self) {
        self.died.notified().await;
    }
}

//! Where a process may die: every await between two things that others can see.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

/// Counts the points that a run passes, and stands still for ever at one of
/// them: whoever waits for [`Points::died`] then drops the run where it is.
#[derive(Default)]
pub struct Points {
    fatal: usize,
    passed: AtomicUsize,
    died: Notify,
    /// What somebody else does when this point is passed.
    act: Mutex<Option<(usize, Act)>>,
}

type Act = Box<dyn FnOnce() + Send>;

impl Points {
    /// Dies at point `fatal`, counted from 1; 0 is never reached.
    pub fn dying_at(fatal: usize) -> Self {
        Self {
            fatal,
            ..Self::default()
        }
    }

    /// Lives, and `act` happens at `point`.
    pub fn acting_at(point: usize, act: impl FnOnce() + Send + 'static) -> Self {
        Self {
            act: Mutex::new(Some((point, Box::new(act)))),
            ..Self::default()
        }
    }

    /// One more point. From the fatal one on nothing moves any more.
    pub async fn pass(&self) {
        let point = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if self.fatal != 0 && point >= self.fatal {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
        let act = {
            let mut act = self.act.lock().unwrap();
            act.take_if(|(at, _)| *at == point)
        };
        if let Some((_, act)) = act {
            act();
        }
        tokio::task::yield_now().await;
    }

    /// How many points were passed.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }

    /// Waits for the fatal point.
    pub async fn died(&self) {
        self.died.notified().await;
    }
}

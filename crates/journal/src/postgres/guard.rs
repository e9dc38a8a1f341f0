//! What a holder knows of its lock without asking the server.

use super::clock;
use crate::{Guard, lock::lost};
use segue_model::Failure;
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};
use tokio::sync::{oneshot, watch};

/// What the keeper of a lock and its guard both know.
pub(super) struct Lease {
    pub environment: String,
    pub token: i64,
    term: Duration,
    /// Until when nobody else can hold it, on this process's own clock, in
    /// milliseconds.
    sure_until: AtomicU64,
    lost: watch::Sender<bool>,
}

impl Lease {
    pub fn new(environment: &str, token: i64, term: Duration) -> Self {
        Self {
            environment: environment.to_owned(),
            token,
            term,
            sure_until: AtomicU64::new(0),
            lost: watch::Sender::new(false),
        }
    }

    /// The server has begun a new term, some time after `asked`: it is over on the
    /// server not before `asked` and a term. The last fifth is left for an effect
    /// that is on its way.
    pub fn renewed(&self, asked: Duration) {
        let until = asked + self.term.mul_f64(0.8);
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.sure_until.store(until, Ordering::Release);
    }

    pub fn lose(&self) {
        self.lost.send_replace(true);
    }

    pub async fn until_lost(&self) {
        // The sender is here: it cannot end otherwise.
        let _ = self.lost.subscribe().wait_for(|lost| *lost).await;
    }

    fn check(&self) -> Result<(), Failure> {
        if *self.lost.borrow() {
            return Err(lost(&self.environment));
        }
        let sure_until = Duration::from_millis(self.sure_until.load(Ordering::Acquire));
        if clock::now() < sure_until {
            return Ok(());
        }
        let what = format!(
            "the database that keeps the lock of {} does not answer; nothing is changed until \
             it does",
            self.environment
        );
        Err(Failure::unavailable("SEG6016", what)
            .hint("look at the server and the way to it; if the release stops, `segue resume`"))
    }
}

/// Lives as long as the lock; gives it back.
pub(super) struct LeaseGuard {
    pub lease: std::sync::Arc<Lease>,
    /// Tells the keeper to give it back, and hears that it has.
    pub end: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>>,
    pub patience: Duration,
}

impl Guard for LeaseGuard {
    fn check(&self) -> Result<(), Failure> {
        self.lease.check()
    }

    fn lost(&self) -> Pin<Box<dyn Future<Output = Failure> + Send + '_>> {
        Box::pin(async {
            self.lease.until_lost().await;
            lost(&self.lease.environment)
        })
    }

    fn lose(&self) {
        self.lease.lose();
    }
}

impl Drop for LeaseGuard {
    /// Waits for a moment, so that whoever comes next finds it free. A server that
    /// does not answer lets the term run out.
    fn drop(&mut self) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((give_back, given_back)) = end.take()
            && give_back.send(()).is_ok()
        {
            let _ = given_back.recv_timeout(self.patience);
        }
    }
}

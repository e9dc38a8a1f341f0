//! A journal with whatever can go wrong between a process and its disk.

use crate::points::Points;
use async_trait::async_trait;
use segue_journal::{Changes, Claim, Entry, Head, Held, Journal, Lock, Locked, Record};
use segue_model::{Event, EventKind, Failure, Plan, ReleaseId, Request, Wish};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What goes wrong with an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The disk is full from here on: nothing is written.
    Full,
    /// It is written, and the process is told that it is not.
    HalfWritten,
    /// The database is out of reach twice.
    Away,
    /// It is written, and the connection breaks before the answer.
    AnswerLost,
}

/// Passes a point before and after each append.
pub struct Tap {
    pub inner: Arc<dyn Journal>,
    pub points: Arc<Points>,
    /// The append, from 1, that goes wrong.
    pub fault: Option<(usize, Fault)>,
    /// How long the disk takes.
    pub slow: Duration,
    pub appends: Arc<AtomicUsize>,
}

impl Tap {
    pub fn new(inner: Arc<dyn Journal>, points: Arc<Points>) -> Self {
        Self {
            inner,
            points,
            fault: None,
            slow: Duration::ZERO,
            appends: Arc::default(),
        }
    }

    fn fault(&self, append: usize) -> Option<Fault> {
        let (at, fault) = self.fault?;
        let now = match fault {
            Fault::Full => append >= at,
            Fault::Away => append == at || append == at + 1,
            Fault::HalfWritten | Fault::AnswerLost => append == at,
        };
        now.then_some(fault)
    }
}

fn refused() -> Failure {
    Failure::internal("SEG6001", "could not write the journal").words("disk full")
}

fn away() -> Failure {
    Failure::unavailable("SEG6001", "the journal is out of reach")
}

#[async_trait]
impl Journal for Tap {
    fn place(&self) -> String {
        self.inner.place()
    }

    async fn create(&self, lock: &Locked, entry: &Entry, plan: &Plan) -> Result<(), Failure> {
        self.inner.create(lock, entry, plan).await
    }

    async fn append(
        &self,
        lock: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure> {
        self.points.pass().await;
        let append = self.appends.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = self.fault(append);
        match fault {
            Some(Fault::Full) => return Err(refused()),
            Some(Fault::Away) => return Err(away()),
            _ => {}
        }
        if !self.slow.is_zero() {
            tokio::time::sleep(self.slow).await;
        }
        let written = self.inner.append(lock, release, kinds, at_ms).await?;
        self.points.pass().await;
        match fault {
            Some(Fault::HalfWritten) => Err(refused()),
            Some(Fault::AnswerLost) => Err(away()),
            _ => Ok(written),
        }
    }

    async fn releases(&self) -> Result<Vec<Entry>, Failure> {
        self.inner.releases().await
    }

    async fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
        self.inner.plan(release).await
    }

    async fn records(&self, release: &ReleaseId, from: u64) -> Result<Vec<Record>, Failure> {
        self.inner.records(release, from).await
    }

    async fn head(&self, release: &ReleaseId) -> Result<Head, Failure> {
        self.inner.head(release).await
    }

    async fn ask(
        &self,
        release: &ReleaseId,
        wish: &Wish,
        by: &str,
        because: &str,
        at_ms: i64,
    ) -> Result<Request, Failure> {
        self.inner.ask(release, wish, by, because, at_ms).await
    }

    async fn requests(&self, release: &ReleaseId, after: u64) -> Result<Vec<Request>, Failure> {
        self.inner.requests(release, after).await
    }

    async fn watch(&self) -> Result<Box<dyn Changes>, Failure> {
        self.inner.watch().await
    }

    async fn lock(&self, environment: &str, claim: &Claim, at_ms: i64) -> Result<Lock, Failure> {
        self.inner.lock(environment, claim, at_ms).await
    }

    async fn held(&self, environment: &str) -> Result<Option<Held>, Failure> {
        self.inner.held(environment).await
    }
}

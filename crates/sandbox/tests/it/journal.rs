//! A journal whose every append passes two points of the tripwire for each of
//! its events: before it is on the disk, and after.

use async_trait::async_trait;
use segue_engine::Handle;
use segue_journal::{Changes, Claim, Entry, Head, Held, Journal, Lock, Locked, Record, Sqlite};
use segue_model::{
    Direction, Event, EventKind, Failure, OperationId, Plan, ReleaseId, Request, Wish,
};
use segue_twin::tripwire::{Side, Tripwire};
use std::sync::{Arc, OnceLock};

pub struct Watched {
    journal: Sqlite,
    tripwire: Arc<Tripwire>,
    cancel: Option<Cancel>,
}

/// A person who cancels.
pub struct Cancel {
    /// When this operation has succeeded.
    pub after: OperationId,
    /// How the release is reached.
    pub reach: Arc<OnceLock<Handle>>,
}

impl Cancel {
    /// Whether it is time, and nobody has asked for it yet.
    pub fn is_due(&self, events: &[EventKind]) -> bool {
        let is_it = |kind: &EventKind| {
            matches!(kind, EventKind::Succeeded { operation, direction: Direction::Do, .. }
                if *operation == self.after)
        };
        let asked = |kind: &EventKind| matches!(kind, EventKind::Asked { .. });
        events.iter().any(is_it) && !events.iter().any(asked)
    }
}

impl Watched {
    pub fn new(journal: Sqlite, tripwire: Arc<Tripwire>, cancel: Option<Cancel>) -> Self {
        Self {
            journal,
            tripwire,
            cancel,
        }
    }
}

/// `journal succeeded auth-service@aks/stage`.
fn name(kind: &EventKind) -> String {
    let of = |operation, direction| match direction {
        Direction::Do => format!("{operation}"),
        Direction::Undo => format!("undo of {operation}"),
    };
    let said = match kind {
        EventKind::Started { .. } => "started".into(),
        EventKind::Resumed { .. } => "resumed".into(),
        EventKind::Succeeded {
            operation,
            direction,
            ..
        } => format!("succeeded {}", of(operation, *direction)),
        EventKind::Failed {
            operation,
            direction,
            ..
        } => format!("failed {}", of(operation, *direction)),
        EventKind::Asked { .. } => "asked".into(),
        EventKind::Measured { .. } => "measured".into(),
        EventKind::Finished { .. } => "finished".into(),
    };
    format!("journal {said}")
}

#[async_trait]
impl Journal for Watched {
    fn place(&self) -> String {
        self.journal.place()
    }

    async fn create(&self, lock: &Locked, entry: &Entry, plan: &Plan) -> Result<(), Failure> {
        self.journal.create(lock, entry, plan).await
    }

    async fn append(
        &self,
        lock: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure> {
        for kind in kinds {
            self.tripwire.pass(Side::Before, &name(kind)).await;
        }
        let events = self.journal.append(lock, release, kinds, at_ms).await?;
        // Before the engine can begin what comes next: always at the same moment.
        if let Some(cancel) = &self.cancel
            && cancel.is_due(kinds)
            && let Some(handle) = cancel.reach.get()
        {
            handle.cancel("test", "");
        }
        for kind in kinds {
            self.tripwire.pass(Side::After, &name(kind)).await;
        }
        Ok(events)
    }

    async fn releases(&self) -> Result<Vec<Entry>, Failure> {
        self.journal.releases().await
    }

    async fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
        self.journal.plan(release).await
    }

    async fn records(&self, release: &ReleaseId, from: u64) -> Result<Vec<Record>, Failure> {
        self.journal.records(release, from).await
    }

    async fn head(&self, release: &ReleaseId) -> Result<Head, Failure> {
        self.journal.head(release).await
    }

    async fn ask(
        &self,
        release: &ReleaseId,
        wish: &Wish,
        by: &str,
        because: &str,
        at_ms: i64,
    ) -> Result<Request, Failure> {
        self.journal.ask(release, wish, by, because, at_ms).await
    }

    async fn requests(&self, release: &ReleaseId, after: u64) -> Result<Vec<Request>, Failure> {
        self.journal.requests(release, after).await
    }

    async fn watch(&self) -> Result<Box<dyn Changes>, Failure> {
        self.journal.watch().await
    }

    async fn lock(&self, environment: &str, claim: &Claim, at_ms: i64) -> Result<Lock, Failure> {
        self.journal.lock(environment, claim, at_ms).await
    }

    async fn held(&self, environment: &str) -> Result<Option<Held>, Failure> {
        self.journal.held(environment).await
    }
}

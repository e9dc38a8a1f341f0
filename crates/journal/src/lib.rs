//! The journal: events, plans, requests and the environment lock, behind one
//! contract: SQLite beside the manifest for one person, PostgreSQL for a team.
//!
//! What [`Journal::append`] returned from is on the disk: intent before effect
//! (law 3) is that call coming before the effect. Events are append-only and
//! hash-chained. It knows the words of the model and nothing of how a release is
//! carried out.

mod chain;
mod format;
mod lock;
mod place;
mod plan;
mod postgres;
mod sqlite;
mod verify;

pub use lock::{Claim, Guard, Held, Lock, LockFence, Locked};
pub use place::{Place, open};
pub use postgres::{Postgres, Waits};
pub use sqlite::Sqlite;
pub use verify::{Verified, verify};

use async_trait::async_trait;
use segue_model::{Event, EventKind, Failure, Fault, Plan, ReleaseId, Request, Wish};

/// A release as the journal lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: ReleaseId,
    /// What it changes.
    pub environment: String,
    /// Whether it runs against twins.
    pub sandbox: bool,
    /// When it was created: milliseconds since 1970-01-01T00:00:00Z.
    pub began_ms: i64,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number within the release, from 1.
    pub seq: u64,
    /// When it was journaled: milliseconds since 1970-01-01T00:00:00Z, as the
    /// clock of whoever wrote it said; it may run backwards.
    pub at_ms: i64,
    /// What happened, as the JSON that was written.
    pub body: String,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

/// The last event of a release.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Its number; 0 when there is none.
    pub seq: u64,
    /// Its hash, in hexadecimal; it vouches for every event before it.
    pub hash: String,
}

/// Where releases are written down. Failures are [`segue_model::FailureKind::Internal`]
/// where the disk or the database would not, `Unavailable` where a database was
/// out of reach, `LostLock` where the lock is somebody else's now.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Where it lies, for people; without a password.
    fn place(&self) -> String;

    /// Writes down that a release is going to carry out `plan`. Whoever has lost
    /// the lock writes nothing.
    async fn create(&self, lock: &Locked, entry: &Entry, plan: &Plan) -> Result<(), Failure>;

    /// Appends events, all or none, and returns when they are on the disk. Whoever
    /// has lost the lock appends nothing. After a failure of another kind nobody
    /// knows whether they are there: read `events` before appending again.
    async fn append(
        &self,
        lock: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure>;

    /// All releases, the newest first.
    async fn releases(&self) -> Result<Vec<Entry>, Failure>;

    /// The plan that a release carries out; none when there is no such release. It
    /// fails when the plan is not the one that the release was started with.
    async fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure>;

    /// The events of a release as they are stored, from number `from` on, in order;
    /// nothing about them is checked.
    async fn records(&self, release: &ReleaseId, from: u64) -> Result<Vec<Record>, Failure>;

    /// The events of a release after number `after` (0: all), in order. It fails
    /// when any of them was altered, removed or moved since it was written.
    async fn events(&self, release: &ReleaseId, after: u64) -> Result<Vec<Event>, Failure> {
        chain::events(release, after, self.records(release, after).await?)
    }

    /// Whether what keeps the journal finds itself whole, where it can tell: the
    /// hashes cannot when a broken disk took the last events with it.
    async fn check(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// The last event of a release.
    async fn head(&self, release: &ReleaseId) -> Result<Head, Failure>;

    /// Leaves a wish for whoever carries the release out, on the disk.
    async fn ask(
        &self,
        release: &ReleaseId,
        wish: &Wish,
        by: &str,
        because: &str,
        at_ms: i64,
    ) -> Result<Request, Failure>;

    /// The requests of a release with an id greater than `after`, in order.
    async fn requests(&self, release: &ReleaseId, after: u64) -> Result<Vec<Request>, Failure>;

    /// Tells of what other processes write.
    async fn watch(&self) -> Result<Box<dyn Changes>, Failure>;

    /// Asks for the lock of an environment. Where the holder has gone without
    /// giving it back, this waits until its term is over.
    async fn lock(&self, environment: &str, claim: &Claim, at_ms: i64) -> Result<Lock, Failure>;

    /// Who holds the lock of `environment` now; none when nobody does.
    async fn held(&self, environment: &str) -> Result<Option<Held>, Failure>;
}

/// Tells of what other processes write into a journal.
#[async_trait]
pub trait Changes: Send {
    /// Returns when something may have changed since it last returned, or since it
    /// was made; now and then for nothing. Dropping the future loses nothing.
    async fn next(&mut self) -> Result<(), Failure>;
}

/// What stands in the journal is not what this program wrote.
fn damaged(what: impl std::fmt::Display) -> Failure {
    Failure::internal("SEG6002", "the journal holds what this program cannot read")
        .words(what.to_string())
        .hint(
            "keep a copy of the journal, and look at the platforms: a trigger may still be \
             paused",
        )
}

/// What lies at `place` is of a format that this program does not know yet.
fn newer(place: impl std::fmt::Display, format: impl std::fmt::Display, known: usize) -> Failure {
    Failure::step("SEG6003", format!("{place} was written by a newer Segue"))
        .by(Fault::User)
        .words(format!(
            "its format is {format}, this program knows up to {known}"
        ))
        .hint("use the Segue that wrote it, or a newer one")
}

//! A journal for one person: an SQLite file beside the manifest.

mod append;
mod lock;
mod open;
mod read;
mod requests;
mod schema;
mod watch;

use crate::{Changes, Claim, Entry, Head, Held, Journal, Lock, Locked, Record, damaged};
use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode};
use segue_model::{Event, EventKind, Failure, Plan, ReleaseId, Request, Wish};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::runtime::{Handle, RuntimeFlavor};

/// One journal file.
pub struct Sqlite {
    path: PathBuf,
    connection: Mutex<Connection>,
}

impl Sqlite {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The directory that holds the journal and its lock files.
    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }
}

/// The disk may take its time: other tasks of the runtime go on meanwhile.
fn on_disk<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

#[async_trait]
impl Journal for Sqlite {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    async fn create(&self, lock: &Locked, entry: &Entry, plan: &Plan) -> Result<(), Failure> {
        on_disk(|| append::create(&mut self.connection(), lock, entry, plan))
    }

    async fn append(
        &self,
        lock: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure> {
        on_disk(|| append::append(&mut self.connection(), lock, release, kinds, at_ms))
    }

    async fn releases(&self) -> Result<Vec<Entry>, Failure> {
        on_disk(|| read::releases(&self.connection()))
    }

    async fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
        on_disk(|| read::plan(&self.connection(), release))
    }

    async fn records(&self, release: &ReleaseId, from: u64) -> Result<Vec<Record>, Failure> {
        on_disk(|| read::records(&self.connection(), release, from))
    }

    async fn check(&self) -> Result<(), Failure> {
        on_disk(|| read::check(&self.connection()))
    }

    async fn head(&self, release: &ReleaseId) -> Result<Head, Failure> {
        on_disk(|| read::head(&self.connection(), release))
    }

    async fn ask(
        &self,
        release: &ReleaseId,
        wish: &Wish,
        by: &str,
        because: &str,
        at_ms: i64,
    ) -> Result<Request, Failure> {
        on_disk(|| requests::ask(&mut self.connection(), release, wish, by, because, at_ms))
    }

    async fn requests(&self, release: &ReleaseId, after: u64) -> Result<Vec<Request>, Failure> {
        on_disk(|| requests::requests(&self.connection(), release, after))
    }

    async fn watch(&self) -> Result<Box<dyn Changes>, Failure> {
        Ok(Box::new(watch::Watch::new(&self.path)?))
    }

    async fn lock(&self, environment: &str, claim: &Claim, at_ms: i64) -> Result<Lock, Failure> {
        on_disk(|| self.take(environment, claim, at_ms))
    }

    async fn held(&self, environment: &str) -> Result<Option<Held>, Failure> {
        on_disk(|| self.holder_that_lives(environment))
    }
}

/// What SQLite said, as a failure that suspends a release and undoes nothing.
fn storage(doing: &str) -> impl Fn(rusqlite::Error) -> Failure + '_ {
    move |error| match &error {
        rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..) => damaged(error),
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(error),
            _ => Failure::internal("SEG6001", format!("could not {doing} the journal"))
                .words(error.to_string())
                .hint("check the disk's space and permissions, then `segue resume`"),
        },
    }
}

//! A journal for a team: a schema in a PostgreSQL database.

mod address;
mod append;
mod clock;
mod guard;
mod keeper;
mod lease;
mod process;
mod read;
mod requests;
mod said;
mod schema;
mod session;
mod tls;
mod watch;

pub(crate) use address::shown;
use said::{is_unique_violation, refused, said, unavailable, words};

use crate::{Changes, Claim, Entry, Head, Held, Journal, Lock, Locked, Record};
use address::Address;
use append::Heads;
use async_trait::async_trait;
use segue_model::{Event, EventKind, Failure, Plan, ReleaseId, Request, Wish};
use session::Server;
use std::{sync::Arc, time::Duration};

/// How long what is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// How long a lock is held without a word from its holder; it is renewed three
    /// times as often.
    pub term: Duration,
    /// How long a server may take for one answer.
    pub answer: Duration,
    /// How long a server that is out of reach is tried again before that is said.
    pub patience: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            term: Duration::from_secs(15),
            answer: Duration::from_secs(10),
            patience: Duration::from_secs(30),
        }
    }
}

/// A journal in a database.
pub struct Postgres {
    server: Arc<Server>,
    heads: Heads,
}

impl Postgres {
    /// Opens the journal in the database at `url`
    /// (`postgres://user:password@host/database?sslmode=verify-full`), and makes it
    /// when it is not there.
    ///
    /// # Errors
    /// `SEG6015` when the server is out of reach, `SEG6017` when it refuses,
    /// `SEG6003` when the journal was written by a newer Segue.
    pub async fn open(url: &str) -> Result<Self, Failure> {
        Self::open_with(url, Waits::default()).await
    }

    /// As [`Self::open`], with other waits.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_with(url: &str, waits: Waits) -> Result<Self, Failure> {
        let address = Address::parse(url, waits.answer)?;
        let server = Arc::new(Server::new(address, waits));
        server.work(schema::migrate).await?;
        Ok(Self {
            server,
            heads: Heads::default(),
        })
    }
}

#[async_trait]
impl Journal for Postgres {
    fn place(&self) -> String {
        self.server.address.to_string()
    }

    async fn create(&self, lock: &Locked, entry: &Entry, plan: &Plan) -> Result<(), Failure> {
        append::create(&self.server, lock, entry, plan).await
    }

    async fn append(
        &self,
        lock: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure> {
        append::append(&self.server, &self.heads, lock, release, kinds, at_ms).await
    }

    async fn releases(&self) -> Result<Vec<Entry>, Failure> {
        self.server.work(read::releases).await
    }

    async fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
        let plan = |client| read::plan(client, release);
        self.server.work(plan).await
    }

    async fn records(&self, release: &ReleaseId, from: u64) -> Result<Vec<Record>, Failure> {
        let read = |client| read::records(client, release, from);
        let records = self.server.work(read).await?;
        if let Some(last) = records.last() {
            self.heads.was_read(release, last.seq, &last.hash);
        } else {
            self.head(release).await?;
        }
        Ok(records)
    }

    async fn head(&self, release: &ReleaseId) -> Result<Head, Failure> {
        let read = |client| read::head(client, release);
        let head = self.server.work(read).await?;
        self.heads.was_read(release, head.seq, &head.hash);
        Ok(head)
    }

    async fn ask(
        &self,
        release: &ReleaseId,
        wish: &Wish,
        by: &str,
        because: &str,
        at_ms: i64,
    ) -> Result<Request, Failure> {
        requests::ask(&self.server, release, wish, by, because, at_ms).await
    }

    async fn requests(&self, release: &ReleaseId, after: u64) -> Result<Vec<Request>, Failure> {
        let read = |client| requests::requests(client, release, after);
        self.server.work(read).await
    }

    async fn watch(&self) -> Result<Box<dyn Changes>, Failure> {
        Ok(Box::new(watch::Watch::new(self.server.clone()).await?))
    }

    async fn lock(&self, environment: &str, claim: &Claim, at_ms: i64) -> Result<Lock, Failure> {
        keeper::lock(&self.server, environment, claim, at_ms).await
    }

    async fn held(&self, environment: &str) -> Result<Option<Held>, Failure> {
        let held = |client| lease::held(client, environment);
        self.server.work(held).await
    }
}

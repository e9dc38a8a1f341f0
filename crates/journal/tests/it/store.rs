//! A new, empty place for a journal, in each store.

use crate::server::{Server, server};
use segue_journal::{Claim, Journal, Lock, Locked, Place, open};
use std::{future::Future, sync::Arc};

/// A place of its own.
pub struct Store {
    pub place: Place,
    /// Goes away with the value; a database goes with its server.
    pub directory: tempfile::TempDir,
}

impl Store {
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::File(directory.path().join("journal.db"));
        Self { place, directory }
    }

    pub async fn postgres(server: &Server) -> Self {
        let database = server.database().await;
        let place = Place::Postgres(server.url(server.port, &database));
        let directory = tempfile::tempdir().unwrap();
        Self { place, directory }
    }

    /// As another process is told of it.
    pub fn address(&self) -> String {
        match &self.place {
            Place::File(path) => path.display().to_string(),
            Place::Postgres(url) => url.clone(),
        }
    }

    /// As another process would.
    pub async fn open(&self) -> Arc<dyn Journal> {
        open(&self.place).await.unwrap()
    }

    /// What somebody does behind Segue's back.
    pub async fn sql(&self, statements: &str) {
        match &self.place {
            Place::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch(statements).unwrap();
            }
            Place::Postgres(url) => {
                let (_, database) = url.rsplit_once('/').unwrap();
                let statements = format!("SET search_path TO segue; {statements}");
                server().unwrap().sql(database, &statements).await;
            }
        }
    }

    /// What makes the journal one of a newer Segue.
    pub fn newer(&self) -> &'static str {
        match self.place {
            Place::File(_) => "PRAGMA user_version = 99",
            Place::Postgres(_) => "UPDATE format SET version = 99",
        }
    }
}

pub fn on_sqlite<F: Future<Output = ()>>(promise: impl FnOnce(Store) -> F) {
    runtime().block_on(promise(Store::sqlite()));
}

pub fn on_postgres<F: Future<Output = ()>>(promise: impl FnOnce(Store) -> F) {
    if let Some(server) = server() {
        runtime().block_on(async { promise(Store::postgres(server).await).await });
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// The lock of `environment`, when it is free.
pub async fn lock_of(journal: &dyn Journal, environment: &str) -> Option<Locked> {
    let claim = Claim {
        holder: "ana@host".into(),
        doing: "release r1".into(),
    };
    match journal.lock(environment, &claim, 5).await.unwrap() {
        Lock::Ours(locked) => Some(locked),
        Lock::Theirs(_) => None,
    }
}

/// The lock of production, which is free.
pub async fn lock(journal: &dyn Journal) -> Locked {
    lock_of(journal, "production").await.unwrap()
}

//! What other processes write: SQLite counts it, and tells only whoever asks.

use super::storage;
use crate::Changes;
use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags};
use segue_model::Failure;
use std::{path::Path, sync::Mutex, sync::PoisonError, time::Duration};

/// Asking costs some microseconds; nobody notices a wait this short.
const EVERY: Duration = Duration::from_millis(50);

pub(super) struct Watch {
    // A connection is not Sync; nobody else ever locks it.
    connection: Mutex<Connection>,
    seen: Option<i64>,
}

impl Watch {
    pub(super) fn new(path: &Path) -> Result<Self, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(storage("open"))?;
        let mut watch = Self {
            connection: Mutex::new(connection),
            seen: None,
        };
        watch.seen = Some(watch.version()?);
        Ok(watch)
    }

    /// Changes when another connection has committed
    /// (<https://sqlite.org/pragma.html#pragma_data_version>).
    fn version(&self) -> Result<i64, Failure> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(storage("read"))
    }
}

#[async_trait]
impl Changes for Watch {
    async fn next(&mut self) -> Result<(), Failure> {
        loop {
            let now = self.version()?;
            if self.seen.replace(now) != Some(now) {
                return Ok(());
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

//! Opening a journal: made when it is not there, refused when it is newer.

use super::{Sqlite, schema, storage};
use crate::newer;
use rusqlite::{Connection, config::DbConfig};
use segue_model::Failure;
use std::{path::Path, sync::Mutex, time::Duration};

/// How long a second process waits for the first one's transaction.
const BUSY: Duration = Duration::from_secs(5);

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A statement is planned once, not again for each value that it is given.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

impl Sqlite {
    /// Opens the journal at `path`, and makes it when it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened, or was written by a newer Segue.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let connection = connect(path).map_err(storage("open"))?;
        let journal = Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        };
        journal.migrate(path)?;
        Ok(journal)
    }

    fn migrate(&self, path: &Path) -> Result<(), Failure> {
        let mut connection = self.connection();
        let within = connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(storage("open"))?;
        let version: usize = within
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(storage("open"))?;
        let steps = schema::STEPS
            .get(version..)
            .ok_or_else(|| newer(path.display(), version, schema::VERSION))?;
        if steps.is_empty() {
            return Ok(());
        }
        within
            .execute_batch(&steps.concat())
            .and_then(|()| within.pragma_update(None, "user_version", schema::VERSION))
            .and_then(|()| within.commit())
            .map_err(storage("make"))
    }
}

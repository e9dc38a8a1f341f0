//! Opening a journal: made when it is not there, refused when it is newer.

use crate::{Journal, damaged, schema, storage};
use rusqlite::{Connection, ErrorCode};
use segue_model::{Failure, Fault};
use std::{path::Path, time::Duration};

/// How long a second process waits for the first one's transaction.
const BUSY: Duration = Duration::from_secs(5);

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

impl Journal {
    /// Opens the journal at `path`, and makes it when it is not there.
    ///
    /// # Errors
    /// When the file cannot be opened, or was written by a newer Segue.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let connection = connect(path).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                damaged(format!("{}: {error}", path.display()))
            }
            _ => storage("open")(error),
        })?;
        let mut journal = Self { connection };
        journal.migrate(path)?;
        Ok(journal)
    }

    fn migrate(&mut self, path: &Path) -> Result<(), Failure> {
        let within = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(storage("open"))?;
        let version: i64 = within
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(storage("open"))?;
        match version {
            schema::VERSION => return Ok(()),
            0 => within.execute_batch(schema::CREATE),
            _ => {
                return Err(Failure::step(
                    "SEG6003",
                    format!("{} was written by a newer Segue", path.display()),
                )
                .by(Fault::User)
                .words(format!(
                    "its format is {version}, this program knows up to {}",
                    schema::VERSION
                ))
                .hint("use the Segue that wrote it, or a newer one"));
            }
        }
        .and_then(|()| within.pragma_update(None, "user_version", schema::VERSION))
        .and_then(|()| within.commit())
        .map_err(storage("make"))
    }
}

//! The environment lock of one machine, in two parts. The operating system's lock
//! on a file beside the journal says whether the holder lives: it is gone with the
//! process, however that ends. The fencing token in the journal says who holds it:
//! whoever took the lock later has a greater one, and every effect and every
//! append checks its own.

use super::{Sqlite, storage};
use crate::{Claim, Guard, Held, Lock, Locked, lock::lost};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use segue_model::Failure;
use std::{
    fs::{File, OpenOptions, TryLockError},
    future::{Future, pending},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

impl Sqlite {
    pub(super) fn take(
        &self,
        environment: &str,
        claim: &Claim,
        at_ms: i64,
    ) -> Result<Lock, Failure> {
        let path = self.lock_file(environment);
        let cannot = |error: std::io::Error| {
            Failure::internal("SEG6004", format!("could not lock {}", path.display()))
                .words(error.to_string())
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(cannot)?;
        if !try_lock(&file).map_err(cannot)? {
            return Ok(Lock::Theirs(holder(&self.connection(), environment)?));
        }
        let token = next_token(&mut self.connection(), environment, claim, at_ms)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(storage("open"))?;
        let guard = FileGuard {
            connection: Mutex::new(connection),
            environment: environment.to_owned(),
            token,
            _file: file,
        };
        Ok(Lock::Ours(Locked::new(environment, token, Arc::new(guard))))
    }

    pub(super) fn holder_that_lives(&self, environment: &str) -> Result<Option<Held>, Failure> {
        let Ok(file) = File::open(self.lock_file(environment)) else {
            return Ok(None);
        };
        // Shared, so that those who look are not in each other's way.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => holder(&self.connection(), environment).map(Some),
            _ => Ok(None),
        }
    }

    fn lock_file(&self, environment: &str) -> PathBuf {
        self.directory()
            .join(format!("{}.lock", file_name(environment)))
    }
}

/// Lives as long as the lock.
struct FileGuard {
    connection: Mutex<Connection>,
    environment: String,
    token: i64,
    // Held open: the operating system's lock lives as long as the file.
    _file: File,
}

impl Guard for FileGuard {
    fn check(&self) -> Result<(), Failure> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        check(&connection, &self.environment, self.token)
    }

    /// Nobody can take it from a process that lives.
    fn lost(&self) -> Pin<Box<dyn Future<Output = Failure> + Send + '_>> {
        Box::pin(pending())
    }
}

pub(super) fn check(connection: &Connection, environment: &str, token: i64) -> Result<(), Failure> {
    let now: i64 = connection
        .prepare_cached("SELECT token FROM lock WHERE environment = ?")
        .and_then(|mut select| select.query_row([environment], |row| row.get(0)))
        .map_err(storage("read"))?;
    if now == token {
        Ok(())
    } else {
        Err(lost(environment))
    }
}

fn next_token(
    connection: &mut Connection,
    environment: &str,
    claim: &Claim,
    at_ms: i64,
) -> Result<i64, Failure> {
    let within = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(storage("write"))?;
    let token = within
        .query_row(
            "INSERT INTO lock (environment, token, holder, doing, since_ms)
             VALUES (?1, 1, ?2, ?3, ?4)
             ON CONFLICT (environment) DO UPDATE
             SET token = token + 1, holder = ?2, doing = ?3, since_ms = ?4
             RETURNING token",
            params![environment, claim.holder, claim.doing, at_ms],
            |row| row.get(0),
        )
        .map_err(storage("write"))?;
    within.commit().map_err(storage("write"))?;
    Ok(token)
}

fn holder(connection: &Connection, environment: &str) -> Result<Held, Failure> {
    let held = connection
        .query_row(
            "SELECT holder, doing, since_ms FROM lock WHERE environment = ?",
            [environment],
            |row| {
                Ok(Held {
                    holder: row.get(0)?,
                    doing: row.get(1)?,
                    since_ms: row.get(2)?,
                })
            },
        )
        .optional()
        .map_err(storage("read"))?;
    Ok(held.unwrap_or_else(|| Held {
        holder: "a process that has just begun".into(),
        doing: "something".into(),
        since_ms: 0,
    }))
}

/// Takes the operating system's lock; false when somebody else has it. Tried a
/// few times: whoever asks for its holder has it for an instant.
fn try_lock(file: &File) -> std::io::Result<bool> {
    for _ in 0..4 {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// An environment's name as part of a file's name.
fn file_name(environment: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    environment.chars().map(safe).collect()
}

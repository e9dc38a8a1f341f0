//! The environment lock: at most one release changes an environment at a time.
//!
//! Two parts. The operating system's lock on a file beside the journal says
//! whether the holder lives: it is gone with the process, however that ends. The
//! fencing token in the journal says who holds it: whoever took the lock later
//! has a greater one, and every effect and every append checks its own.

use crate::{Journal, storage};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use segue_model::{Failure, FailureKind, Fault};
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Who holds an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Who: user, host and process.
    pub holder: String,
    /// What for: a release, a command.
    pub doing: String,
    /// Since when: milliseconds since 1970-01-01T00:00:00Z.
    pub since_ms: i64,
}

/// What came of asking for the lock.
pub enum Lock {
    /// It is ours until the value is dropped.
    Ours(Locked),
    /// Somebody else holds it.
    Theirs(Held),
}

/// A held lock. Dropping it gives it back.
pub struct Locked {
    environment: String,
    token: i64,
    journal: PathBuf,
    // Held open: the operating system's lock lives as long as the file.
    _file: File,
}

impl Journal {
    /// Asks for the lock of `environment`. `directory` is where the journal lies.
    ///
    /// # Errors
    /// When the lock file or the journal cannot be written.
    pub fn lock(
        &mut self,
        directory: &Path,
        environment: &str,
        holder: &str,
        doing: &str,
        at_ms: i64,
    ) -> Result<Lock, Failure> {
        let path = directory.join(format!("{}.lock", file_name(environment)));
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
            return Ok(Lock::Theirs(self.holder(environment)?));
        }
        let token = self.next_token(environment, holder, doing, at_ms)?;
        Ok(Lock::Ours(Locked {
            environment: environment.to_owned(),
            token,
            journal: PathBuf::from(self.connection.path().unwrap_or_default()),
            _file: file,
        }))
    }

    /// Who holds the lock of `environment` now; none when nobody does.
    ///
    /// # Errors
    /// When the lock file or the journal cannot be read.
    pub fn held(&self, directory: &Path, environment: &str) -> Result<Option<Held>, Failure> {
        let path = directory.join(format!("{}.lock", file_name(environment)));
        let Ok(file) = File::open(&path) else {
            return Ok(None);
        };
        // Shared, so that those who look are not in each other's way.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => self.holder(environment).map(Some),
            _ => Ok(None),
        }
    }

    fn next_token(
        &mut self,
        environment: &str,
        holder: &str,
        doing: &str,
        at_ms: i64,
    ) -> Result<i64, Failure> {
        let within = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(storage("write"))?;
        let token = within
            .query_row(
                "INSERT INTO lock (environment, token, holder, doing, since_ms)
                 VALUES (?1, 1, ?2, ?3, ?4)
                 ON CONFLICT (environment) DO UPDATE
                 SET token = token + 1, holder = ?2, doing = ?3, since_ms = ?4
                 RETURNING token",
                params![environment, holder, doing, at_ms],
                |row| row.get(0),
            )
            .map_err(storage("write"))?;
        within.commit().map_err(storage("write"))?;
        Ok(token)
    }

    fn holder(&self, environment: &str) -> Result<Held, Failure> {
        let held = self
            .connection
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
}

impl Locked {
    /// The fencing token: greater than that of every holder before.
    pub fn token(&self) -> i64 {
        self.token
    }

    /// Something that adapters can ask before each effect.
    ///
    /// # Errors
    /// When the journal cannot be opened a second time.
    pub fn fence(&self) -> Result<LockFence, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&self.journal, flags).map_err(storage("open"))?;
        Ok(LockFence {
            connection: Mutex::new(connection),
            environment: self.environment.clone(),
            token: self.token,
        })
    }

    pub(crate) fn check_in(&self, connection: &Connection) -> Result<(), Failure> {
        check(connection, &self.environment, self.token)
    }
}

/// Asked before each effect whether the lock is still held.
pub struct LockFence {
    connection: Mutex<Connection>,
    environment: String,
    token: i64,
}

impl LockFence {
    /// Whether the lock is still held.
    ///
    /// # Errors
    /// [`FailureKind::LostLock`] when it is not.
    pub fn check(&self) -> Result<(), Failure> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        check(&connection, &self.environment, self.token)
    }
}

fn check(connection: &Connection, environment: &str, token: i64) -> Result<(), Failure> {
    let now: i64 = connection
        .prepare_cached("SELECT token FROM lock WHERE environment = ?")
        .and_then(|mut select| select.query_row([environment], |row| row.get(0)))
        .map_err(storage("read"))?;
    if now == token {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::LostLock,
        Fault::User,
        "SEG6005",
        format!("the lock of {environment} was taken over by somebody else"),
    )
    .hint("`segue status` says who holds it"))
}

/// Takes the operating system's lock; false when somebody else has it. Tried a
/// few times: [`Journal::held`] has it for an instant.
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

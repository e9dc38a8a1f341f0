//! The journal: events, plans and the environment lock, in SQLite.
//!
//! What [`Journal::append`] returned from is on the disk (`synchronous = FULL`):
//! intent before effect (law 3) is that call coming before the effect. Events
//! are append-only and hash-chained. It knows the words of the model and
//! nothing of how a release is carried out.

mod append;
mod lock;
mod open;
mod read;
mod schema;

pub use lock::{Held, Lock, LockFence, Locked};
pub use read::Entry;

use rusqlite::Connection;
use segue_model::Failure;

/// One journal file.
pub struct Journal {
    connection: Connection,
}

/// What SQLite said, as a failure that suspends a release and undoes nothing.
fn storage(doing: &str) -> impl Fn(rusqlite::Error) -> Failure + '_ {
    move |error| {
        Failure::internal("SEG6001", format!("could not {doing} the journal"))
            .words(error.to_string())
            .hint("check the disk's space and permissions, then `segue resume`")
    }
}

/// What stands in the journal is not what this program wrote.
fn damaged(what: impl std::fmt::Display) -> Failure {
    Failure::internal("SEG6002", "the journal holds what this program cannot read")
        .words(what.to_string())
        .hint(
            "keep a copy of .segue/journal.db, and look at the platforms: a trigger may \
             still be paused. Without the file, Segue begins a new one",
        )
}

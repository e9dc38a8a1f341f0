//! What whoever watches a release is told: journaled events, and the passing
//! things that nobody needs afterwards.

use crate::{Direction, Event, Failure, OperationId, Wish};

/// One thing to show.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An event that is in the journal.
    Journaled(Event),
    /// An operation begins, or is called again after a crash.
    Begun {
        /// Which.
        operation: OperationId,
        /// Carried out or undone.
        direction: Direction,
        /// When: milliseconds since 1970-01-01T00:00:00Z.
        at_ms: i64,
    },
    /// How a running operation is getting on.
    Progress {
        /// Which.
        operation: OperationId,
        /// `2 of 3 replicas ready`.
        line: String,
    },
    /// A platform was out of reach; the operation is tried again.
    Retrying {
        /// Which.
        operation: OperationId,
        /// What the platform said.
        failure: Failure,
        /// In how many milliseconds.
        wait_ms: u64,
    },
    /// A gate waits for people; told again whenever one more has approved.
    Awaiting {
        /// The gate.
        operation: OperationId,
        /// Who may approve, by user name; empty for everybody.
        from: Vec<String>,
        /// How many different people must approve.
        count: u32,
        /// Who has, in this order.
        approved: Vec<String>,
    },
    /// What a person asked for changes nothing.
    Refused {
        /// Who asked.
        by: String,
        /// What for.
        wish: Wish,
        /// Why nothing comes of it.
        why: String,
    },
    /// The journal is out of reach; nothing begins until it is back.
    JournalAway {
        /// What it said.
        failure: Failure,
        /// In how many milliseconds it is tried again.
        wait_ms: u64,
    },
}

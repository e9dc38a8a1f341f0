//! What a person asks of a release, while it runs or while nobody carries it out.

use crate::OperationId;
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Let an approval gate pass, or a closed window be overridden.
    Approve {
        /// The gate's operation.
        operation: OperationId,
    },
    /// Close an approval gate: the release does not happen.
    Reject {
        /// The gate's operation.
        operation: OperationId,
    },
    /// Begin nothing more; what is in flight comes to its outcome. `resume` goes on.
    Stop,
    /// Stop and undo everything.
    Undo,
    /// Leave everything as it is, and give back what was paused: the release is over.
    Abandon,
}

/// A wish that waits in the journal until whoever holds the environment's lock
/// takes it up as an event ([`crate::EventKind::Asked`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Increasing within a release, from 1; an event carries it, so that no
    /// request is taken up twice.
    pub id: u64,
    /// When it was asked: milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// Who asks.
    pub by: String,
    /// Why; empty when nothing was said.
    pub because: String,
    /// What is asked for.
    pub wish: Wish,
}

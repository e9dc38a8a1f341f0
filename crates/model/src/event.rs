//! Facts about a release. State is a fold of them and nothing else.

use crate::{Digest, Evidence, Failure, OperationId, Requests, Wish};
use serde::{Deserialize, Serialize};

/// Whether an operation is being carried out or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Carried out.
    Do,
    /// Undone.
    Undo,
}

/// How a release ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Everything was carried out.
    Succeeded,
    /// A step failed; everything done was undone and every trigger given back.
    Undone,
    /// A person stopped it; everything done was undone and every trigger given back.
    Cancelled,
    /// A step failed or a person stopped it, and something that cannot be undone
    /// stays, with what it stands on; all else was undone, every trigger given back.
    PartlyUndone,
    /// A person left it where it stood; every trigger was given back.
    Abandoned,
    /// A step failed, and undoing or giving back a trigger failed too.
    Stuck,
    /// Every module is live, and something after that (a rotation, a tag, a
    /// message) failed.
    Incomplete,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The release began.
    Started {
        /// The plan that it carries out.
        plan: Digest,
        /// Who began it; empty in journals of the first format.
        #[serde(default)]
        by: String,
    },
    /// A process took the release up again after a stop or a crash.
    Resumed {
        /// Who; empty in journals of the first format.
        #[serde(default)]
        by: String,
    },
    /// An operation was carried out or undone.
    Succeeded {
        /// Which.
        operation: OperationId,
        /// Carried out or undone.
        direction: Direction,
        /// What was seen.
        evidence: Evidence,
    },
    /// An operation could not be carried out or undone.
    Failed {
        /// Which.
        operation: OperationId,
        /// Carried out or undone.
        direction: Direction,
        /// Why.
        failure: Failure,
    },
    /// A person asked for something.
    Asked {
        /// The request that this takes up; none when it was asked of the process itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
        /// Who.
        by: String,
        /// Why; empty when nothing was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        because: String,
        /// What for.
        wish: Wish,
    },
    /// Somebody outside counted what users felt. It changes nothing, and may come
    /// after the end.
    Measured {
        /// What was counted.
        requests: Requests,
    },
    /// The release ended.
    Finished {
        /// How.
        ending: Ending,
    },
}

/// A fact about a release, with its place and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Place in the release's journal, from 1, without gaps.
    pub seq: u64,
    /// When it was journaled: milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// What happened.
    pub kind: EventKind,
}

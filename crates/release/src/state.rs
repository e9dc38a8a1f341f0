//! Where a release and each of its operations stand.

use segue_model::{Ending, Failure};

/// Where one operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Not begun.
    Waiting,
    /// Begun, outcome not known.
    Running,
    /// Carried out.
    Done,
    /// Could not be carried out.
    Failed,
    /// Being undone.
    Undoing,
    /// Undone.
    Undone,
    /// Could not be undone; what it stands on is left as it is.
    UndoFailed,
}

impl Standing {
    /// Whether a command for it is out.
    pub fn is_in_flight(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

/// Where the release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Carrying out.
    Forward,
    /// Undoing in reverse order.
    Undoing,
    /// Everything is undone that can be; triggers are given back.
    Closing,
    /// Over.
    Finished(Ending),
}

/// Why a release is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A step failed.
    Failure(Failure),
    /// A person asked for it.
    Cancelled,
}

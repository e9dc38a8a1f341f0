//! Where a release and each of its operations stand.

use segue_model::{Ending, Failure};

/// Where one operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Not begun.
    Waiting,
    /// Begun, and nothing is carried out: people decide.
    Awaiting,
    /// Begun, outcome not known.
    Running,
    /// Carried out.
    Done,
    /// Could not be carried out.
    Failed,
    /// Not carried out, because somebody else changed what it is about: nothing
    /// was done to it, and nothing of it is undone.
    Moved,
    /// Being undone.
    Undoing,
    /// Undone.
    Undone,
    /// Could not be undone; what it stands on is left as it is.
    UndoFailed,
}

impl Standing {
    /// Whether a command for it is out that a platform carries out.
    pub fn is_in_flight(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }

    /// Whether it was tried and could not be carried out.
    pub fn has_failed(self) -> bool {
        matches!(self, Self::Failed | Self::Moved)
    }
}

/// Where the release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Carrying out.
    Forward,
    /// Undoing in reverse order.
    Undoing,
    /// Everything is undone that can be, or was left as it is; triggers are given back.
    Closing,
    /// Over.
    Finished(Ending),
}

/// Why a release does not go forward any more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A step failed.
    Failure(Failure),
    /// A person asked to undo it.
    Cancelled,
    /// A person asked to leave everything as it is.
    Abandoned,
}

//! What really happened, whatever the machine believes.

use segue_model::Direction;
use std::collections::BTreeSet;

/// What the journal tells of an operation's outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    Nothing,
    Ok,
    Failed,
    Moved,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Commanded, and no outcome is journaled.
    pub open: Option<Direction>,
    /// Was commanded to be carried out at least once.
    pub begun: bool,
    pub told: Told,
    pub told_undo: Told,
    /// Its effect stands on the platform.
    pub in_place: bool,
    /// It failed half-way.
    pub half: bool,
    /// How often the platform really did it.
    pub did: u8,
    /// Of a lease: the trigger is paused.
    pub paused: bool,
}

impl Default for Fact {
    fn default() -> Self {
        Self {
            open: None,
            begun: false,
            told: Told::Nothing,
            told_undo: Told::Nothing,
            in_place: false,
            half: false,
            did: 0,
            paused: false,
        }
    }
}

/// Why nothing may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pause {
    Stopped,
    Unknown,
    LostLock,
    Held,
}

/// Why a release turned back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Turn {
    Failure,
    Wish,
}

/// The release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    pub turned: Option<Turn>,
    pub undo_asked: bool,
    pub abandoned: bool,
    pub held: bool,
    pub paused: Option<Pause>,
    /// What each person last said of a gate or a window that is not decided.
    pub approved: BTreeSet<(usize, u8)>,
    pub rejected: BTreeSet<(usize, u8)>,
    /// What was said when it was decided already.
    pub late: BTreeSet<(usize, u8)>,
}

impl Facts {
    pub fn has_spoken(&self, at: usize, who: u8) -> bool {
        let sets = [&self.approved, &self.rejected, &self.late];
        sets.iter().any(|set| set.contains(&(at, who)))
    }
}

//! What must hold, whatever happens.

/// A law of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Law {
    /// 1: an operation begins only after everything it waits for has succeeded.
    Order,
    /// 3: what a platform is asked for can be told from the journal alone.
    IntentBeforeEffect,
    /// 4: nothing is done twice.
    NothingTwice,
    /// 5: what was paused comes back.
    TriggersComeBack,
    /// 6: consumers are undone before providers, and nothing is begun meanwhile.
    UndoRunsBackwards,
    /// 8: after a lost lock this process changes nothing more.
    LostLock,
    /// 10: only a typed failure of a step compensates.
    TypedFailures,
    /// A gate opens by enough different people of those who may, and by nothing else.
    Approvals,
    /// A release that holds undoes nothing that nobody asked to undo.
    Holds,
    /// Points of no return stay, with what they stand on.
    NoReturn,
    /// A stopped release begins nothing.
    Stops,
    /// Of an abandoned release nothing is undone.
    Abandons,
    /// Every release that can go on comes to an end.
    Ends,
    /// The end is one that was planned for.
    PlannedEnd,
    /// Replaying the journal gives the machine that wrote it.
    Replay,
    /// The machine never panics.
    NoPanic,
}

/// A law was broken, and how.
#[derive(Debug, Clone)]
pub struct Breach {
    pub law: Law,
    pub how: String,
}

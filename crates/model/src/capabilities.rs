//! What a platform can do; planning reads it, so that an unsupported wish is a
//! diagnostic at `plan` and never a surprise at run time.

/// How traffic reaches a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shifting {
    /// With `stage`: a rolling update, the old replicas serve until the new are ready.
    WithStage,
    /// In one step: a slot swap.
    AtOnce,
    /// In any number of steps.
    Stepwise,
}

/// What a platform can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How traffic moves.
    pub shifting: Shifting,
    /// Whether `settle` has anything to do.
    pub settles: bool,
}

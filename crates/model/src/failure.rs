//! Why something did not work: what kind of failure, whose fault, what to do.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a failure means for the release. Only [`FailureKind::Step`],
/// [`FailureKind::Denied`] and [`FailureKind::Moved`] compensate (law 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The step itself failed and would fail again: a crashing container, a
    /// rejected object, a health check that answers badly.
    Step,
    /// The platform refused the credential or the permission.
    Denied,
    /// Somebody else changed what the operation is about. Nothing was done to it,
    /// and undoing the release leaves it as it is.
    Moved,
    /// The platform could not be reached or asked to come back later: try again.
    Unavailable,
    /// The environment lock was lost: this process may change nothing more.
    LostLock,
    /// A person asked to stop.
    Cancelled,
    /// Segue itself could not go on (disk, journal): nothing is known about the step.
    Internal,
}

impl FailureKind {
    /// Whether a release that meets this failure undoes what it did.
    pub fn compensates(self) -> bool {
        matches!(self, Self::Step | Self::Denied | Self::Moved)
    }
}

/// Whose fault it is, so that a message can be addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// What is being released.
    Module,
    /// The cloud, or the way to it.
    Platform,
    /// The person or the manifest.
    User,
    /// Segue.
    Segue,
}

/// What went wrong, where, why, and in whose words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Failure {
    /// What it means for the release.
    pub kind: FailureKind,
    /// Whose fault it is.
    pub fault: Fault,
    /// The code of its page in `docs/errors/`, for example `SEG3004`.
    pub code: String,
    /// One sentence: what failed, and on what.
    pub what: String,
    /// The platform's own words, verbatim; empty when it said nothing.
    pub words: String,
    /// What to type or to look at next; empty when nothing is known.
    pub hint: String,
    /// How long the platform asked to wait, in milliseconds (`Retry-After`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A step that failed and would fail again, by the module's fault.
    pub fn step(code: &str, what: impl Into<String>) -> Self {
        Self::new(FailureKind::Step, Fault::Module, code, what)
    }

    /// The platform refused the credential or the permission.
    pub fn denied(code: &str, what: impl Into<String>) -> Self {
        Self::new(FailureKind::Denied, Fault::User, code, what)
    }

    /// The platform is out of reach or asked to come back later.
    pub fn unavailable(code: &str, what: impl Into<String>) -> Self {
        Self::new(FailureKind::Unavailable, Fault::Platform, code, what)
    }

    /// Segue itself could not go on.
    pub fn internal(code: &str, what: impl Into<String>) -> Self {
        Self::new(FailureKind::Internal, Fault::Segue, code, what)
    }

    /// Any kind, any fault.
    pub fn new(kind: FailureKind, fault: Fault, code: &str, what: impl Into<String>) -> Self {
        Self {
            kind,
            fault,
            code: code.to_owned(),
            what: what.into(),
            words: String::new(),
            hint: String::new(),
            retry_after_ms: None,
        }
    }

    /// With the platform's own words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.words = words.into();
        self
    }

    /// With what to type or look at next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// By whose fault.
    #[must_use]
    pub fn by(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    /// With the wait that the platform asked for, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(mut self, wait: Option<u64>) -> Self {
        self.retry_after_ms = wait;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.words.is_empty() {
            write!(f, ": {}", self.words)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

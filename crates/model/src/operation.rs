//! One idempotent effect on one target, with what it waits for and what undoes it.

use crate::{ModuleId, Observation, OperationId, TargetId, TriggerId, Unit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What an operation does, in the field's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Ask whether the release may begin.
    Gate,
    /// Ask whether something a module relies on is in place.
    Check,
    /// Record a trigger's state, so that it can be given back.
    Lease,
    /// Stop a trigger from starting work.
    Pause,
    /// Change what the module keeps its data in.
    Migrate,
    /// Put the new version in place without traffic.
    Stage,
    /// Ask whether the version is healthy.
    Verify,
    /// Move traffic.
    Shift,
    /// Remove what the release made superfluous.
    Settle,
    /// Bring the former version back.
    Revert,
    /// Give a trigger back the state it had.
    Resume,
    /// Replace a secret or a key.
    Rotate,
    /// Mark the released version in a repository.
    Tag,
    /// Tell people.
    Notify,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Gate => "gate",
            Self::Check => "check",
            Self::Lease => "lease",
            Self::Pause => "pause",
            Self::Migrate => "migrate",
            Self::Stage => "stage",
            Self::Verify => "verify",
            Self::Shift => "shift",
            Self::Settle => "settle",
            Self::Revert => "revert",
            Self::Resume => "resume",
            Self::Rotate => "rotate",
            Self::Tag => "tag",
            Self::Notify => "notify",
        })
    }
}

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A module on a target.
    Module(ModuleId, TargetId),
    /// A trigger.
    Trigger(TriggerId),
    /// The release as a whole: a gate, a tag, a message.
    Release(String),
}

/// What is carried out, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// [`Verb::Stage`]: put the unit in place without traffic.
    Stage(Unit),
    /// [`Verb::Verify`]: ask whether the unit is healthy.
    Verify(Unit),
    /// [`Verb::Shift`]: move `percent` of the traffic (0 to 100) to the unit.
    Shift {
        /// What takes the traffic.
        unit: Unit,
        /// How much it takes afterwards, in per cent.
        percent: u8,
        /// What was live when the plan was made.
        former: Observation,
    },
    /// [`Verb::Settle`]: remove what the unit made superfluous.
    Settle {
        /// What stays.
        unit: Unit,
        /// What was live when the plan was made.
        former: Observation,
    },
    /// [`Verb::Revert`]: bring the former state back.
    Revert {
        /// What goes.
        unit: Unit,
        /// What comes back.
        former: Observation,
    },
    /// [`Verb::Lease`] and [`Verb::Pause`] and [`Verb::Resume`]: one trigger on one target.
    Trigger {
        /// The target whose adapter knows the trigger.
        target: TargetId,
        /// What the manifest says of it.
        settings: Value,
        /// The operation whose output is the trigger's former state;
        /// none for the lease itself.
        lease: Option<OperationId>,
    },
    /// A gate that people open: carried out by nobody, it waits until enough of
    /// them have approved ([`crate::Wish::Approve`]) or one has rejected.
    Await {
        /// Who may approve, by user name; empty for everybody.
        from: Vec<String>,
        /// How many different people must approve; at least 1.
        count: u32,
    },
    /// Anything else: the named performer is handed `input`.
    Perform {
        /// The performer's name in the engine's registry, for example `http`.
        by: String,
        /// What it is told.
        input: Value,
    },
}

/// What brings back the state before an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// In the field's words.
    pub verb: Verb,
    /// What is carried out.
    pub action: Action,
}

/// One idempotent effect, with what it waits for and what undoes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Unique in its plan.
    pub id: OperationId,
    /// What it does.
    pub verb: Verb,
    /// What it is about.
    pub subject: Subject,
    /// Begins only after all of these have succeeded.
    pub after: Vec<OperationId>,
    /// What is carried out.
    pub action: Action,
    /// What undoes it; none where there is nothing to undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Undo>,
    /// Carried out on every way out of the release, failure included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub always: bool,
    /// Comes after the point of no return: when it fails, nothing is undone; the
    /// release ends incomplete and `resume` tries it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub finishing: bool,
    /// Cannot be undone once it is carried out: a point of no return. Undoing
    /// stops here; this operation and what it stands on stay.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_return: bool,
    /// A person may let it pass without carrying it out ([`crate::Wish::Approve`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overridable: bool,
    /// How long it may take before it counts as failed, in seconds.
    pub deadline_s: u32,
}

/// What was seen when an operation succeeded.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// One line for people: `3 of 3 replicas ready, /healthz answered 200`.
    pub summary: String,
    /// What later operations need of it (a trigger's former state). Never a secret.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub output: Value,
    /// [`Observation::fingerprint`] of the unit afterwards; what differs later was
    /// changed by somebody else. Empty when it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
}

impl Evidence {
    /// Evidence that nobody builds on.
    pub fn seen(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            ..Self::default()
        }
    }

    /// Evidence with what later operations need of it.
    pub fn with_output(summary: impl Into<String>, output: Value) -> Self {
        Self {
            output,
            ..Self::seen(summary)
        }
    }
}

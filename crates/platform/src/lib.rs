//! What an adapter is: three small traits, each method with its law. The suite
//! that holds every adapter to them needs twins, and stands where they are
//! furnished: `crates/sandbox/tests/it/conformance.rs`.
//!
//! It knows operations and failures; it knows no platform and not the release
//! machine. The engine joins the two.

mod call;
mod contact;
mod patience;
mod registry;
mod timeouts;

pub use call::{Call, Fence, Progress};
pub use contact::asking;
pub use patience::{Patience, attempt};
pub use registry::Registry;
/// What a platform can do stands in the model, since planning reads it too.
pub use segue_model::{Capabilities, Shifting};
pub use timeouts::Timeouts;

use async_trait::async_trait;
use segue_model::{Evidence, Failure, Observation, Unit};
use serde_json::Value;

/// A platform that runs modules: one value per target.
///
/// Laws for every method that changes something:
/// - **Convergent.** It reads first, does only what is missing, and waits until
///   the platform reports that it is done. Called again after a crash at any
///   point it finishes what was begun; no effect is done twice.
/// - **Keyed.** Each effect bears [`Call::key`] where the platform has room for it.
/// - **Fenced.** It calls [`Call::before_effect`] right before each effect.
/// - **Fail fast.** What can't get better by waiting (a crash loop, an image that
///   is not there, a refused permission) is [`segue_model::FailureKind::Step`] or
///   `Denied` at once, with the platform's words. What may pass (a 429, a 503, a
///   broken connection) is `Unavailable`, with the wait the platform asked for;
///   the engine tries again, the adapter does not.
/// - **Silent on secrets.** No value of a secret stands in an answer or a failure.
#[async_trait]
pub trait Platform: Send + Sync {
    /// What the platform can do; planning reads it.
    fn capabilities(&self) -> Capabilities;

    /// What a person who reviews a plan should know about the unit: no readiness
    /// probe, no way back. Pure.
    fn risks(&self, _unit: &Unit) -> Vec<String> {
        Vec::new()
    }

    /// Whether what is live is already what the unit wants, so that a release
    /// need not touch it. Pure.
    fn matches(&self, unit: &Unit, live: &Observation) -> bool {
        live.version.as_ref() == Some(&unit.version)
    }

    /// What is live now. Changes nothing.
    async fn observe(&self, unit: &Unit) -> Result<Observation, Failure>;

    /// Puts the unit in place and waits until it is ready. Where
    /// [`Shifting::WithStage`] holds, traffic moves with it, without downtime;
    /// elsewhere it takes none.
    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure>;

    /// Asks whether the unit is healthy where it stands, traffic or not, and
    /// stays so for as long as its settings want. Changes nothing.
    async fn verify(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure>;

    /// Moves traffic so that `percent` of it reaches the unit and the rest the
    /// former revision, by name.
    async fn shift(
        &self,
        call: &Call,
        unit: &Unit,
        percent: u8,
        former: &Observation,
    ) -> Result<Evidence, Failure>;

    /// Removes what the unit made superfluous. Called last, when nothing refers to it.
    async fn settle(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure>;

    /// Brings the former state back, wherever the unit got to, and waits until
    /// it is live and ready. An absent former state means the unit is removed.
    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure>;
}

/// What can pause and give back the triggers of one target.
#[async_trait]
pub trait Triggers: Send + Sync {
    /// The trigger's present state: all that [`Triggers::restore`] needs, in
    /// [`Evidence::output`]. Changes nothing. A state that is already paused is
    /// a state like any other.
    async fn read(&self, call: &Call, settings: &Value) -> Result<Evidence, Failure>;

    /// Stops the trigger from starting work without losing what it would have
    /// started. Does nothing when `former` says that it was paused already.
    async fn pause(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure>;

    /// Gives the trigger back the state `former`, and reads it back.
    async fn restore(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure>;
}

/// What carries out any other operation: a gate, a check, a rotation, a tag, a message.
#[async_trait]
pub trait Performer: Send + Sync {
    /// Carries it out. Same laws as [`Platform`]: convergent, keyed, fenced.
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure>;
}

/// A value that must never be written anywhere: `Debug` and `Display` hide it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where secrets' values come from at the moment they are needed.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The value of `secret` in `vault`, at exactly `version`.
    async fn value(&self, vault: &str, secret: &str, version: &str) -> Result<Secret, Failure>;

    /// The current version of `secret` in `vault`. Changes nothing, shows no value.
    async fn current(&self, vault: &str, secret: &str) -> Result<String, Failure>;
}

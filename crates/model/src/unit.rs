//! A module on one of its targets, and what is seen of it there.

use crate::{ModuleId, TargetId, Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One module on one target in the version that a release wants there.
/// Everything in it is known before the release begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// The module.
    pub module: ModuleId,
    /// Where it runs.
    pub target: TargetId,
    /// The version wanted there.
    pub version: Version,
    /// What the lock holds for it: rendered objects, image digest, source
    /// generation. Only the target's adapter reads it.
    pub artifact: Value,
    /// What the manifest says of it that the target's adapter must know.
    pub settings: Value,
}

/// What is live now, as a platform reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The version that takes traffic; none when the module is not there yet.
    pub version: Option<Version>,
    /// The platform's own name for what is live (revision, generation, image).
    pub revision: String,
    /// Equal for equal desired states: tells a planner whether anything would
    /// change, and `apply` whether the world moved since the plan was made.
    pub fingerprint: String,
    /// What `revert` needs to bring this state back. Never holds a secret.
    pub detail: Value,
}

impl Observation {
    /// The module is not there at all.
    pub fn absent() -> Self {
        Self {
            version: None,
            revision: "none".into(),
            fingerprint: "absent".into(),
            detail: Value::Null,
        }
    }
}

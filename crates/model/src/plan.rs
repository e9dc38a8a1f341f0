//! The frozen list of operations for one release.

use crate::{Digest, ModuleId, Observation, Operation, ReleaseId, TargetId, Version};
use serde::{Deserialize, Serialize};

/// The format of a plan that this program writes and reads.
pub const FORMAT: u32 = 1;

/// What a release changes, module by module and target by target, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The module.
    pub module: ModuleId,
    /// Where.
    pub target: TargetId,
    /// What was live when the plan was made.
    pub former: Observation,
    /// What will be live.
    pub to: Version,
    /// Whether the plan touches it; unchanged modules are not touched.
    pub changed: bool,
}

/// The frozen list of operations for one release, named by its digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// The environment that it changes.
    pub environment: String,
    /// The digest of the manifest's text.
    pub manifest: Digest,
    /// The digest of the lock's text.
    pub lock: Digest,
    /// What changes, in the order in which it will happen.
    pub changes: Vec<Change>,
    /// The operations; each stands after all that it waits for.
    pub operations: Vec<Operation>,
    /// How many operations may run at once.
    pub parallel: usize,
    /// After a failed step, hold and wait for a person instead of undoing:
    /// `resume` tries the failed operation again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    /// The finished release that this plan takes back, when it is a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolls_back: Option<ReleaseId>,
}

impl Plan {
    /// The plan's name: the digest of its JSON.
    ///
    /// # Panics
    /// Never: a plan is made of texts, numbers and JSON values.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

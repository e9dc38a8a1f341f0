//! `segue.lock`: every version resolved to a digest, every chart rendered.

mod assemble;
mod check;
mod declared;
mod draft;
mod make;
mod resolve;
mod text;

pub use check::{Mismatch, MismatchKind};
pub use make::lock;
pub use text::{FORMAT, MAX_BYTES};

use segue_model::{Digest, ModuleId, Range, TargetId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a manifest means at one moment, resolved and rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// The version of the Helm that rendered the charts; none without charts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helm: Option<String>,
    /// The modules.
    pub modules: BTreeMap<ModuleId, LockedModule>,
}

/// One module, resolved and rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedModule {
    /// The version.
    pub version: Version,
    /// What this version needs, and which versions of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub needs: BTreeMap<ModuleId, Range>,
    /// The digest of all that the artifacts were made from: the module's files
    /// and what the manifest says of its artifact. The version is not in it.
    pub inputs: Digest,
    /// What is deployed, by target.
    pub targets: BTreeMap<TargetId, Artifact>,
}

/// What is deployed on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Artifact {
    /// Kubernetes objects, in the order in which they can be applied.
    Objects {
        /// Where the values of Secrets come from: by the name of the Secret and the key in it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        secrets: BTreeMap<String, BTreeMap<String, SecretVersion>>,
        /// The objects.
        objects: Vec<Value>,
    },
    /// A container image.
    Image {
        /// `repository@sha256:…`.
        image: String,
    },
    /// A source archive.
    Source {
        /// The bucket.
        bucket: String,
        /// The name in the bucket.
        object: String,
        /// The generation, a decimal number.
        generation: String,
    },
}

/// A secret of a vault at one version. No value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretVersion {
    /// The vault's name.
    pub vault: String,
    /// The secret's name.
    pub secret: String,
    /// The version.
    pub version: String,
}

impl Artifact {
    /// What [`segue_model::Unit::artifact`] holds for the target's adapter.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Objects { objects, .. } => json!({ "objects": objects }),
            Self::Image { image } => json!({ "image": image }),
            Self::Source {
                bucket,
                object,
                generation,
            } => json!({ "bucket": bucket, "object": object, "generation": generation }),
        }
    }

    /// What stands as `secrets` in [`segue_model::Unit::settings`]: a map by the
    /// name of the Secret and the key in it; none when there are no secrets.
    pub fn secrets(&self) -> Option<Value> {
        match self {
            Self::Objects { secrets, .. } if !secrets.is_empty() => Some(json!(secrets)),
            _ => None,
        }
    }
}

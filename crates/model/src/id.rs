//! Names of things, each with a type of its own so that they cannot be mixed up.

use serde::{Deserialize, Serialize};
use std::{borrow::Borrow, fmt};

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }
    };
}

name! {
    /// A module of the product, as the manifest names it.
    ModuleId
}
name! {
    /// A place where modules run, as the manifest names it.
    TargetId
}
name! {
    /// What starts work by itself, as the manifest names it.
    TriggerId
}
name! {
    /// One operation of a plan: `billing-service@europe/stage`.
    OperationId
}
name! {
    /// One carrying out of a plan; sorts by time of creation.
    ReleaseId
}

/// What an effect bears so that doing it again is seen and not done:
/// release, operation and direction, folded into a short lower-case
/// hexadecimal text that fits a label of any platform (16 characters).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationKey(String);

impl OperationKey {
    /// The key of `operation` in `release`; undoing has a key of its own.
    pub fn new(release: &ReleaseId, operation: &OperationId, undo: bool) -> Self {
        let text = format!("{release}\n{operation}\n{undo}");
        Self(crate::Digest::of(text.as_bytes()).hex()[..16].to_owned())
    }

    /// The text of the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

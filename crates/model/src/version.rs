//! Versions and the ranges that consumers require (Semantic Versioning 2.0.0).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A version as Semantic Versioning 2.0.0 writes it: `2.1.0`, `2.1.0-rc.1+build`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(semver::Version);

/// The versions of a provider that a consumer works with: `>=2.0, <3`.
/// The syntax is Cargo's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Range(semver::VersionReq);

impl Range {
    /// Any version at all.
    pub const ANY: Self = Self(semver::VersionReq::STAR);

    /// Whether `version` lies in the range.
    pub fn admits(&self, version: &Version) -> bool {
        *self == Self::ANY || self.0.matches(&version.0)
    }
}

/// Why a text is no version or no range.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(#[from] semver::Error);

impl FromStr for Version {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Ok(Self(text.parse()?))
    }
}

impl FromStr for Range {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Ok(Self(text.parse()?))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_admit_what_cargo_would() {
        let range: Range = ">=2.0, <3".parse().unwrap();
        let admits = |text: &str| range.admits(&text.parse().unwrap());
        assert!(admits("2.0.0") && admits("2.9.9"));
        assert!(!admits("1.9.9") && !admits("3.0.0"));
    }

    #[test]
    fn any_admits_pre_releases_too() {
        assert!(Range::ANY.admits(&"2.0.0-rc.1".parse().unwrap()));
    }
}

//! The secrets of one vault, with all their versions.

use super::{
    body::{Attributes, SetSecret, UpdateSecret},
    error::VaultError,
};
use crate::azure::SeededSecret;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A value may have this many bytes. Source: Key Vault's service limits.
const LARGEST_VALUE: usize = 25 * 1024;

/// How much of a secret an answer shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// With its value and version.
    Whole,
    /// With its version.
    WithoutValue,
    /// As the list of secrets does.
    Secret,
}

/// Every version of every secret, the oldest first.
pub(super) struct Store {
    by_name: BTreeMap<String, Vec<Version>>,
}

/// One version of a secret.
pub(super) struct Version {
    name: String,
    id: String,
    value: String,
    content_type: Option<String>,
    tags: BTreeMap<String, String>,
    pub enabled: bool,
    not_before: Option<i64>,
    expires: Option<i64>,
    created: Timestamp,
    updated: Timestamp,
}

impl Store {
    /// One version of each of `secrets`.
    pub fn new(secrets: &BTreeMap<String, SeededSecret>) -> Self {
        let first = |(name, seed): (&String, &SeededSecret)| {
            let mut version = Version::of(name, seed.value.clone());
            version.id.clone_from(&seed.version);
            (lower(name), vec![version])
        };
        Self {
            by_name: secrets.iter().map(first).collect(),
        }
    }

    pub fn add(&mut self, version: Version) {
        self.by_name
            .entry(lower(&version.name))
            .or_default()
            .push(version);
    }

    /// The version asked for, or the latest.
    pub fn find(&self, name: &str, version: Option<&str>) -> Result<&Version, VaultError> {
        let versions = self.by_name.get(&lower(name));
        let found = versions.and_then(|versions| match version {
            None => versions.last(),
            Some(id) => versions.iter().find(|version| version.id == id),
        });
        found.ok_or_else(|| missing(name, version))
    }

    pub fn find_mut(&mut self, name: &str, version: &str) -> Result<&mut Version, VaultError> {
        self.by_name
            .get_mut(&lower(name))
            .and_then(|versions| versions.iter_mut().find(|one| one.id == version))
            .ok_or_else(|| missing(name, Some(version)))
    }

    /// The latest version of each secret.
    pub fn latest(&self) -> impl Iterator<Item = &Version> {
        self.by_name.values().filter_map(|versions| versions.last())
    }

    /// All versions of a secret; none when there is no such secret, as the
    /// vault answers.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &Version> {
        self.by_name.get(&lower(name)).into_iter().flatten()
    }
}

impl Version {
    fn of(name: &str, value: String) -> Self {
        let now = Timestamp::now();
        Self {
            name: name.to_owned(),
            id: crate::azure::ids::hex(32),
            value,
            content_type: None,
            tags: BTreeMap::new(),
            enabled: true,
            not_before: None,
            expires: None,
            created: now,
            updated: now,
        }
    }

    /// A new version, as a request wants it.
    pub fn new(name: &str, body: SetSecret) -> Result<Self, VaultError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.len() > 127 || !name.chars().all(plain) {
            return Err(VaultError::bad_parameter(format!(
                "The request URI contains an invalid name: {name}"
            )));
        }
        if body.value.len() > LARGEST_VALUE {
            return Err(VaultError::bad_parameter(format!(
                "The length of the secret's value exceeds the maximum of {LARGEST_VALUE} bytes."
            )));
        }
        let mut version = Self::of(name, body.value);
        version.apply(body.content_type, body.tags, body.attributes);
        Ok(version)
    }

    /// Changes what a request names; whether anything changed.
    pub fn update(&mut self, body: UpdateSecret) -> bool {
        let before = self.value("", Detail::WithoutValue);
        self.apply(body.content_type, body.tags, body.attributes);
        let changed = before != self.value("", Detail::WithoutValue);
        if changed {
            self.updated = Timestamp::now();
        }
        changed
    }

    fn apply(
        &mut self,
        content_type: Option<String>,
        tags: Option<BTreeMap<String, String>>,
        attributes: Option<Attributes>,
    ) {
        let attributes = attributes.unwrap_or_default();
        self.content_type = content_type.or(self.content_type.take());
        self.tags = tags.unwrap_or_else(|| std::mem::take(&mut self.tags));
        self.enabled = attributes.enabled.unwrap_or(self.enabled);
        self.not_before = attributes.nbf.or(self.not_before);
        self.expires = attributes.exp.or(self.expires);
    }

    /// As an answer shows it.
    pub fn value(&self, base: &str, detail: Detail) -> Value {
        let mut attributes = json!({
            "enabled": self.enabled,
            "created": self.created.as_second(),
            "updated": self.updated.as_second(),
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        });
        for (name, time) in [("nbf", self.not_before), ("exp", self.expires)] {
            if let Some(time) = time {
                attributes[name] = time.into();
            }
        }
        let mut id = format!("{base}/secrets/{}", self.name);
        if detail != Detail::Secret {
            id = format!("{id}/{}", self.id);
        }
        let mut value = json!({"id": id, "attributes": attributes, "tags": self.tags});
        if let Some(content_type) = &self.content_type {
            value["contentType"] = content_type.as_str().into();
        }
        if detail == Detail::Whole {
            value["value"] = self.value.as_str().into();
        }
        value
    }
}

/// Secrets' names ignore case.
fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn missing(name: &str, version: Option<&str>) -> VaultError {
    let version = version.map_or(String::new(), |version| format!("/{version}"));
    VaultError::secret_not_found(&format!("{name}{version}"))
}

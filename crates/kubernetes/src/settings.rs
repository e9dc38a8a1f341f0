//! What the manifest says of a module that runs on Kubernetes.

use crate::errors;
use segue_model::{Failure, Unit};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// What the manifest says of a module; everything may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Containers that each pod must have, injected ones included.
    pub sidecars: Vec<String>,
    /// How long health must stay good, in milliseconds.
    stable_ms: Option<u64>,
    /// The path that the module's Service answers with 200 when it is well;
    /// none: readiness alone counts.
    pub health: Option<String>,
    /// Where the values of Secret objects come from: by object and key.
    pub secrets: BTreeMap<String, BTreeMap<String, Source>>,
}

/// One secret value at one version.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Source {
    pub vault: String,
    pub secret: String,
    pub version: String,
}

impl Settings {
    pub fn of(unit: &Unit) -> Result<Self, Failure> {
        Self::read(&unit.settings).map_err(|error| {
            errors::malformed(format!("the settings of {} cannot be read", unit.module))
                .words(error.to_string())
        })
    }

    pub fn read(settings: &Value) -> Result<Self, serde_json::Error> {
        if settings.is_null() {
            return Ok(Self::default());
        }
        Self::deserialize(settings)
    }

    /// How long health must stay good.
    pub fn stable(&self) -> Duration {
        Duration::from_millis(self.stable_ms.unwrap_or(1000))
    }

    /// Where the values of the Secret object `name` come from. A name that
    /// carries a content suffix (`shop-secrets-1a2b3c4d`) is found without it too.
    pub fn sources(&self, name: &str) -> Option<&BTreeMap<String, Source>> {
        self.secrets.get(name).or_else(|| {
            let (stem, suffix) = name.rsplit_once('-')?;
            let is_suffix = suffix.len() >= 8 && suffix.bytes().all(|b| b.is_ascii_hexdigit());
            is_suffix.then(|| self.secrets.get(stem))?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_may_be_left_out() {
        for nothing in [Value::Null, json!({}), json!({"unknown": 1})] {
            let settings = Settings::read(&nothing).unwrap();
            assert_eq!(settings.stable(), Duration::from_secs(1));
            assert!(settings.sidecars.is_empty() && settings.health.is_none());
        }
        assert!(Settings::read(&json!({"sidecars": "istio-proxy"})).is_err());
    }

    #[test]
    fn sources_are_found_with_and_without_the_content_suffix() {
        let source = json!({"vault": "v", "secret": "s", "version": "1"});
        let settings = Settings::read(&json!({"secrets": {"shop": {"key": source}}})).unwrap();
        assert!(settings.sources("shop").is_some());
        assert!(settings.sources("shop-1a2b3c4d").is_some());
        assert!(settings.sources("shop-secrets").is_none());
        assert!(settings.sources("other").is_none());
    }
}

//! What a unit asks of a function app, read from the plan's JSON.

use crate::{
    content::{Snapshot, VERSION_SETTING},
    request::segment,
};
use segue_model::{Failure, Fault, Unit, Version};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// The unit's settings or artifact are not what this adapter can read.
pub(crate) const MALFORMED: &str = "SEG4016";

/// How Azure names a container image in `linuxFxVersion`.
/// Source: "Configure a custom container for Azure App Service".
pub(crate) const DOCKER: &str = "DOCKER|";

/// What a unit asks for.
pub(crate) struct Wanted {
    pub(crate) app: String,
    pub(crate) slot: String,
    pub(crate) image: String,
    pub(crate) version: Version,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) stable: Duration,
    pub(crate) health: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) app: Option<String>,
    pub(crate) slot: Option<String>,
    pub(crate) stable_ms: u64,
    pub(crate) health: Option<String>,
    pub(crate) settings: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Artifact {
    image: String,
}

impl Wanted {
    pub(crate) fn of(unit: &Unit) -> Result<Self, Failure> {
        let settings = Settings::of(&unit.settings)?;
        let artifact: Artifact = serde_json::from_value(unit.artifact.clone())
            .map_err(|_| malformed(format!("the lock names no image for {}", unit.module)))?;
        let health = settings.health.clone().unwrap_or_else(|| "/healthz".into());
        if !health.starts_with('/') {
            return Err(malformed(format!(
                "health path `{health}` does not begin with `/`"
            )));
        }
        Ok(Self {
            app: settings
                .app
                .clone()
                .unwrap_or_else(|| unit.module.to_string()),
            slot: settings.slot().to_owned(),
            image: artifact.image,
            version: unit.version.clone(),
            stable: Duration::from_millis(settings.stable_ms),
            health,
            settings: settings.texts(),
        })
    }

    /// The state in which the unit is in place.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut settings: BTreeMap<_, _> = self
            .settings
            .iter()
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect();
        settings.insert(VERSION_SETTING.into(), Some(self.version.to_string()));
        Snapshot {
            image: format!("{DOCKER}{}", self.image),
            settings,
        }
    }

    /// The command that makes the slot.
    pub(crate) fn create_slot(&self, group: &str) -> String {
        format!(
            "az functionapp deployment slot create --resource-group {group} --name {} --slot {}",
            segment(&self.app),
            segment(&self.slot)
        )
    }
}

impl Settings {
    pub(crate) fn of(settings: &Value) -> Result<Self, Failure> {
        if settings.is_null() {
            return Ok(Self::default());
        }
        serde_json::from_value(settings.clone()).map_err(|error| {
            malformed("the module's settings cannot be read").words(error.to_string())
        })
    }

    pub(crate) fn slot(&self) -> &str {
        self.slot.as_deref().unwrap_or("staging")
    }

    /// App settings are texts; numbers and booleans of the manifest become such.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let pairs = self.settings.iter();
        pairs
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }
}

pub(crate) fn malformed(what: impl Into<String>) -> Failure {
    Failure::step(MALFORMED, what).by(Fault::User)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    pub(crate) fn unit(settings: Value) -> Unit {
        Unit {
            module: "event-processor-fn".into(),
            target: "azure".into(),
            version: "2.0.1".parse().unwrap(),
            artifact: json!({"image": "acr.io/fn@sha256:aa"}),
            settings,
        }
    }

    #[test]
    fn everything_has_a_default() {
        let wanted = Wanted::of(&unit(json!({}))).unwrap();
        assert_eq!(wanted.app, "event-processor-fn");
        assert_eq!(wanted.slot, "staging");
        assert_eq!(wanted.health, "/healthz");
        let snapshot = wanted.snapshot();
        assert_eq!(snapshot.image, "DOCKER|acr.io/fn@sha256:aa");
        assert_eq!(snapshot.settings["SEGUE_VERSION"].as_deref(), Some("2.0.1"));
    }

    #[test]
    fn what_cannot_be_read_is_the_manifests_fault() {
        let mut bad = unit(json!({}));
        bad.artifact = json!({"objects": []});
        for unit in [
            bad,
            unit(json!({"slot": 7})),
            unit(json!({"health": "healthz"})),
        ] {
            let failure = Wanted::of(&unit).err().unwrap();
            assert_eq!(
                (failure.code.as_str(), failure.fault),
                (MALFORMED, Fault::User)
            );
        }
    }
}

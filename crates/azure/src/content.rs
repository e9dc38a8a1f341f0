//! What a slot or production holds: its image and its app settings; and the
//! part of that which Segue puts there, compares and brings back.

use segue_model::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The app setting that says which version a place holds.
pub(crate) const VERSION_SETTING: &str = "SEGUE_VERSION";

/// The app setting that says which operation put it there.
pub(crate) const OPERATION_SETTING: &str = "SEGUE_OPERATION";

/// Everything that a place holds. It has no `Debug`: app settings hold secrets.
pub(crate) struct Content {
    /// `linuxFxVersion`; empty when no container was ever deployed.
    pub(crate) image: String,
    /// All app settings, foreign ones included.
    pub(crate) settings: BTreeMap<String, String>,
}

impl Content {
    pub(crate) fn version(&self) -> Option<Version> {
        self.settings.get(VERSION_SETTING)?.parse().ok()
    }

    /// What people call it: its version, else its image.
    pub(crate) fn name(&self) -> &str {
        let version = self.settings.get(VERSION_SETTING);
        version.map_or(self.image.as_str(), String::as_str)
    }
}

/// The part of a place's state that Segue is responsible for. It goes into the
/// journal, so it never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// `linuxFxVersion`.
    pub(crate) image: String,
    /// Settings by name; none where the setting must be absent.
    pub(crate) settings: BTreeMap<String, Option<String>>,
}

impl Snapshot {
    /// The state of `content` in the settings `names` and in Segue's own.
    pub(crate) fn of<'a>(content: &Content, names: impl Iterator<Item = &'a String>) -> Self {
        let own = [VERSION_SETTING, OPERATION_SETTING];
        let settings = names
            .map(String::as_str)
            .chain(own)
            .map(|name| (name.to_owned(), content.settings.get(name).cloned()))
            .filter(|(name, value)| !value.as_deref().is_some_and(|value| secretive(name, value)))
            .collect();
        Self {
            image: content.image.clone(),
            settings,
        }
    }

    /// Whether `content` is in this state.
    pub(crate) fn holds(&self, content: &Content) -> bool {
        self.same_image(content) && self.merged(&content.settings) == content.settings
    }

    pub(crate) fn same_image(&self, content: &Content) -> bool {
        self.image.eq_ignore_ascii_case(&content.image)
    }

    /// `settings` brought into this state; foreign settings stay.
    pub(crate) fn merged(&self, settings: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut merged = settings.clone();
        for (name, value) in &self.settings {
            match value {
                Some(value) => merged.insert(name.clone(), value.clone()),
                None => merged.remove(name),
            };
        }
        merged
    }

    /// Whether both are one state under two versions.
    pub(crate) fn differs_by_version_alone(&self, other: &Self) -> bool {
        let own = [VERSION_SETTING, OPERATION_SETTING];
        let mut both = self.settings.iter().filter_map(|(name, value)| {
            let value = (value, other.settings.get(name)?);
            (!own.contains(&name.as_str())).then_some(value)
        });
        self.image.eq_ignore_ascii_case(&other.image) && both.all(|(one, another)| one == another)
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.settings.get(VERSION_SETTING)?.as_deref()
    }

    /// What people call it: its version, else its image.
    pub(crate) fn name(&self) -> &str {
        self.version().unwrap_or(&self.image)
    }
}

/// What `revert` needs: both places as they were. The format of
/// `Observation::detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Former {
    /// What took traffic.
    pub(crate) production: Snapshot,
    /// What stood in the slot; none when there was no such slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<Snapshot>,
}

/// Whether a setting's value looks like a secret and must not be recorded. A
/// reference to Key Vault is none.
/// Source of the form: "Use Key Vault references as app settings".
pub(crate) fn secretive(name: &str, value: &str) -> bool {
    const MARKS: [&str; 7] = [
        "SECRET",
        "PASSWORD",
        "PASSWD",
        "TOKEN",
        "KEY",
        "CONNECTION",
        "CREDENTIAL",
    ];
    let name = name.to_ascii_uppercase();
    MARKS.iter().any(|mark| name.contains(mark)) && !value.starts_with("@Microsoft.KeyVault(")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(image: &str, settings: &[(&str, &str)]) -> Content {
        Content {
            image: image.into(),
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        }
    }

    #[test]
    fn foreign_settings_stay_and_absent_ones_go() {
        let before = content("DOCKER|a", &[("MINE", "1"), ("SEGUE_VERSION", "1.0.0")]);
        let names = ["MODE".to_owned()];
        let snapshot = Snapshot::of(&before, names.iter());
        let after = content(
            "DOCKER|b",
            &[
                ("MINE", "1"),
                ("MODE", "x"),
                ("SEGUE_VERSION", "2.0.0"),
                ("SEGUE_OPERATION", "k"),
            ],
        );
        assert!(snapshot.holds(&before) && !snapshot.holds(&after));
        assert_eq!(snapshot.merged(&after.settings), before.settings);
    }

    #[test]
    fn a_value_that_looks_like_a_secret_is_not_recorded() {
        let reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x/)";
        let before = content("", &[("API_KEY", "hunter2"), ("DB_PASSWORD", reference)]);
        let names = ["API_KEY".to_owned(), "DB_PASSWORD".to_owned()];
        let snapshot = Snapshot::of(&before, names.iter());
        assert!(!snapshot.settings.contains_key("API_KEY"));
        assert_eq!(snapshot.settings["DB_PASSWORD"].as_deref(), Some(reference));
        assert!(
            !serde_json::to_string(&snapshot)
                .unwrap()
                .contains("hunter2")
        );
    }
}

//! What a planner should tell a person about a module's settings.

use crate::{
    content::{OPERATION_SETTING, VERSION_SETTING, secretive},
    wanted::Settings,
};
use serde_json::Value;

/// What may surprise a person who deploys a module with these settings (the
/// JSON of `Unit.settings`). Pure; an empty list means that nothing is known.
pub fn risks(settings: &Value) -> Vec<String> {
    let settings = match Settings::of(settings) {
        Ok(settings) => settings,
        Err(failure) => return vec![failure.to_string()],
    };
    let texts = settings.texts();
    let slot = settings.slot();
    let mut risks = Vec::new();
    if slot.eq_ignore_ascii_case("production") {
        risks.push("`slot: production` is no staging slot: a swap needs two".to_owned());
    }
    if settings.stable_ms == 0 {
        risks.push("no `stable`: a single good health answer will do".to_owned());
    }
    if !texts.keys().any(|name| switches_off(name)) {
        risks.push(format!(
            "queue, timer and event triggers of the new version run in slot `{slot}` before the \
             swap, unless a sticky setting AzureWebJobs.<function>.Disabled is set there"
        ));
    }
    for (name, value) in &texts {
        if [VERSION_SETTING, OPERATION_SETTING].contains(&name.as_str()) {
            risks.push(format!(
                "setting `{name}` is Segue's own and will be overwritten"
            ));
        } else if secretive(name, value) {
            risks.push(format!(
                "setting `{name}` looks like a secret and stands in plan and journal; use \
                 @Microsoft.KeyVault(SecretUri=…)"
            ));
        }
    }
    risks
}

/// Source: "How to disable functions in Azure Functions".
fn switches_off(name: &str) -> bool {
    name.starts_with("AzureWebJobs.") && name.ends_with(".Disabled")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_careful_module_has_no_risks() {
        let settings = json!({
            "stable_ms": 1000,
            "settings": {
                "AzureWebJobs.Nightly.Disabled": true,
                "DB_PASSWORD": "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/db/)",
            },
        });
        assert_eq!(risks(&settings), Vec::<String>::new());
    }

    #[test]
    fn each_risk_is_named_and_no_value_is_shown() {
        let settings = json!({
            "slot": "production",
            "settings": { "API_KEY": "hunter2", "SEGUE_VERSION": "9" },
        });
        let risks = risks(&settings).join("\n");
        for mark in [
            "slot: production",
            "stable",
            "triggers",
            "API_KEY",
            "SEGUE_VERSION",
        ] {
            assert!(risks.contains(mark), "{mark}: {risks}");
        }
        assert!(!risks.contains("hunter2"));
    }

    #[test]
    fn unreadable_settings_are_a_risk_and_no_panic() {
        assert_eq!(risks(&json!({"slot": 7})).len(), 1);
        assert!(!risks(&Value::Null).is_empty());
    }
}

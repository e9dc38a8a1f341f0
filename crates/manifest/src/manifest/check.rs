//! What a module relies on (asked before it is deployed) and what proves that it
//! works (asked after).

use super::{Module, Target};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that a module relies on; asked before it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Check {
    /// Secrets of an Azure Key Vault are readable and enabled.
    KeyVault {
        /// The vault's name.
        vault: String,
        /// The secrets' names.
        #[schemars(length(min = 1))]
        secrets: Vec<String>,
    },
    /// The module's images are in the repository, and a reader may pull them.
    ArtifactRegistry {
        /// The repository: `europe-docker.pkg.dev/PROJECT/REPOSITORY`.
        repository: String,
        /// Who pulls the images, as IAM writes it: `serviceAccount:…`.
        reader: String,
    },
}

impl Check {
    /// Who carries it out, and what it is told: `key-vault.check {"vault","secrets"}`
    /// or `artifact-registry.check {"repository","reader"}`; planning adds the
    /// `images` of the latter from the lock.
    pub fn performer(&self) -> (&'static str, Value) {
        match self {
            Self::KeyVault { vault, secrets } => (
                "key-vault.check",
                json!({ "vault": vault, "secrets": secrets }),
            ),
            Self::ArtifactRegistry { repository, reader } => (
                "artifact-registry.check",
                json!({ "repository": repository, "reader": reader }),
            ),
        }
    }
}

/// What proves that a module works; asked after it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Verify {
    /// Application Insights counts no more failed requests than this.
    ApplicationInsights {
        /// The Application Insights component.
        component: String,
        /// How many failed requests are borne.
        #[serde(default)]
        failed_requests: u64,
    },
    /// A Pub/Sub push subscription pushes to the module and may call it.
    PubsubPush {
        /// The subscription.
        subscription: String,
    },
}

impl Verify {
    /// Whether it asks about a trigger, and so means something only when triggers
    /// were given back.
    pub fn asks_about_triggers(&self) -> bool {
        matches!(self, Self::PubsubPush { .. })
    }

    /// Who carries it out for `module` on `target`, and what it is told:
    /// `application-insights.check {"subscription","resource_group","component","failed_requests"}`
    /// or `pubsub-push.check {"project","region","subscription","service"}`.
    pub fn performer(&self, module: &Module, target: &Target) -> (&'static str, Value) {
        let mut input = target.coordinates();
        let by = match self {
            Self::ApplicationInsights {
                component,
                failed_requests,
            } => {
                input.insert("component".into(), json!(component));
                input.insert("failed_requests".into(), json!(failed_requests));
                "application-insights.check"
            }
            Self::PubsubPush { subscription } => {
                input.insert("subscription".into(), json!(subscription));
                input.insert("service".into(), json!(module.platform_name()));
                "pubsub-push.check"
            }
        };
        (by, Value::Object(input))
    }
}

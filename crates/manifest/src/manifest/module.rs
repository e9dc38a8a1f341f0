//! What is deployed.

use super::{Check, Migration, Percent, Verify};
use crate::Spanned;
use schemars::JsonSchema;
use segue_model::{ModuleId, Range, TargetId, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// One deployable thing on one or more targets of one platform.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its name: a DNS label (RFC 1123).
    pub id: Spanned<ModuleId>,
    /// Where it runs, in written order; at least one, all of one platform.
    pub on: Vec<Spanned<TargetId>>,
    /// The version to release.
    pub version: Spanned<Version>,
    /// What is deployed.
    pub artifact: Artifact,
    /// What must be live before it, in written order.
    pub needs: Vec<Need>,
    /// Whether it comes after every other module (`order: last`).
    pub last: bool,
    /// The steps in which traffic moves: increasing, the last is [`Percent::ALL`].
    pub shift: Vec<Percent>,
    /// How long a new version must stay healthy before the release goes on.
    pub stable: Duration,
    /// The path that answers whether it is healthy.
    pub health: String,
    /// How long one operation on it may take before it counts as failed.
    pub deadline: Duration,
    /// What changes the data that it keeps, in this order, before it is deployed anywhere.
    pub migrations: Vec<Migration>,
    /// What it relies on; asked before it is deployed.
    pub checks: Vec<Check>,
    /// What proves that it works; asked after it is deployed.
    pub verify: Vec<Verify>,
    pub(crate) settings: Settings,
}

/// A module that must be live before this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// Which.
    pub module: Spanned<ModuleId>,
    /// The versions of it that this one works with.
    pub range: Spanned<Range>,
}

/// What is deployed; paths are relative to the manifest's directory and lead to
/// nothing outside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Artifact {
    /// A Helm chart.
    Chart {
        /// The chart's directory.
        path: Spanned<String>,
        /// Files of values, the later ones over the earlier.
        values: Vec<Spanned<String>>,
    },
    /// A file or directory of Kubernetes manifests.
    Objects {
        /// The file or directory.
        path: Spanned<String>,
    },
    /// A container image without tag or digest; the module's version is its tag.
    Image {
        /// The image's repository.
        repository: Spanned<String>,
    },
    /// Source code in a bucket.
    Source {
        /// `gs://BUCKET/OBJECT`.
        url: Spanned<String>,
    },
}

/// Settings that only one platform has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settings {
    Kubernetes {
        sidecars: Vec<String>,
        secrets: BTreeMap<String, BTreeMap<String, SecretRef>>,
    },
    AzureFunctions {
        app: Option<String>,
        slot: Option<String>,
        settings: BTreeMap<String, String>,
    },
    CloudRun {
        service: Option<String>,
        concurrency: Option<u32>,
        service_account: Option<String>,
        invokers: Vec<String>,
    },
    CloudFunctions {
        function: Option<String>,
        runtime: Option<String>,
        entry_point: Option<String>,
        service_account: Option<String>,
        invokers: Vec<String>,
    },
}

/// Where the value of a Kubernetes Secret's key comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub(crate) enum SecretRef {
    /// A secret of an Azure Key Vault.
    KeyVault(KeyVaultSecret),
}

/// A secret of an Azure Key Vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct KeyVaultSecret {
    /// The vault's name.
    pub vault: String,
    /// The secret's name.
    pub secret: String,
    /// The secret's version; without it, the one that is current when the lock is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Module {
    /// What the target's adapter is told, in snake_case; what is not written is left out.
    /// Always `stable_ms` and `health`. Kubernetes: `sidecars`, `secrets` (each
    /// `{"vault","secret"}`, and `"version"` once it is known). Azure Functions: `app`, `slot`,
    /// `settings`. Cloud Run: `service`, `concurrency`, `service_account`, `invokers`.
    /// Cloud Functions: `function`, `runtime`, `entry_point`, `service_account`, `invokers`.
    pub fn settings(&self) -> Value {
        let stable_ms = u64::try_from(self.stable.as_millis()).unwrap_or(u64::MAX);
        let mut all = self.settings.to_json(self.id.as_str());
        all.insert("stable_ms".into(), json!(stable_ms));
        all.insert("health".into(), json!(self.health));
        all.retain(|_, value| !is_empty(value));
        Value::Object(all)
    }

    /// What its platform calls it: the app, service or function; else the module's name.
    pub fn platform_name(&self) -> &str {
        let name = match &self.settings {
            Settings::Kubernetes { .. } => &None,
            Settings::AzureFunctions { app, .. } => app,
            Settings::CloudRun { service, .. } => service,
            Settings::CloudFunctions { function, .. } => function,
        };
        name.as_deref().unwrap_or(self.id.as_str())
    }

    /// The secrets that its objects hold, each with the name of the Secret object
    /// and the key in it.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, &str, &KeyVaultSecret)> {
        let secrets = match &self.settings {
            Settings::Kubernetes { secrets, .. } => Some(secrets),
            _ => None,
        };
        secrets.into_iter().flatten().flat_map(|(object, keys)| {
            keys.iter()
                .map(move |(key, SecretRef::KeyVault(from))| (object.as_str(), key.as_str(), from))
        })
    }
}

impl Settings {
    fn to_json(&self, module: &str) -> Map<String, Value> {
        let value = match self {
            Self::Kubernetes { sidecars, secrets } => {
                json!({ "sidecars": sidecars, "secrets": secrets })
            }
            Self::AzureFunctions {
                app,
                slot,
                settings,
            } => json!({
                "app": app.as_deref().unwrap_or(module), "slot": slot, "settings": settings,
            }),
            Self::CloudRun {
                service,
                concurrency,
                service_account,
                invokers,
            } => json!({
                "service": service.as_deref().unwrap_or(module), "concurrency": concurrency,
                "service_account": service_account, "invokers": invokers,
            }),
            Self::CloudFunctions {
                function,
                runtime,
                entry_point,
                service_account,
                invokers,
            } => json!({
                "function": function.as_deref().unwrap_or(module), "runtime": runtime,
                "entry_point": entry_point, "service_account": service_account,
                "invokers": invokers,
            }),
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

impl Serialize for SecretRef {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self::KeyVault(secret) = self;
        secret.serialize(to)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

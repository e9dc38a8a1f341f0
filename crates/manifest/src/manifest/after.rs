//! What follows when every module is live.

use super::Manifest;
use crate::Spanned;
use schemars::JsonSchema;
use segue_model::ModuleId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// What follows when every module is live.
#[derive(Debug, Clone, PartialEq)]
pub struct After {
    /// How long each of these steps may take.
    pub deadline: Duration,
    /// Secrets and keys that are replaced.
    pub rotate: Vec<Rotate>,
    /// How the released version is marked.
    pub tag: Option<Tag>,
    /// Who is told.
    pub notify: Vec<Notify>,
}

/// A secret or key that is replaced.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Rotate {
    /// A secret of an Azure Key Vault gets a new version.
    KeyVault {
        /// The vault's name.
        vault: String,
        /// The secret's name.
        secret: String,
    },
    /// A key of an Azure Functions app is renewed.
    FunctionKey {
        /// The module whose app it is; it runs on exactly one Azure Functions target.
        #[schemars(with = "String")]
        module: Spanned<ModuleId>,
        /// The key's name, for example `default`.
        key: String,
    },
}

impl Rotate {
    /// Who carries it out, and what it is told: `key-vault.rotate {"vault","secret"}`
    /// or `function-key.rotate {"app","key","subscription","resource_group"}`.
    /// `manifest` is the one that it stands in.
    pub fn performer(&self, manifest: &Manifest) -> (&'static str, Value) {
        match self {
            Self::KeyVault { vault, secret } => (
                "key-vault.rotate",
                json!({ "vault": vault, "secret": secret }),
            ),
            Self::FunctionKey { module, key } => {
                let module = manifest.module(module);
                let target = module
                    .and_then(|module| module.on.first())
                    .and_then(|id| manifest.target(id));
                let mut input = target.map(super::Target::coordinates).unwrap_or_default();
                input.insert(
                    "app".into(),
                    json!(module.map(super::Module::platform_name)),
                );
                input.insert("key".into(), json!(key));
                ("function-key.rotate", Value::Object(input))
            }
        }
    }
}

/// How the released version is marked.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Tag {
    /// An annotated Git tag.
    Git {
        /// The tag's name; `${release}` stands for the release's id.
        name: Spanned<String>,
    },
}

impl Tag {
    /// Who carries it out, and what it is told: `git.tag {"name"}`.
    /// The name may still hold `${release}`.
    pub fn performer(&self) -> (&'static str, Value) {
        let Self::Git { name } = self;
        ("git.tag", json!({ "name": name.value }))
    }
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Notify {
    /// The report is posted as JSON.
    Webhook {
        /// Where it is posted.
        url: Spanned<String>,
    },
}

impl Notify {
    /// Who carries it out, and what it is told: `webhook.notify {"url"}`.
    pub fn performer(&self) -> (&'static str, Value) {
        let Self::Webhook { url } = self;
        ("webhook.notify", json!({ "url": url.value }))
    }
}

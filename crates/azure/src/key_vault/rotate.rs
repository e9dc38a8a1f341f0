//! `key-vault.rotate`: a new random version of a secret, once per operation.
//!
//! The version bears the operation's key as a tag, written in the same request
//! as the value: whoever comes again sees that it is done.

use super::{KeyVault, version_of};
use crate::{access::Access, errors, random, wanted::malformed};
use async_trait::async_trait;
use azure_core::http::RequestContent;
use azure_security_keyvault_secrets::models::{Secret, SetSecretParameters};
use segue_model::{Evidence, Failure};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::{Value, json};

/// The tag that names the operation that made a version.
const TAG: &str = "segue-operation";

/// Performs `key-vault.rotate`: `{"vault", "secret"}`. The secret gets a new
/// version of 32 random bytes in base64url; its other tags and its content type
/// stay. The output is `{"version"}`.
pub struct KeyVaultRotate(KeyVault);

#[derive(Deserialize)]
struct Input {
    vault: String,
    secret: String,
}

impl KeyVaultRotate {
    /// Prepares to reach the vaults; nothing is sent yet.
    ///
    /// # Errors
    /// As [`KeyVault::connect`].
    pub fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self(KeyVault::connect(access)?))
    }

    async fn set(
        &self,
        vault: &str,
        name: &str,
        body: SetSecretParameters,
    ) -> Result<Secret, Failure> {
        let what = format!("cannot rotate secret {name} of Key Vault {vault}");
        let body: RequestContent<_> = body
            .try_into()
            .map_err(|error| errors::from_sdk(&what, &error))?;
        let client = self.0.client(vault)?;
        let answer = self.0.ask(&what, client.set_secret(name, body, None));
        answer
            .await?
            .into_model()
            .map_err(|_| errors::nonsense(&what))
    }
}

#[async_trait]
impl Performer for KeyVaultRotate {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let Input { vault, secret } = serde_json::from_value(input.clone()).map_err(|error| {
            malformed("key-vault.rotate cannot read its input").words(error.to_string())
        })?;
        let current = self.0.get(&vault, &secret, None).await?;
        if bears(&current, call.key.as_str()) {
            return Ok(evidence(&vault, &secret, &current));
        }
        let next = next(&current, call.key.as_str(), random::token()?.expose());
        call.before_effect()?;
        let made = self.set(&vault, &secret, next).await?;
        Ok(evidence(&vault, &secret, &made))
    }
}

fn bears(secret: &Secret, key: &str) -> bool {
    let tags = secret.tags.as_ref();
    tags.and_then(|tags| tags.get(TAG))
        .is_some_and(|tag| tag == key)
}

fn next(current: &Secret, key: &str, value: &str) -> SetSecretParameters {
    let mut tags = current.tags.clone().unwrap_or_default();
    tags.insert(TAG.to_owned(), key.to_owned());
    SetSecretParameters {
        content_type: current.content_type.clone(),
        tags: Some(tags),
        value: Some(value.to_owned()),
        ..SetSecretParameters::default()
    }
}

fn evidence(vault: &str, name: &str, secret: &Secret) -> Evidence {
    let version = version_of(secret).unwrap_or_default();
    Evidence::with_output(
        format!("{name} in {vault} has the new version {version}"),
        json!({ "version": version }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_bears_the_key_and_keeps_what_was_there() {
        let current: Secret = serde_json::from_value(json!({
            "contentType": "text/plain", "tags": {"owner": "auth"}, "value": "old"
        }))
        .unwrap();
        let next = next(&current, "abc", "new");
        let tags = next.tags.unwrap();
        assert_eq!(
            (tags["owner"].as_str(), tags[TAG].as_str()),
            ("auth", "abc")
        );
        assert_eq!(next.content_type.as_deref(), Some("text/plain"));
        assert_eq!(next.value.as_deref(), Some("new"));
        assert!(!bears(&current, "abc"));
    }
}

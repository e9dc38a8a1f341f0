//! `key-vault.check`: the release can read the secrets that a module relies on.

use super::KeyVault;
use crate::{access::Access, errors::DENIED, wanted::malformed};
use async_trait::async_trait;
use azure_core::time::OffsetDateTime;
use azure_security_keyvault_secrets::models::Secret;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;

/// A secret is there and cannot be used.
pub(crate) const UNUSABLE_SECRET: &str = "SEG4030";

/// Performs `key-vault.check`: `{"vault", "secrets": [..]}`. Each secret is
/// there, readable, enabled and within its dates. No value is shown.
pub struct KeyVaultCheck(KeyVault);

#[derive(Deserialize)]
struct Input {
    vault: String,
    secrets: Vec<String>,
}

impl KeyVaultCheck {
    /// Prepares to reach the vaults; nothing is sent yet.
    ///
    /// # Errors
    /// As [`KeyVault::connect`].
    pub fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self(KeyVault::connect(access)?))
    }
}

#[async_trait]
impl Performer for KeyVaultCheck {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let Input { vault, secrets } = serde_json::from_value(input.clone()).map_err(|error| {
            malformed("key-vault.check cannot read its input").words(error.to_string())
        })?;
        for name in &secrets {
            call.progress(format!("{vault}: {name}"));
            let found = self
                .0
                .get(&vault, name, None)
                .await
                .map_err(|f| with_role(f, &vault))?;
            if let Some(why) = unusable(&found, OffsetDateTime::now_utc()) {
                let what = format!("secret {name} of Key Vault {vault} {why}");
                return Err(Failure::step(UNUSABLE_SECRET, what).by(Fault::User));
            }
        }
        Ok(Evidence::seen(format!(
            "{} is readable in {vault}",
            secrets.join(", ")
        )))
    }
}

fn with_role(failure: Failure, vault: &str) -> Failure {
    match failure.code == DENIED {
        true => failure.hint(format!(
            "give the identity the role `Key Vault Secrets User` on {vault}, and see that the secret is enabled"
        )),
        false => failure,
    }
}

fn unusable(secret: &Secret, now: OffsetDateTime) -> Option<&'static str> {
    let attributes = secret.attributes.as_ref()?;
    if attributes.enabled == Some(false) {
        Some("is disabled")
    } else if attributes.expires.is_some_and(|expires| expires <= now) {
        Some("is expired")
    } else if attributes.not_before.is_some_and(|begin| begin > now) {
        Some("is not valid yet")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_disabled_or_expired_secret_is_of_no_use() {
        let secret = |attributes| -> Secret {
            serde_json::from_value(json!({"attributes": attributes})).unwrap()
        };
        let now = OffsetDateTime::UNIX_EPOCH + azure_core::time::Duration::seconds(1000);
        assert_eq!(
            unusable(&secret(json!({"enabled": true, "exp": 2000})), now),
            None
        );
        assert_eq!(
            unusable(&secret(json!({"enabled": false})), now),
            Some("is disabled")
        );
        assert_eq!(
            unusable(&secret(json!({"exp": 500})), now),
            Some("is expired")
        );
        assert_eq!(
            unusable(&secret(json!({"nbf": 1500})), now),
            Some("is not valid yet")
        );
    }
}

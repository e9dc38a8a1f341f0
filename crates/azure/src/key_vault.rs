//! Key Vault: where secrets' values come from, and what is checked and rotated there.

mod check;
mod rotate;
mod secrets;

pub use check::KeyVaultCheck;
pub use rotate::KeyVaultRotate;

use crate::{access::Access, errors, wanted::malformed};
use azure_core::{credentials::TokenCredential, http::ClientOptions};
use azure_security_keyvault_secrets::{
    ResourceExt as _, SecretClient, SecretClientOptions,
    models::{Secret, SecretClientGetSecretOptions},
};
use segue_model::Failure;
use segue_platform::asking;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The Key Vaults that a release reads, by name. A [`segue_platform::Secrets`].
pub struct KeyVault {
    access: Access,
    credential: Arc<dyn TokenCredential>,
    options: ClientOptions,
    /// A client learns its vault's challenge once.
    clients: Mutex<BTreeMap<String, Arc<SecretClient>>>,
}

impl KeyVault {
    /// Prepares to reach the vaults; nothing is sent yet.
    ///
    /// # Errors
    /// When the endpoints, the certificates or the credential are unusable (SEG4006, SEG4007).
    pub fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self {
            credential: access.credential()?,
            options: access.options(&access.http()?),
            clients: Mutex::default(),
            access: access.clone(),
        })
    }

    fn client(&self, vault: &str) -> Result<Arc<SecretClient>, Failure> {
        must_be_name("Key Vault", vault)?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(vault) {
            return Ok(client.clone());
        }
        let options = SecretClientOptions {
            client_options: self.options.clone(),
            // An explicit endpoint is not under vault.azure.net.
            verify_challenge_resource: Some(self.access.endpoints.is_none()),
            ..SecretClientOptions::default()
        };
        let url = self.access.vault_url(vault)?;
        let client = SecretClient::new(&url, self.credential.clone(), Some(options))
            .map_err(|error| errors::unusable("the Key Vault client", &error))?;
        let client = Arc::new(client);
        clients.insert(vault.to_owned(), client.clone());
        Ok(client)
    }

    /// Waits for a vault's answer; the token that a request needs first may keep it
    /// waiting for long.
    async fn ask<T>(
        &self,
        what: &str,
        answer: impl Future<Output = azure_core::Result<T>>,
    ) -> Result<T, Failure> {
        let limit = self.access.timeouts.answer;
        tokio::time::timeout(limit, asking(answer))
            .await
            .map_err(|_| errors::silent(what, limit))?
            .map_err(|error| errors::from_sdk(what, &error))
    }

    /// A secret in a version, or in its current one.
    async fn get(
        &self,
        vault: &str,
        secret: &str,
        version: Option<&str>,
    ) -> Result<Secret, Failure> {
        must_be_name("secret", secret)?;
        version.map_or(Ok(()), |version| must_be_name("version", version))?;
        let what = format!("cannot read secret {secret} of Key Vault {vault}");
        let options = SecretClientGetSecretOptions {
            secret_version: version.map(str::to_owned),
            ..SecretClientGetSecretOptions::default()
        };
        let client = self.client(vault)?;
        let answer = self.ask(&what, client.get_secret(secret, Some(options)));
        answer
            .await?
            .into_model()
            .map_err(|_| errors::nonsense(&what))
    }
}

/// The version in a secret's id.
fn version_of(secret: &Secret) -> Option<String> {
    secret.resource_id().ok()?.version
}

/// The client puts names into URLs as they are.
/// Source: "Azure Key Vault keys, secrets and certificates overview", "Objects,
/// identifiers and versioning".
fn must_be_name(kind: &str, name: &str) -> Result<(), Failure> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !name.is_empty() && name.len() <= 127 && name.bytes().all(good) {
        return Ok(());
    }
    let shown: String = name.chars().take(127).collect();
    Err(malformed(format!(
        "`{shown}` is no name of a {kind}: letters, digits and `-`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_change_the_url() {
        for name in ["", "a/b", "../x", "a?b", "ä", &"x".repeat(128)] {
            assert!(must_be_name("secret", name).is_err(), "{name}");
        }
        assert!(must_be_name("secret", "jwt-signing-key").is_ok());
    }
}

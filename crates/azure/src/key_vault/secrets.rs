//! The vaults as [`Secrets`]: values by exact version, for the one request
//! that needs them.

use super::{KeyVault, version_of};
use crate::errors;
use async_trait::async_trait;
use segue_model::Failure;
use segue_platform::{Secret, Secrets};

#[async_trait]
impl Secrets for KeyVault {
    async fn value(&self, vault: &str, secret: &str, version: &str) -> Result<Secret, Failure> {
        let found = self.get(vault, secret, Some(version)).await?;
        let value = found.value.map(Secret::new);
        value.ok_or_else(|| {
            errors::nonsense(&format!(
                "secret {secret} of Key Vault {vault} has no value"
            ))
        })
    }

    async fn current(&self, vault: &str, secret: &str) -> Result<String, Failure> {
        let found = self.get(vault, secret, None).await?;
        version_of(&found).ok_or_else(|| {
            errors::nonsense(&format!(
                "secret {secret} of Key Vault {vault} has no version"
            ))
        })
    }
}

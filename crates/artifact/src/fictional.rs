//! The cloud that the sandbox stands for: every image, source archive and
//! secret exists, and its digest, generation or version follows from its name.
//! Twins are seeded with these, and locks for the sandbox are made from them.

use crate::{Registry, Sources};
use async_trait::async_trait;
use segue_model::{Digest, Failure};
use segue_platform::{Secret, Secrets};

/// A cloud in which everything exists and its identity follows from its name.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fictional;

impl Fictional {
    /// What the tag stands for: the digest of the text `repository:tag`.
    pub fn image_digest(repository: &str, tag: &str) -> Digest {
        Digest::of(format!("{repository}:{tag}").as_bytes())
    }

    /// The generation of a source archive: sixteen digits like those of Cloud
    /// Storage, which counts microseconds since 1970.
    pub fn source_generation(bucket: &str, object: &str) -> String {
        let digest = Digest::of(format!("gs://{bucket}/{object}").as_bytes());
        let digits = u64::from_str_radix(&digest.hex()[..12], 16).unwrap_or_default();
        format!("1763{:012}", digits % 1_000_000_000_000)
    }

    /// The current version of a secret: 32 hexadecimal digits like those of Key Vault.
    pub fn secret_version(vault: &str, secret: &str) -> String {
        Digest::of(format!("{vault}/{secret}").as_bytes()).hex()[..32].to_owned()
    }

    /// The value of a secret at a version. No secret of anything real.
    pub fn secret_value(vault: &str, secret: &str, version: &str) -> Secret {
        let name = format!("{vault}/{secret}/{version}");
        Secret::new(Digest::of(name.as_bytes()).hex())
    }
}

#[async_trait]
impl Registry for Fictional {
    async fn digest(&self, repository: &str, tag: &str) -> Result<Digest, Failure> {
        Ok(Self::image_digest(repository, tag))
    }
}

#[async_trait]
impl Sources for Fictional {
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure> {
        Ok(Self::source_generation(bucket, object))
    }
}

#[async_trait]
impl Secrets for Fictional {
    async fn value(&self, vault: &str, secret: &str, version: &str) -> Result<Secret, Failure> {
        Ok(Self::secret_value(vault, secret, version))
    }

    async fn current(&self, vault: &str, secret: &str) -> Result<String, Failure> {
        Ok(Self::secret_version(vault, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_look_like_the_clouds_own() {
        let generation = Fictional::source_generation("b", "o.zip");
        assert_eq!(generation.len(), 16);
        assert!(generation.parse::<u64>().is_ok());
        assert_eq!(Fictional::secret_version("v", "s").len(), 32);
        assert_ne!(
            Fictional::image_digest("r/a", "1"),
            Fictional::image_digest("r/a", "2")
        );
    }
}

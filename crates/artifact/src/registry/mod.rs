//! Image registries: which digest a tag stands for.

mod challenge;
mod credential;
mod docker;
mod http;
mod oci;
mod reference;

pub use credential::Credential;
pub use oci::OciRegistry;
pub use reference::{Reference, Tagged};

use async_trait::async_trait;
use segue_model::{Digest, Failure};

/// What knows the digests of images.
#[async_trait]
pub trait Registry: Send + Sync {
    /// The digest that `tag` stands for now in `repository`
    /// (`europe-docker.pkg.dev/project/repository/image`). Changes nothing.
    async fn digest(&self, repository: &str, tag: &str) -> Result<Digest, Failure>;
}

//! What making a lock asks of the world.

use crate::{Endpoints, registry};
use async_trait::async_trait;
use segue_artifact::{Credential, Helm, OciRegistry, Sources, Tools};
use segue_model::Failure;
use segue_platform::Secret;
use std::{path::PathBuf, sync::Arc};

/// What making a lock asks of the world; charts are rendered by the program `helm`.
///
/// # Errors
/// When the endpoints or the surroundings give no client.
pub fn tools(manifest: &Manifest, endpoints: &Endpoints, helm: PathBuf) -> Result<Tools, Failure> {
    Ok(Tools {
        charts: Arc::new(Helm::new(helm)),
        registry: Arc::new(images(endpoints)?),
        sources: Arc::new(CloudStorage(registry::google(endpoints))),
        secrets: registry::vault(endpoints)?,
    })
}

fn images(endpoints: &Endpoints) -> Result<OciRegistry, Failure> {
    let registry = OciRegistry::new()?;
    let google = endpoints.google.as_ref();
    let Some(base) = google.and_then(|google| google.oci.as_deref()) else {
        return Ok(registry);
    };
    let base = base.parse().map_err(|error| {
        Failure::internal("SEG6014", format!("{base} is no registry's address"))
            .words(format!("{error}"))
    })?;
    let token = Secret::new(endpoints.token.as_str());
    Ok(registry.everywhere(base, Credential::Bearer(token)))
}

/// Source archives in Cloud Storage.
struct CloudStorage(segue_google::Access);

#[async_trait]
impl Sources for CloudStorage {
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure> {
        segue_google::source_generation(&self.0, bucket, object).await
    }
}

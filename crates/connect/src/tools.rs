//! What making a lock asks of the world.

use crate::{Endpoints, registry};
use async_trait::async_trait;
use segue_artifact::{Fictional, Helm, OciRegistry, Sources, Tools};
use segue_model::Failure;
use std::{path::PathBuf, sync::Arc};

/// What making a lock asks of the clouds; charts are rendered by the program `helm`.
///
/// # Errors
/// When the surroundings give no client.
pub fn tools(helm: PathBuf) -> Result<Tools, Failure> {
    let clouds = Endpoints::default();
    Ok(Tools {
        charts: Arc::new(Helm::new(helm)),
        registry: Arc::new(OciRegistry::new()?.docker_config(docker_config())),
        sources: Arc::new(CloudStorage(registry::google(&clouds))),
        secrets: registry::vault(&clouds)?,
    })
}

/// The same for the sandbox, in which every image, source and secret exists.
pub fn sandbox_tools(helm: PathBuf) -> Tools {
    Tools {
        charts: Arc::new(Helm::new(helm)),
        registry: Arc::new(Fictional),
        sources: Arc::new(Fictional),
        secrets: Arc::new(Fictional),
    }
}

/// Where `docker login`, `az acr login` and `gcloud auth configure-docker` leave
/// what registries are shown.
fn docker_config() -> PathBuf {
    let directory = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let home = || std::env::home_dir().unwrap_or_default().join(".docker");
    directory.unwrap_or_else(home).join("config.json")
}

/// Source archives in Cloud Storage.
struct CloudStorage(segue_google::Access);

#[async_trait]
impl Sources for CloudStorage {
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure> {
        segue_google::source_generation(&self.0, bucket, object).await
    }
}

//! What making a lock asks of the world, handed in by the caller.

use crate::Registry;
use async_trait::async_trait;
use segue_model::Failure;
use segue_platform::Secrets;
use std::{path::PathBuf, sync::Arc};

/// What making a lock asks of the world.
#[derive(Clone)]
pub struct Tools {
    /// What renders charts.
    pub charts: Arc<dyn Charts>,
    /// What knows the digests of images.
    pub registry: Arc<dyn Registry>,
    /// What knows the generations of source archives.
    pub sources: Arc<dyn Sources>,
    /// What knows the current versions of secrets; their values are not asked for.
    pub secrets: Arc<dyn Secrets>,
}

/// A chart to render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The release's name: the module's.
    pub release: String,
    /// The namespace of the target.
    pub namespace: String,
    /// The chart's directory.
    pub path: PathBuf,
    /// Files of values, the later ones over the earlier.
    pub values: Vec<PathBuf>,
    /// The value of `image.tag`: the module's version.
    pub tag: String,
}

/// What renders charts, without a cluster.
#[async_trait]
pub trait Charts: Send + Sync {
    /// Who renders, for the lock: `v4.1.4`.
    async fn version(&self) -> Result<String, Failure>;

    /// The chart's objects as YAML documents. The same chart gives the same text.
    async fn render(&self, chart: &Chart) -> Result<String, Failure>;
}

/// What knows the generations of source archives.
#[async_trait]
pub trait Sources: Send + Sync {
    /// The generation of `object` in `bucket` that is live now: a decimal
    /// number as text. Changes nothing.
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure>;
}

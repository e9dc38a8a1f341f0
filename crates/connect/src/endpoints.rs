//! Where everything is that a release touches.

use segue_integrations::Variables;
use segue_model::TargetId;
use segue_platform::Timeouts;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Where everything is, when it is not where the clouds have it. The default
/// means the clouds, and the credentials of the surroundings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Clusters, by target.
    pub kubernetes: BTreeMap<TargetId, Cluster>,
    /// Azure's APIs.
    pub azure: Option<segue_azure::Endpoints>,
    /// Google's APIs.
    pub google: Option<segue_google::Endpoints>,
    /// The bearer token that all of them accept.
    pub token: String,
    /// The base URL behind which every other host is reached: a gate at
    /// `https://ci.example/qa` is asked at `<outside>/ci.example/qa`.
    pub outside: Option<String>,
    /// How long all of them may keep silent.
    #[serde(skip)]
    pub timeouts: Timeouts,
    /// The Git repository that is tagged, when it is not the manifest's own.
    pub repository: Option<PathBuf>,
}

impl Endpoints {
    /// The variables that a manifest and its addresses may use. In a sandbox
    /// none has to be set.
    pub fn variables(&self) -> Variables {
        match self.outside {
            Some(_) => Variables::inventive(),
            None => Variables::default(),
        }
    }
}

/// A cluster, by address and token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The API server's address.
    pub url: String,
}

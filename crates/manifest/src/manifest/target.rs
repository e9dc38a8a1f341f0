//! Where modules run.

use crate::Spanned;
use schemars::JsonSchema;
use segue_model::TargetId;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A place where modules run, and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name.
    pub id: Spanned<TargetId>,
    /// Where it is.
    pub place: Place,
}

/// A namespace of a cluster, a resource group's function apps, or a project and region.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Place {
    /// A namespace of a Kubernetes cluster: AKS, GKE or any other.
    Kubernetes {
        /// The context of the kubeconfig that leads to the cluster.
        context: String,
        /// The namespace.
        namespace: String,
    },
    /// The function apps of an Azure resource group.
    AzureFunctions {
        /// The id of the subscription.
        subscription: String,
        /// The name of the resource group.
        resource_group: String,
    },
    /// Cloud Run services of a Google Cloud project in one region.
    CloudRun {
        /// The id of the project.
        project: String,
        /// The region, for example `europe-west1`.
        region: String,
    },
    /// Cloud Functions (2nd gen) of a Google Cloud project in one region.
    CloudFunctions {
        /// The id of the project.
        project: String,
        /// The region, for example `europe-west1`.
        region: String,
    },
}

impl Place {
    /// The name of the platform as the manifest writes it: `kubernetes`,
    /// `azure-functions`, `cloud-run`, `cloud-functions`.
    pub fn platform(&self) -> &'static str {
        match self {
            Self::Kubernetes { .. } => "kubernetes",
            Self::AzureFunctions { .. } => "azure-functions",
            Self::CloudRun { .. } => "cloud-run",
            Self::CloudFunctions { .. } => "cloud-functions",
        }
    }
}

impl Target {
    /// The name of the platform as the manifest writes it; see [`Place::platform`].
    pub fn platform(&self) -> &'static str {
        self.place.platform()
    }

    /// What names the place in its cloud, in snake_case: `context` and `namespace`,
    /// `subscription` and `resource_group`, or `project` and `region`.
    pub fn coordinates(&self) -> Map<String, Value> {
        let value = match &self.place {
            Place::Kubernetes { context, namespace } => {
                json!({ "context": context, "namespace": namespace })
            }
            Place::AzureFunctions {
                subscription,
                resource_group,
            } => json!({ "subscription": subscription, "resource_group": resource_group }),
            Place::CloudRun { project, region } | Place::CloudFunctions { project, region } => {
                json!({ "project": project, "region": region })
            }
        };
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

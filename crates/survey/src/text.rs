//! The files that a survey is given, and which of a project's files it wants.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A compose file: services and what they depend on.
    Compose,
    /// A helmfile: releases and what they need.
    Helmfile,
    /// Applications of Argo CD, and objects with its sync waves.
    Argo,
    /// A `Chart.yaml` of Helm.
    Helm,
    /// Kubernetes objects.
    Kubernetes,
    /// A kubeconfig: contexts of clusters.
    Kubeconfig,
    /// A configuration of `gcloud`: a project and a region.
    Gcloud,
    /// `azureProfile.json` of `az`: subscriptions.
    Azure,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub kind: Kind,
    /// Its path, with `/`; relative to the manifest's directory for a project's files.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

impl Kind {
    /// All, in the order in which they are told of.
    pub const ALL: [Self; 8] = [
        Self::Compose,
        Self::Helmfile,
        Self::Argo,
        Self::Helm,
        Self::Kubernetes,
        Self::Kubeconfig,
        Self::Gcloud,
        Self::Azure,
    ];

    /// What a project's file is by its path; nothing where it is none of these.
    /// `Argo` and `Kubernetes` are told apart by what stands in them.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name {
            "Chart.yaml" => Some(Self::Helm),
            "docker-compose.yml" | "docker-compose.yaml" | "compose.yml" | "compose.yaml" => {
                Some(Self::Compose)
            }
            "helmfile.yaml" | "helmfile.yml" | "helmfile.yaml.gotmpl" => Some(Self::Helmfile),
            "segue.yaml" => None,
            _ if name.starts_with("docker-compose.") || name.starts_with("compose.") => None,
            _ if name.ends_with(".yaml") || name.ends_with(".yml") => Some(Self::Kubernetes),
            _ => None,
        }
    }

    /// The word for it that is typed: `compose`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kubeconfig => "kubeconfig",
            Self::Gcloud => "gcloud",
            Self::Azure => "azure",
            Self::Helmfile => "helmfile",
            Self::Argo => "argo",
            Self::Helm => "helm",
            Self::Kubernetes => "kubernetes",
            Self::Compose => "compose",
        }
    }

    /// Where it is looked for.
    pub fn usual_place(self) -> &'static str {
        match self {
            Self::Kubeconfig => "$KUBECONFIG or ~/.kube/config",
            Self::Gcloud => "~/.config/gcloud/configurations",
            Self::Azure => "~/.azure/azureProfile.json",
            Self::Helmfile => "helmfile.yaml",
            Self::Argo => "objects with argocd.argoproj.io/sync-wave",
            Self::Helm => "directories with a Chart.yaml",
            Self::Kubernetes => "Deployments and StatefulSets in YAML files",
            Self::Compose => "compose.yaml or docker-compose.yml",
        }
    }
}

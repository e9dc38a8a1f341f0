//! The kinds of objects: where they are found, in which order they are applied.

use crate::object;
use kube::Resource as _;
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::Value;
use std::fmt;

/// A kind of object, and where the API server keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    rank: usize,
    pub api_version: String,
    pub kind: String,
    pub plural: String,
    pub namespaced: bool,
}

/// apiVersion, kind, plural, namespaced: in the order in which they are applied,
/// what others refer to first.
const KNOWN: [(&str, &str, &str, bool); 24] = [
    ("v1", "Namespace", "namespaces", false),
    (
        "scheduling.k8s.io/v1",
        "PriorityClass",
        "priorityclasses",
        false,
    ),
    ("v1", "ServiceAccount", "serviceaccounts", true),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        false,
    ),
    (
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        false,
    ),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", true),
    (
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "rolebindings",
        true,
    ),
    ("v1", "ConfigMap", "configmaps", true),
    ("v1", "Secret", "secrets", true),
    (
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        true,
    ),
    ("v1", "LimitRange", "limitranges", true),
    ("v1", "ResourceQuota", "resourcequotas", true),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "networkpolicies",
        true,
    ),
    ("v1", "Service", "services", true),
    (
        "policy/v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        true,
    ),
    // Kinds that are not listed here (custom resources) come at this place.
    ("apps/v1", "Deployment", "deployments", true),
    ("apps/v1", "StatefulSet", "statefulsets", true),
    ("apps/v1", "DaemonSet", "daemonsets", true),
    (
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        true,
    ),
    ("batch/v1", "Job", "jobs", true),
    ("batch/v1", "CronJob", "cronjobs", true),
    ("networking.k8s.io/v1", "Ingress", "ingresses", true),
    // Read only.
    ("apps/v1", "ReplicaSet", "replicasets", true),
    ("v1", "Pod", "pods", true),
];

/// Where kinds that are not listed stand in the order.
const OTHERS: usize = 15;

/// What is looked for in a namespace, whatever the lock holds.
const WELL_KNOWN: [&str; 14] = [
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "NetworkPolicy",
    "Service",
    "PodDisruptionBudget",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "HorizontalPodAutoscaler",
    "CronJob",
    "Ingress",
];

impl Kind {
    /// A kind that Segue knows without asking.
    pub fn known(api_version: &str, kind: &str) -> Option<Self> {
        let rank = KNOWN
            .iter()
            .position(|(a, k, ..)| *k == kind && (*a == api_version || api_version.is_empty()))?;
        let (api_version, kind, plural, namespaced) = KNOWN[rank];
        Some(Self {
            rank: rank + usize::from(rank >= OTHERS),
            api_version: api_version.into(),
            kind: kind.into(),
            plural: plural.into(),
            namespaced,
        })
    }

    /// A kind that the API server described.
    pub fn described(api_version: &str, kind: &str, plural: &str, namespaced: bool) -> Self {
        Self {
            rank: OTHERS,
            api_version: api_version.into(),
            kind: kind.into(),
            plural: plural.into(),
            namespaced,
        }
    }

    /// What is looked for in a namespace, whatever the lock holds.
    pub fn well_known() -> impl Iterator<Item = Self> {
        WELL_KNOWN.iter().filter_map(|kind| Self::known("", kind))
    }

    pub fn is_secret(&self) -> bool {
        self.kind == "Secret"
    }

    /// Whether objects of this kind run pods and roll out.
    pub fn is_workload(&self) -> bool {
        is_workload(&self.kind)
    }

    /// Where the API server keeps objects of this kind.
    pub fn path(&self, namespace: &str) -> String {
        let scope = self.namespaced.then_some(namespace);
        DynamicObject::url_path(&self.resource(), scope)
    }

    /// The kind as kube writes it.
    pub fn resource(&self) -> ApiResource {
        let (group, version) = object::group_version(&self.api_version);
        ApiResource::from_gvk_with_plural(
            &GroupVersionKind::gvk(group, version, &self.kind),
            &self.plural,
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.kind)
    }
}

/// Whether objects of this kind run pods and roll out.
pub(crate) fn is_workload(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet")
}

/// Whether Segue never removes objects of this kind: what would go with one is
/// more than the module.
pub(crate) fn is_kept(kind: &str) -> bool {
    matches!(
        kind,
        "Namespace" | "PersistentVolumeClaim" | "CustomResourceDefinition"
    )
}

/// In the order in which objects are applied; equal kinds keep their order.
pub(crate) fn in_order(mut objects: Vec<Value>) -> Vec<Value> {
    objects.sort_by_key(rank);
    objects
}

fn rank(object: &Value) -> usize {
    Kind::known(
        object::text(object, "/apiVersion"),
        object::text(object, "/kind"),
    )
    .map_or(OTHERS, |kind| kind.rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_others_refer_to_comes_first() {
        let of = |api: &str, kind: &str| json!({"apiVersion": api, "kind": kind});
        let kinds: Vec<Value> = in_order(vec![
            of("batch/v1", "CronJob"),
            of("autoscaling/v2", "HorizontalPodAutoscaler"),
            of("apps/v1", "Deployment"),
            of("cert-manager.io/v1", "Certificate"),
            of("v1", "Service"),
            of("v1", "Secret"),
            of("v1", "Namespace"),
        ]);
        let names: Vec<&str> = kinds.iter().map(|k| object::text(k, "/kind")).collect();
        assert_eq!(
            names,
            [
                "Namespace",
                "Secret",
                "Service",
                "Certificate",
                "Deployment",
                "HorizontalPodAutoscaler",
                "CronJob"
            ]
        );
    }

    #[test]
    fn paths_are_those_of_the_api() {
        let path = |api, kind| Kind::known(api, kind).unwrap().path("shop");
        assert_eq!(path("v1", "Service"), "/api/v1/namespaces/shop/services");
        assert_eq!(
            path("apps/v1", "Deployment"),
            "/apis/apps/v1/namespaces/shop/deployments"
        );
        assert_eq!(path("v1", "Namespace"), "/api/v1/namespaces");
    }

    #[test]
    fn another_group_with_the_same_kind_is_another_kind() {
        assert!(Kind::known("serving.knative.dev/v1", "Service").is_none());
        assert_eq!(Kind::well_known().count(), WELL_KNOWN.len());
    }
}

//! The kinds that the API serves, and the check that an object is one of them
//! and nothing more.

use k8s_openapi::api;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// One kind of object.
#[derive(Debug)]
pub struct Kind {
    /// The API group; empty for the core.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub short: &'static [&'static str],
    pub namespaced: bool,
    /// Whether controllers own `status`.
    pub has_status: bool,
    /// Whether a change of `spec` counts in `metadata.generation`.
    pub has_generation: bool,
    /// What in an object is not of this kind: unknown or mistyped fields.
    pub check: fn(&Value) -> Result<(), String>,
}

impl Kind {
    /// As objects write it: `v1`, `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// As messages write it: `pods`, `deployments.apps`.
    pub fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }
}

macro_rules! kinds {
    ($($constant:ident $group:literal $version:literal $kind:literal $plural:literal
        [$($short:literal),*] $namespaced:literal $status:literal $generation:literal $type:ty;)*) => {
        $(pub static $constant: Kind = Kind {
            group: $group,
            version: $version,
            kind: $kind,
            plural: $plural,
            short: &[$($short),*],
            namespaced: $namespaced,
            has_status: $status,
            has_generation: $generation,
            check: check::<$type>,
        };)*
        /// Every kind, in the order of discovery.
        pub static ALL: &[&Kind] = &[$(&$constant),*];
    };
}

// constant, group, version, kind, plural, short names, namespaced, status, generation, type
kinds! {
    NAMESPACE "" "v1" "Namespace" "namespaces" ["ns"] false true false api::core::v1::Namespace;
    CONFIG_MAP "" "v1" "ConfigMap" "configmaps" ["cm"] true false false api::core::v1::ConfigMap;
    SECRET "" "v1" "Secret" "secrets" [] true false false api::core::v1::Secret;
    SERVICE "" "v1" "Service" "services" ["svc"] true true false api::core::v1::Service;
    SERVICE_ACCOUNT "" "v1" "ServiceAccount" "serviceaccounts" ["sa"] true false false api::core::v1::ServiceAccount;
    POD "" "v1" "Pod" "pods" ["po"] true true false api::core::v1::Pod;
    EVENT "" "v1" "Event" "events" ["ev"] true false false api::core::v1::Event;
    DEPLOYMENT "apps" "v1" "Deployment" "deployments" ["deploy"] true true true api::apps::v1::Deployment;
    REPLICA_SET "apps" "v1" "ReplicaSet" "replicasets" ["rs"] true true true api::apps::v1::ReplicaSet;
    AUTOSCALER "autoscaling" "v2" "HorizontalPodAutoscaler" "horizontalpodautoscalers" ["hpa"] true true false api::autoscaling::v2::HorizontalPodAutoscaler;
    CRON_JOB "batch" "v1" "CronJob" "cronjobs" ["cj"] true true true api::batch::v1::CronJob;
    ENDPOINT_SLICE "discovery.k8s.io" "v1" "EndpointSlice" "endpointslices" [] true false true api::discovery::v1::EndpointSlice;
    INGRESS "networking.k8s.io" "v1" "Ingress" "ingresses" ["ing"] true true true api::networking::v1::Ingress;
    DISRUPTION_BUDGET "policy" "v1" "PodDisruptionBudget" "poddisruptionbudgets" ["pdb"] true true true api::policy::v1::PodDisruptionBudget;
}

/// The kind that a path names.
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Kind> {
    ALL.iter()
        .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
        .copied()
}

/// What reading the object into its type and writing it again loses is unknown.
fn check<T: DeserializeOwned + Serialize>(object: &Value) -> Result<(), String> {
    let typed: T = serde_path_to_error::deserialize(object)
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
    let known = serde_json::to_value(typed).map_err(|error| error.to_string())?;
    let mut unknown = Vec::new();
    compare(object, &known, "", &mut unknown);
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(unknown.join(", "))
    }
}

fn compare(object: &Value, known: &Value, path: &str, unknown: &mut Vec<String>) {
    match (object, known) {
        (Value::Object(fields), Value::Object(known)) => {
            for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                let path = if path.is_empty() {
                    field.clone()
                } else {
                    format!("{path}.{field}")
                };
                match known.get(field) {
                    Some(known) => compare(value, known, &path, unknown),
                    None => unknown.push(format!("unknown field \"{path}\"")),
                }
            }
        }
        (Value::Array(items), Value::Array(known)) => {
            for (index, (item, known)) in items.iter().zip(known).enumerate() {
                compare(item, known, &format!("{path}[{index}]"), unknown);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_field_is_named_with_its_path() {
        let object = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "creationTimestamp": null},
            "spec": {"replica": 1, "selector": {}, "template": {"spec": {"containers": [
                {"name": "a", "imagePullpolicy": "Always"},
            ]}}},
        });
        assert_eq!(
            (DEPLOYMENT.check)(&object).unwrap_err(),
            "unknown field \"spec.replica\", \
             unknown field \"spec.template.spec.containers[0].imagePullpolicy\""
        );
    }

    #[test]
    fn a_mistyped_field_is_named_with_its_path() {
        let object = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"k": 1},
        });
        let words = (CONFIG_MAP.check)(&object).unwrap_err();
        assert!(words.starts_with("data.k: invalid type"), "{words}");
    }
}

//! Objects as values: names, labels, and what Kubernetes adds to them.

use serde_json::{Map, Value, json};
use std::fmt;

/// The module.
pub(crate) const NAME: &str = "app.kubernetes.io/name";
/// Whose the object is.
pub(crate) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The version.
pub(crate) const VERSION: &str = "app.kubernetes.io/version";
/// What [`MANAGED_BY`] says of Segue's objects.
pub(crate) const SEGUE: &str = "segue";
/// The module, exactly as the manifest names it.
pub(crate) const MODULE: &str = "segue.dev/module";
/// The version, exactly as it is written.
pub(crate) const EXACT_VERSION: &str = "segue.dev/version";
/// The key of the operation that changed the object last.
pub(crate) const OPERATION: &str = "segue.dev/operation";
/// Stands on configuration that is kept for the way back alone.
pub(crate) const KEPT: &str = "segue.dev/kept";
/// Stands on a CronJob while a release has it paused.
pub(crate) const PAUSED: &str = "segue.dev/paused";

/// Annotations that say nothing of what somebody wants.
const INCIDENTAL: [&str; 4] = [
    OPERATION,
    PAUSED,
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// Metadata that only the API server writes.
const SERVER_SIDE: [&str; 9] = [
    "managedFields",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "selfLink",
    "ownerReferences",
];

/// An object's identity in a namespace, whatever its API version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    group: String,
    kind: String,
    name: String,
}

impl Id {
    pub fn of(object: &Value) -> Self {
        Self {
            group: group_version(text(object, "/apiVersion")).0.to_owned(),
            kind: text(object, "/kind").to_owned(),
            name: name(object).to_owned(),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// `apps/v1` as group and version; the core group has no name.
pub(crate) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The text at `pointer` (RFC 6901); empty when there is none.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The number at `pointer`.
pub(crate) fn int(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

/// The list at `pointer`; empty when there is none.
pub(crate) fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object
        .pointer(pointer)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

/// `Deployment auth-service`.
pub(crate) fn title(object: &Value) -> String {
    Id::of(object).to_string()
}

pub(crate) fn label<'a>(object: &'a Value, key: &str) -> &'a str {
    object["metadata"]["labels"][key]
        .as_str()
        .unwrap_or_default()
}

pub(crate) fn annotation<'a>(object: &'a Value, key: &str) -> &'a str {
    object["metadata"]["annotations"][key]
        .as_str()
        .unwrap_or_default()
}

pub(crate) fn is_kind(object: &Value, kind: &str) -> bool {
    object["kind"] == kind
}

/// Sets `object.metadata.<group>.<key>`, whatever stood there before.
pub(crate) fn set_metadata(object: &mut Value, group: &str, key: &str, value: &str) {
    let metadata = entry(object, "metadata");
    let group = entry(metadata, group);
    if let Value::Object(map) = group {
        map.insert(key.to_owned(), json!(value));
    }
}

/// Sets `object.spec.<key>`.
pub(crate) fn set_spec(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = entry(object, "spec") {
        map.insert(key.to_owned(), value);
    }
}

/// The map at `key`; what stood there and is no map is replaced.
fn entry<'a>(object: &'a mut Value, key: &str) -> &'a mut Value {
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    let child = &mut object[key];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

/// What somebody wants of the object: without status, without what the API
/// server and its controllers wrote, without the data of a Secret.
pub(crate) fn cleaned(object: &Value) -> Value {
    let mut clean = object.clone();
    let Value::Object(map) = &mut clean else {
        return clean;
    };
    map.remove("status");
    if is_kind(object, "Secret") {
        map.remove("data");
        map.remove("stringData");
    }
    if let Some(Value::Object(metadata)) = map.get_mut("metadata") {
        for key in SERVER_SIDE {
            metadata.remove(key);
        }
        without_incidental(metadata);
    }
    if is_kind(object, "Service")
        && text(object, "/spec/clusterIP") != "None"
        && let Some(Value::Object(spec)) = map.get_mut("spec")
    {
        spec.remove("clusterIP");
        spec.remove("clusterIPs");
    }
    clean
}

fn without_incidental(metadata: &mut Map<String, Value>) {
    let Some(Value::Object(annotations)) = metadata.get_mut("annotations") else {
        return;
    };
    for key in INCIDENTAL {
        annotations.remove(key);
    }
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
}

/// The object without what others may move meanwhile: the replica count of what
/// is `scaled`, and whether a CronJob is suspended (a trigger's lease).
pub(crate) fn settled(object: &Value, scaled: &[(String, String)]) -> Value {
    let is_scaled = is_scaled(object, scaled);
    let mut settled = object.clone();
    if let Some(Value::Object(spec)) = settled.get_mut("spec") {
        spec.remove("suspend");
        if is_scaled {
            spec.remove("replicas");
        }
    }
    settled
}

/// The names of what HorizontalPodAutoscalers among `objects` scale:
/// the replica counts of these are not Segue's.
pub(crate) fn scaled(objects: &[Value]) -> Vec<(String, String)> {
    objects
        .iter()
        .filter(|object| is_kind(object, "HorizontalPodAutoscaler"))
        .map(|hpa| {
            (
                text(hpa, "/spec/scaleTargetRef/kind").to_owned(),
                text(hpa, "/spec/scaleTargetRef/name").to_owned(),
            )
        })
        .collect()
}

/// Whether `object` is one of `scaled`.
pub(crate) fn is_scaled(object: &Value, scaled: &[(String, String)]) -> bool {
    scaled
        .iter()
        .any(|(kind, of)| is_kind(object, kind) && name(object) == of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_wrote_goes_and_what_was_wanted_stays() {
        let live = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "uid": "u", "resourceVersion": "7", "creationTimestamp": "t",
                "annotations": {OPERATION: "k"}, "labels": {"a": "b"}, "managedFields": []},
            "spec": {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ports": []},
            "status": {"loadBalancer": {}},
        });
        let wanted = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "web", "labels": {"a": "b"}},
            "spec": {"ports": []},
        });
        assert_eq!(cleaned(&live), wanted);
    }

    #[test]
    fn a_secrets_data_never_stays() {
        let live = json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "aHVzaA=="}, "stringData": {"k": "hush"}});
        assert_eq!(
            cleaned(&live),
            json!({"kind": "Secret", "metadata": {"name": "s"}})
        );
    }

    #[test]
    fn metadata_is_made_where_it_is_missing() {
        let mut object = json!({"metadata": {"labels": null}});
        set_metadata(&mut object, "labels", NAME, "web");
        assert_eq!(label(&object, NAME), "web");
        let mut nothing = Value::Null;
        set_metadata(&mut nothing, "annotations", OPERATION, "k");
        assert_eq!(annotation(&nothing, OPERATION), "k");
    }
}

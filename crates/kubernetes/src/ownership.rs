//! What Segue set of a live object, read from its managed fields. It knows
//! `fieldsV1` only; no schema is needed.
//!
//! Source: Kubernetes documentation, "Server-Side Apply", field management, and
//! the FieldsV1 format: `f:name` is a field, `k:{…}` an item of an associative
//! list by its keys, `v:…` an item of a set, `.` the thing itself, and an empty
//! map a leaf that is owned whole.

use crate::{FIELD_MANAGER, object};
use serde_json::{Map, Value};

/// What Segue applied of `live`, as it is now: the object that would change
/// nothing if it were applied again. None when Segue never applied it.
/// Without the operation's key, and without the data of a Secret only if
/// `live` has none.
pub(crate) fn applied(live: &Value) -> Option<Value> {
    let entry = object::list(live, "/metadata/managedFields")
        .iter()
        .find(|entry| {
            entry["manager"] == FIELD_MANAGER
                && entry["operation"] == "Apply"
                && entry["subresource"].as_str().unwrap_or_default().is_empty()
        })?;
    let Value::Object(mut own) = extract(entry["fieldsV1"].as_object()?, live) else {
        return None;
    };
    own.remove("status");
    for key in ["apiVersion", "kind"] {
        own.insert(key.into(), live[key].clone());
    }
    let mut own = Value::Object(own);
    for key in ["name", "namespace"] {
        if let Some(value) = live["metadata"].get(key) {
            own["metadata"][key] = value.clone();
        }
    }
    if let Some(Value::Object(annotations)) = own.pointer_mut("/metadata/annotations") {
        annotations.remove(object::OPERATION);
    }
    Some(own)
}

fn extract(fields: &Map<String, Value>, live: &Value) -> Value {
    if fields.is_empty() {
        return live.clone();
    }
    match live {
        Value::Object(map) => Value::Object(
            fields
                .iter()
                .filter_map(|(field, below)| {
                    let name = field.strip_prefix("f:")?;
                    let value = map.get(name)?;
                    Some((name.to_owned(), extract(below.as_object()?, value)))
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .filter_map(|item| {
                    let (_, below) = fields.iter().find(|(field, _)| selects(field, item))?;
                    Some(extract(below.as_object()?, item))
                })
                .collect(),
        ),
        scalar => scalar.clone(),
    }
}

/// Whether `field` names this item of a list.
fn selects(field: &str, item: &Value) -> bool {
    if let Some(keys) = field.strip_prefix("k:") {
        return serde_json::from_str::<Map<String, Value>>(keys)
            .is_ok_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value)));
    }
    field
        .strip_prefix("v:")
        .and_then(|value| serde_json::from_str::<Value>(value).ok())
        .is_some_and(|value| value == *item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn live() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "web", "namespace": "shop", "uid": "u",
                "finalizers": ["a/b", "c/d"],
                "annotations": {"segue.dev/operation": "k", "segue.dev/module": "web", "deployment.kubernetes.io/revision": "3"},
                "managedFields": [
                    {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {"f:status": {}}},
                    {"manager": "segue", "operation": "Apply", "fieldsV1": {
                        "f:metadata": {
                            "f:annotations": {"f:segue.dev/operation": {}, "f:segue.dev/module": {}},
                            "f:finalizers": {"v:\"c/d\"": {}},
                        },
                        "f:spec": {"f:template": {"f:spec": {"f:containers": {
                            "k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}, "f:args": {}, "f:ports": {
                                "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}
                            }}
                        }}}},
                    }},
                ],
            },
            "spec": {"replicas": 5, "template": {"spec": {"containers": [
                {"name": "injected", "image": "i"},
                {"name": "web", "image": "w@sha256:1", "imagePullPolicy": "Always", "args": ["a", "b"],
                    "ports": [{"containerPort": 80, "protocol": "TCP"}]},
            ]}}},
            "status": {"replicas": 5},
        })
    }

    #[test]
    fn only_what_segue_applied_is_taken() {
        let expected = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "finalizers": ["c/d"],
                "annotations": {"segue.dev/module": "web"}},
            "spec": {"template": {"spec": {"containers": [
                {"name": "web", "image": "w@sha256:1", "args": ["a", "b"], "ports": [{"containerPort": 80}]},
            ]}}},
        });
        assert_eq!(applied(&live()), Some(expected));
    }

    #[test]
    fn what_others_applied_is_not_segues() {
        let mut live = live();
        live["metadata"]["managedFields"][1]["manager"] = json!("kubectl");
        assert_eq!(applied(&live), None);
        assert_eq!(applied(&json!({"metadata": {}})), None);
    }

    #[test]
    fn nonsense_in_managed_fields_is_no_panic() {
        for fields in [
            json!(null),
            json!([1]),
            json!({"f:metadata": 3}),
            json!({"k:{": {}, "v:": {}}),
        ] {
            let mut live = live();
            live["metadata"]["managedFields"][1]["fieldsV1"] = fields;
            let _ = applied(&live);
        }
    }
}

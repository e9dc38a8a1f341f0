//! Which fields of an object somebody owns: the sets that server-side apply
//! works on, and their wire form (`FieldsV1`).
//!
//! Source: Kubernetes, "Server-Side Apply", and `sigs.k8s.io/structured-merge-diff`.

use super::object;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// From the root to a field. Elements are written as `FieldsV1` writes them:
/// `f:spec`, `k:{"name":"web"}`, `v:"finalizer"`.
pub type Path = Vec<String>;

/// How lists and maps merge.
pub enum Shape {
    /// One value, whatever it holds.
    Atomic,
    /// Field by field.
    Fields,
    /// Items are told apart by these keys.
    Keyed(&'static [&'static str]),
    /// Items are told apart by their value.
    Set,
}

/// How the value of `field` in an object of `kind` merges. Field names are told
/// apart by kind only where they mean different things.
pub fn shape(kind: &str, field: &str, value: &Value) -> Shape {
    match (value, field) {
        (
            Value::Object(_),
            "selector" | "labelSelector" | "namespaceSelector" | "nodeSelector" | "secretKeyRef"
            | "configMapKeyRef" | "fieldRef" | "resourceFieldRef",
        ) => Shape::Atomic,
        (Value::Object(_), _) => Shape::Fields,
        (
            Value::Array(_),
            "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes",
        ) => Shape::Keyed(&["name"]),
        (Value::Array(_), "imagePullSecrets" | "secrets" | "resourceClaims") => {
            Shape::Keyed(&["name"])
        }
        (Value::Array(_), "ports") if kind == "Service" => Shape::Keyed(&["port", "protocol"]),
        (Value::Array(_), "ports") if kind == "EndpointSlice" => Shape::Atomic,
        (Value::Array(_), "ports") => Shape::Keyed(&["containerPort", "protocol"]),
        (Value::Array(_), "volumeMounts") => Shape::Keyed(&["mountPath"]),
        (Value::Array(_), "volumeDevices") => Shape::Keyed(&["devicePath"]),
        (Value::Array(_), "ownerReferences") => Shape::Keyed(&["uid"]),
        (Value::Array(_), "hostAliases") => Shape::Keyed(&["ip"]),
        (Value::Array(_), "conditions") => Shape::Keyed(&["type"]),
        (Value::Array(_), "topologySpreadConstraints") => {
            Shape::Keyed(&["topologyKey", "whenUnsatisfiable"])
        }
        (Value::Array(_), "finalizers") => Shape::Set,
        _ => Shape::Atomic,
    }
}

/// The path element of an item of a keyed list.
pub fn item_key(keys: &[&str], item: &Value) -> String {
    let mut map = Map::new();
    for key in keys {
        let value = match (&item[*key], *key) {
            // the one key field with a default, in both kinds of ports
            (Value::Null, "protocol") => json!("TCP"),
            (value, _) => value.clone(),
        };
        map.insert((*key).to_owned(), value);
    }
    format!("k:{}", Value::Object(map))
}

/// A set of fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSet(pub BTreeSet<Path>);

impl FieldSet {
    /// The fields that an object says something about, without those that only
    /// the API writes.
    pub fn of(object: &Value) -> Self {
        let mut set = Self::default();
        let kind = object::text(object, "/kind").to_owned();
        for (field, value) in object.as_object().into_iter().flatten() {
            match field.as_str() {
                "apiVersion" | "kind" | "status" => {}
                "metadata" => set.add_metadata(&kind, value),
                _ => set.add(&kind, field, value, &mut vec![format!("f:{field}")]),
            }
        }
        set
    }

    fn add_metadata(&mut self, kind: &str, metadata: &Value) {
        for field in ["labels", "annotations", "ownerReferences", "finalizers"] {
            if let Some(value) = metadata.get(field) {
                let mut path = vec!["f:metadata".to_owned(), format!("f:{field}")];
                self.add(kind, field, value, &mut path);
            }
        }
    }

    fn add(&mut self, kind: &str, field: &str, value: &Value, path: &mut Path) {
        match (shape(kind, field, value), value) {
            (Shape::Fields, Value::Object(fields)) if !fields.is_empty() => {
                for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                    path.push(format!("f:{field}"));
                    self.add(kind, field, value, path);
                    path.pop();
                }
            }
            (Shape::Keyed(keys), Value::Array(items)) if !items.is_empty() => {
                for item in items {
                    path.push(item_key(keys, item));
                    self.0.insert(path.clone());
                    self.add(kind, "", item, path);
                    path.pop();
                }
            }
            (Shape::Set, Value::Array(items)) if !items.is_empty() => {
                for item in items {
                    path.push(format!("v:{item}"));
                    self.0.insert(path.clone());
                    path.pop();
                }
            }
            _ => {
                self.0.insert(path.clone());
            }
        }
    }

    /// Reads `FieldsV1`.
    pub fn from_wire(fields: &Value) -> Self {
        fn walk(fields: &Value, path: &mut Path, set: &mut FieldSet) {
            for (element, below) in fields.as_object().into_iter().flatten() {
                if element == "." {
                    set.0.insert(path.clone());
                    continue;
                }
                path.push(element.clone());
                if below.as_object().is_none_or(Map::is_empty) {
                    set.0.insert(path.clone());
                }
                walk(below, path, set);
                path.pop();
            }
        }
        let mut set = Self::default();
        walk(fields, &mut Vec::new(), &mut set);
        set
    }

    /// Writes `FieldsV1`.
    pub fn to_wire(&self) -> Value {
        fn insert(into: &mut Map<String, Value>, path: &[String]) {
            let Some((first, rest)) = path.split_first() else {
                return;
            };
            let below = into.entry(first.clone()).or_insert_with(|| json!({}));
            let Value::Object(below) = below else { return };
            if !rest.is_empty() {
                insert(below, rest);
            }
        }
        fn mark(into: &mut Map<String, Value>, path: &[String]) {
            match path.split_first() {
                Some((first, rest)) => {
                    if let Some(Value::Object(below)) = into.get_mut(first) {
                        mark(below, rest);
                    }
                }
                None if !into.is_empty() => {
                    into.insert(".".into(), json!({}));
                }
                None => {}
            }
        }
        let mut root = Map::new();
        for path in &self.0 {
            insert(&mut root, path);
        }
        for path in &self.0 {
            mark(&mut root, path);
        }
        Value::Object(root)
    }
}

/// The value at a path.
pub fn lookup<'a>(object: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, element| {
        if let Some(field) = element.strip_prefix("f:") {
            value.get(field)
        } else {
            value.as_array()?.iter().find(|item| is_item(element, item))
        }
    })
}

/// Whether a path leads to one of the fields by which its item is known.
pub fn is_key(path: &[String]) -> bool {
    let [.., item, field] = path else {
        return false;
    };
    let keys = item.strip_prefix("k:").map(serde_json::from_str);
    match (keys, field.strip_prefix("f:")) {
        (Some(Ok(Value::Object(keys))), Some(field)) => keys.contains_key(field),
        _ => false,
    }
}

/// Removes the value at a path, and what it leaves empty above.
pub fn remove(object: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let below = match (first.strip_prefix("f:"), &mut *object) {
        (Some(field), Value::Object(fields)) => fields.get_mut(field),
        (None, Value::Array(items)) => items.iter_mut().find(|item| is_item(first, item)),
        _ => None,
    };
    let Some(below) = below else { return };
    if !rest.is_empty() {
        remove(below, rest);
        let left_empty = below.as_object().is_some_and(Map::is_empty)
            || below.as_array().is_some_and(Vec::is_empty);
        if !left_empty {
            return;
        }
    }
    match (first.strip_prefix("f:"), object) {
        (Some(field), Value::Object(fields)) => {
            fields.remove(field);
        }
        (None, Value::Array(items)) => items.retain(|item| !is_item(first, item)),
        _ => {}
    }
}

fn is_item(element: &str, item: &Value) -> bool {
    if let Some(value) = element.strip_prefix("v:") {
        return serde_json::from_str(value).is_ok_and(|value: Value| value == *item);
    }
    let Some(Ok(Value::Object(keys))) = element.strip_prefix("k:").map(serde_json::from_str) else {
        return false;
    };
    keys.iter().all(|(key, value)| match &item[key] {
        Value::Null => key == "protocol" && value == "TCP",
        given => given == value,
    })
}

/// As messages write a path: `.spec.containers[name="web"].image`.
pub fn display(path: &[String]) -> String {
    path.iter().map(|element| element_words(element)).collect()
}

fn element_words(element: &str) -> String {
    if let Some(field) = element.strip_prefix("f:") {
        return format!(".{field}");
    }
    match element.strip_prefix("k:").map(serde_json::from_str) {
        Some(Ok(Value::Object(keys))) => {
            let keys: Vec<_> = keys
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!("[{}]", keys.join(","))
        }
        _ => format!("[={}]", element.trim_start_matches("v:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod() -> Value {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"x": "y"}},
            "spec": {"containers": [{"name": "web", "image": "i", "ports": [{"containerPort": 80}]}]}})
    }

    #[test]
    fn the_wire_form_is_kubernetes_own_and_reads_back() {
        let set = FieldSet::of(&pod());
        let wire = json!({
            "f:metadata": {"f:labels": {"f:x": {}}},
            "f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {
                ".": {}, "f:name": {}, "f:image": {},
                "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {
                    ".": {}, "f:containerPort": {},
                }},
            }}},
        });
        assert_eq!(set.to_wire(), wire);
        assert_eq!(FieldSet::from_wire(&wire), set);
    }

    #[test]
    fn every_path_of_an_object_leads_to_its_value_and_can_be_removed() {
        let mut object = pod();
        let paths = FieldSet::of(&object).0;
        for path in &paths {
            assert!(lookup(&object, path).is_some(), "{}", display(path));
        }
        for path in &paths {
            remove(&mut object, path);
        }
        assert!(object.get("spec").is_none());
    }
}

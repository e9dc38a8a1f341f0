//! The ConfigMaps and Secrets that a pod refers to, and which of them are missing.

use crate::kubernetes::{
    kind::{self, Kind},
    object::{items, text, truth},
    store::Store,
};
use serde_json::Value;

/// What a container's environment refers to and is not there, as the kubelet says it.
pub fn missing_environment(store: &Store, namespace: &str, container: &Value) -> Option<String> {
    let whole = items(container, "/envFrom").iter().flat_map(|from| {
        [
            (&from["configMapRef"], &kind::CONFIG_MAP),
            (&from["secretRef"], &kind::SECRET),
        ]
    });
    let keys = items(container, "/env").iter().flat_map(|variable| {
        let from = &variable["valueFrom"];
        [
            (&from["configMapKeyRef"], &kind::CONFIG_MAP),
            (&from["secretKeyRef"], &kind::SECRET),
        ]
    });
    whole
        .chain(keys)
        .find_map(|(reference, kind)| missing(store, namespace, kind, reference, "/name"))
}

/// What the volumes of a pod refer to and is not there.
pub fn missing_volume(store: &Store, namespace: &str, spec: &Value) -> Option<String> {
    items(spec, "/volumes").iter().find_map(|volume| {
        let projected = items(volume, "/projected/sources")
            .iter()
            .flat_map(|source| {
                [
                    (&source["configMap"], &kind::CONFIG_MAP, "/name"),
                    (&source["secret"], &kind::SECRET, "/name"),
                ]
            });
        let missing = [
            (&volume["configMap"], &kind::CONFIG_MAP, "/name"),
            (&volume["secret"], &kind::SECRET, "/secretName"),
        ]
        .into_iter()
        .chain(projected)
        .find_map(|(reference, kind, at)| missing(store, namespace, kind, reference, at))?;
        let volume = text(volume, "/name");
        Some(format!(
            "MountVolume.SetUp failed for volume \"{volume}\" : {missing}"
        ))
    })
}

fn missing(
    store: &Store,
    namespace: &str,
    kind: &'static Kind,
    reference: &Value,
    at: &str,
) -> Option<String> {
    if !reference.is_object() || truth(reference, "/optional") {
        return None;
    }
    let name = text(reference, at);
    let Some(object) = store.get(kind, namespace, name) else {
        return Some(format!("{} \"{name}\" not found", kind.kind.to_lowercase()));
    };
    let key = text(reference, "/key");
    let has_key = |field: &str| object[field].get(key).is_some();
    (!key.is_empty() && !has_key("data") && !has_key("binaryData")).then(|| {
        format!(
            "couldn't find key {key} in {} {namespace}/{name}",
            kind.kind
        )
    })
}

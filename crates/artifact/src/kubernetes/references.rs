//! Where objects name a ConfigMap or a Secret, as kustomize's nameReference
//! lists them for the built-in kinds.

use super::{
    config::{Kind, Names},
    pods, text,
};
use serde_json::Value;

/// In a container: the pointer to the list, the pointer to the name in each item.
const IN_CONTAINERS: [(&str, &str, Kind); 4] = [
    ("/env", "/valueFrom/configMapKeyRef/name", Kind::ConfigMap),
    ("/env", "/valueFrom/secretKeyRef/name", Kind::Secret),
    ("/envFrom", "/configMapRef/name", Kind::ConfigMap),
    ("/envFrom", "/secretRef/name", Kind::Secret),
];

/// In a pod's volumes.
const IN_VOLUMES: [(&str, Kind); 3] = [
    ("/configMap/name", Kind::ConfigMap),
    ("/secret/secretName", Kind::Secret),
    ("/csi/nodePublishSecretRef/name", Kind::Secret),
];

/// In a projected volume's sources.
const IN_SOURCES: [(&str, Kind); 2] = [
    ("/configMap/name", Kind::ConfigMap),
    ("/secret/name", Kind::Secret),
];

/// Replaces every name that `names` knows.
pub fn rename(object: &mut Value, names: &Names) {
    match text(object, "/kind") {
        "ServiceAccount" => {
            for list in ["/secrets", "/imagePullSecrets"] {
                each(object, list, |item| {
                    point(item, "/name", Kind::Secret, names)
                });
            }
        }
        "Ingress" => each(object, "/spec/tls", |item| {
            point(item, "/secretName", Kind::Secret, names);
        }),
        _ => {}
    }
    if let Some(spec) = pods::spec(object) {
        in_pod(spec, names);
    }
}

fn in_pod(spec: &mut Value, names: &Names) {
    for (_, container) in pods::containers(spec) {
        for (list, pointer, kind) in IN_CONTAINERS {
            each(container, list, |item| point(item, pointer, kind, names));
        }
    }
    each(spec, "/imagePullSecrets", |item| {
        point(item, "/name", Kind::Secret, names);
    });
    each(spec, "/volumes", |volume| {
        for (pointer, kind) in IN_VOLUMES {
            point(volume, pointer, kind, names);
        }
        each(volume, "/projected/sources", |source| {
            for (pointer, kind) in IN_SOURCES {
                point(source, pointer, kind, names);
            }
        });
    });
}

fn each(of: &mut Value, list: &str, act: impl FnMut(&mut Value)) {
    if let Some(Value::Array(items)) = of.pointer_mut(list) {
        items.iter_mut().for_each(act);
    }
}

fn point(at: &mut Value, pointer: &str, kind: Kind, names: &Names) {
    if let Some(Value::String(name)) = at.pointer_mut(pointer)
        && let Some(new) = names.get(&(kind, name.clone()))
    {
        name.clone_from(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names() -> Names {
        Names::from([
            ((Kind::ConfigMap, "c".to_owned()), "c-1".to_owned()),
            ((Kind::Secret, "s".to_owned()), "s-2".to_owned()),
        ])
    }

    #[test]
    fn every_reference_of_a_pod_follows() {
        let pod = |c: &str, s: &str| {
            let container = json!({
                "envFrom": [{"configMapRef": {"name": c}}, {"secretRef": {"name": s}}],
                "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": c, "key": "k"}}},
                        {"name": "B", "valueFrom": {"secretKeyRef": {"name": s, "key": "k"}}},
                        {"name": "C", "value": "c"}],
            });
            json!({"kind": "Deployment", "spec": {"template": {"spec": {
                "containers": [container], "initContainers": [container], "ephemeralContainers": [container],
                "imagePullSecrets": [{"name": s}],
                "volumes": [
                    {"name": "c", "configMap": {"name": c}},
                    {"name": "s", "secret": {"secretName": s}},
                    {"name": "p", "projected": {"sources": [
                        {"configMap": {"name": c}}, {"secret": {"name": s}}, {"downwardAPI": {}}]}},
                    {"name": "v", "csi": {"nodePublishSecretRef": {"name": s}}}]}}}})
        };
        let mut object = pod("c", "s");
        rename(&mut object, &names());
        assert_eq!(object, pod("c-1", "s-2"));
        // A name of the other kind, or a new name, is left alone.
        rename(&mut object, &names());
        assert_eq!(object, pod("c-1", "s-2"));
        let mut crossed = pod("s", "c");
        rename(&mut crossed, &names());
        assert_eq!(crossed, pod("s", "c"));
    }

    #[test]
    fn service_accounts_and_ingresses_follow() {
        let mut account = json!({"kind": "ServiceAccount", "imagePullSecrets": [{"name": "s"}]});
        rename(&mut account, &names());
        assert_eq!(account["imagePullSecrets"][0]["name"], "s-2");
        let mut ingress = json!({"kind": "Ingress", "spec": {"tls": [{"secretName": "s"}]}});
        rename(&mut ingress, &names());
        assert_eq!(ingress["spec"]["tls"][0]["secretName"], "s-2");
    }
}

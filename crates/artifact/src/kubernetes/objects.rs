//! YAML documents become Kubernetes objects in the order in which they can be applied.

use super::{text, title};
use crate::code;
use segue_model::Failure;
use serde_json::Value;
use std::collections::BTreeSet;

/// Kinds in the order in which Helm installs them; all others come after.
/// Source: Helm, `pkg/release/util/kind_sorter.go` (`InstallOrder`).
const ORDER: [&str; 35] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "RuntimeClass",
];

/// The built-in kinds that stand in no namespace.
/// Source: Kubernetes 1.35, `kubectl api-resources --namespaced=false`.
const CLUSTER_WIDE: [&str; 16] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
];

/// The objects of YAML documents; lists are taken apart, empty documents skipped.
pub fn parse(yaml: &str, from: &str) -> Result<Vec<Value>, Failure> {
    let refused = |what: String| code::refused(code::NO_OBJECT, format!("{from}: {what}"));
    // As Kubernetes' own tools read YAML: `defaultMode: 0400` is octal.
    let options = serde_saphyr::options! {
        legacy_octal_numbers: true,
        budget: serde_saphyr::budget! {
            max_depth: 200,
            max_nodes: 1_000_000,
            max_events: 4_000_000,
        },
    };
    let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(yaml, options)
        .map_err(|error| refused("this is no YAML".into()).words(error.to_string()))?;
    let mut objects = Vec::new();
    for document in documents {
        flatten(document, &mut objects);
    }
    for object in &mut objects {
        for field in ["/apiVersion", "/kind", "/metadata/name"] {
            if text(object, field).is_empty() {
                let field = field.trim_start_matches('/').replace('/', ".");
                return Err(refused(format!("{} has no {field}", title(object).trim())));
            }
        }
        if !text(object, "/metadata/annotations/helm.sh~1hook").is_empty() {
            return Err(hook(object, from));
        }
        // What the cluster reports is no part of what is wanted.
        if let Some(object) = object.as_object_mut() {
            object.remove("status");
        }
        object.sort_all_objects();
    }
    Ok(objects)
}

/// Brings objects into the order in which they can be applied, the same every time.
pub fn sort(objects: &mut [Value]) {
    objects.sort_by_cached_key(place);
}

fn flatten(document: Value, into: &mut Vec<Value>) {
    match document {
        Value::Null => {}
        Value::Object(mut list)
            if list.get("items").is_some_and(Value::is_array)
                && list
                    .get("kind")
                    .and_then(Value::as_str)
                    .is_some_and(|kind| kind.ends_with("List")) =>
        {
            if let Some(Value::Array(items)) = list.remove("items") {
                into.extend(items);
            }
        }
        object => into.push(object),
    }
}

fn hook(object: &Value, from: &str) -> Failure {
    code::refused(
        code::HOOK,
        format!("{from}: {} is a Helm hook, and Segue runs none", title(object)),
    )
    .hint("make it an ordinary object, or a module of its own that this one needs; a value of the chart may switch it off")
}

fn place(object: &Value) -> (usize, String, String, String) {
    let kind = text(object, "/kind");
    let rank = ORDER.iter().position(|known| *known == kind);
    (
        rank.unwrap_or(ORDER.len()),
        kind.to_owned(),
        text(object, "/apiVersion").to_owned(),
        text(object, "/metadata/name").to_owned(),
    )
}

/// Gives every object that stands in a namespace the target's.
pub fn set_namespace(objects: &mut [Value], namespace: &str) -> Result<(), Failure> {
    for object in objects {
        if CLUSTER_WIDE.contains(&text(object, "/kind")) {
            continue;
        }
        let written = text(object, "/metadata/namespace");
        if !written.is_empty() && written != namespace {
            let title = title(object);
            return Err(code::refused(
                code::OTHER_NAMESPACE,
                format!("{title} names the namespace {written}, and its target is {namespace}"),
            )
            .hint("leave metadata.namespace out: Segue writes the target's"));
        }
        object["metadata"]["namespace"] = namespace.into();
    }
    Ok(())
}

/// Refuses two objects of one kind and name among all that one target gets.
pub fn refuse_twins<'a>(
    of_target: impl IntoIterator<Item = (&'a str, &'a Value)>,
    target: &str,
) -> Result<(), Failure> {
    let mut seen = std::collections::BTreeMap::new();
    for (module, object) in of_target {
        // The version of an API is not part of an object's identity, its group is.
        let group = text(object, "/apiVersion");
        let group = group.rsplit_once('/').map_or("", |(group, _)| group);
        let title = title(object);
        if let Some(other) = seen.insert((group, title.clone()), module) {
            let both = BTreeSet::from([other, module]);
            let both: Vec<_> = both.into_iter().collect();
            return Err(code::refused(
                code::TWICE,
                format!(
                    "{target} would get {title} twice, from {}",
                    both.join(" and ")
                ),
            )
            .hint("give one of them another name"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TWO: &str = "---\n# nothing\n---\nkind: Service\napiVersion: v1\nmetadata: {name: b}\n---\n\
        apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n";

    #[test]
    fn lists_are_taken_apart_and_kinds_stand_in_order_of_installation() {
        let mut objects = parse(TWO, "x").unwrap();
        objects.reverse();
        sort(&mut objects);
        let titles: Vec<_> = objects.iter().map(title).collect();
        assert_eq!(titles, ["ConfigMap a", "Service b"]);
    }

    #[test]
    fn scalars_mean_what_kubernetes_reads() {
        let yaml = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, \
            mode: 0400, text: '0400', flag: true, quoted: 'yes', version: \"2.10\"}";
        let object = parse(yaml, "x").unwrap().remove(0);
        assert_eq!(object["mode"], json!(256));
        assert_eq!(object["text"], json!("0400"));
        assert_eq!(object["flag"], json!(true));
        assert_eq!(object["quoted"], json!("yes"));
        assert_eq!(object["version"], json!("2.10"));
    }

    #[test]
    fn hooks_are_refused_by_name() {
        let yaml = "{apiVersion: batch/v1, kind: Job, metadata: {name: migrate, \
            annotations: {helm.sh/hook: pre-upgrade}}}";
        let failure = parse(yaml, "auth").unwrap_err();
        assert_eq!(failure.code, code::HOOK);
        assert!(failure.what.contains("Job migrate"), "{failure}");
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for yaml in [
            "just text",
            "[1]",
            "{kind: Pod}",
            "{kind: Pod, apiVersion: v1, metadata: {generateName: a}}",
            "a: b: c",
        ] {
            assert_eq!(
                parse(yaml, "x").unwrap_err().code,
                code::NO_OBJECT,
                "{yaml}"
            );
        }
    }

    #[test]
    fn deep_and_looping_documents_end() {
        let deep = "[".repeat(100_000);
        assert!(parse(&deep, "x").is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
            g: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        assert!(parse(bomb, "x").is_err());
    }

    #[test]
    fn namespaces_are_the_targets() {
        let mut objects = vec![
            json!({"kind": "Service", "metadata": {"name": "a"}}),
            json!({"kind": "ClusterRole", "metadata": {"name": "a"}}),
        ];
        set_namespace(&mut objects, "shop").unwrap();
        assert_eq!(objects[0]["metadata"]["namespace"], "shop");
        assert_eq!(objects[1]["metadata"].get("namespace"), None);
        let failure = set_namespace(&mut objects, "other").unwrap_err();
        assert_eq!(failure.code, code::OTHER_NAMESPACE);
    }

    #[test]
    fn two_modules_cannot_own_one_object() {
        let object =
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}});
        let failure = refuse_twins([("one", &object), ("two", &object)], "aks").unwrap_err();
        assert!(failure.what.contains("from one and two"), "{failure}");
    }
}

//! What is live of a module.

use crate::{kept::is_kept, kinds::Kind, object, object::Id, ownership, rollout, server::Server};
use futures::future;
use segue_model::{Digest, Failure, FailureKind, ModuleId, Observation, Unit, Version};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A live object of a module.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub kind: Kind,
    pub object: Value,
}

/// What selects the objects of `module`.
pub(crate) fn selector(module: &ModuleId) -> String {
    format!(
        "{}={module},{}={}",
        object::NAME,
        object::MANAGED_BY,
        object::SEGUE
    )
}

/// The live objects of `module`, of the kinds of `objects` and the well-known
/// ones, in the order in which they are applied.
pub(crate) async fn live(
    server: &Server,
    module: &ModuleId,
    objects: &[Value],
) -> Result<Vec<Live>, Failure> {
    let mut kinds: Vec<(Kind, bool)> = Vec::new();
    for object in objects {
        // Of a kind that the cluster does not know nothing can be live.
        let Some(kind) = server.find_kind(object).await? else {
            continue;
        };
        if !kinds.iter().any(|(known, _)| *known == kind) {
            kinds.push((kind, true));
        }
    }
    for kind in Kind::well_known() {
        if !kinds.iter().any(|(known, _)| *known == kind) {
            kinds.push((kind, false));
        }
    }
    kinds.sort();
    let selector = selector(module);
    let lists = kinds
        .iter()
        .map(|(kind, needed)| list(server, kind, *needed, &selector));
    Ok(future::try_join_all(lists)
        .await?
        .into_iter()
        .flatten()
        .collect())
}

async fn list(
    server: &Server,
    kind: &Kind,
    needed: bool,
    selector: &str,
) -> Result<Vec<Live>, Failure> {
    let objects = match server.list(kind, selector).await {
        // Whoever may not even list a kind that the module does not use cannot
        // have made one.
        Err(failure) if failure.kind == FailureKind::Denied && !needed => Vec::new(),
        objects => objects?,
    };
    Ok(objects
        .into_iter()
        .filter(is_segues)
        .map(|object| Live {
            kind: kind.clone(),
            object,
        })
        .collect())
}

/// Whether Segue made the object itself; what a controller made may bear copied labels.
fn is_segues(object: &Value) -> bool {
    object::label(object, object::MANAGED_BY) == object::SEGUE
        && !object::list(object, "/metadata/ownerReferences")
            .iter()
            .any(|owner| owner["controller"] == true)
}

/// The live objects of `unit`'s module as one observation.
pub(crate) fn observation(live: Vec<Live>, unit: &Unit) -> Observation {
    let (kept, live): (Vec<_>, Vec<_>) = live.into_iter().partition(|it| is_kept(&it.object));
    if live.is_empty() {
        return Observation::absent();
    }
    let all = |live: &[Live]| -> Vec<Value> { live.iter().map(|it| wanted(&it.object)).collect() };
    let objects = all(&live);
    Observation {
        version: version(&live, unit),
        revision: revision(&live),
        fingerprint: fingerprint(&objects).to_string(),
        detail: json!({ "objects": objects, "kept": all(&kept), "ready": is_ready(&live) }),
    }
}

/// The live objects of an [`observation`].
pub(crate) fn objects(observation: &Observation) -> &[Value] {
    object::list(&observation.detail, "/objects")
}

/// What an [`observation`] saw kept for the way back beside them.
pub(crate) fn kept(observation: &Observation) -> &[Value] {
    object::list(&observation.detail, "/kept")
}

/// What Segue wants of a live object, and nothing else; never a Secret's data.
pub(crate) fn wanted(live: &Value) -> Value {
    object::cleaned(&ownership::applied(live).unwrap_or_else(|| live.clone()))
}

/// The digest of what is wanted: without what others may move meanwhile.
fn fingerprint(objects: &[Value]) -> Digest {
    let scaled = object::scaled(objects);
    let mut objects: Vec<Value> = objects
        .iter()
        .map(|object| canonical(object::settled(object, &scaled)))
        .collect();
    objects.sort_by_key(Id::of);
    Digest::of(Value::Array(objects).to_string().as_bytes())
}

/// With the keys of every map in order, whatever order they were read in.
fn canonical(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = map.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, canonical(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar => scalar,
    }
}

/// The version of the workload. A module without one has the unit's version
/// once all that the unit wants stands at it, and until then another: the
/// highest that is there. Nothing but what is wanted of the objects counts, so
/// what is brought back says what it said before.
fn version(live: &[Live], unit: &Unit) -> Option<Version> {
    let of_workload = workloads(live).find_map(|live| version_of(&live.object));
    if of_workload.is_some() {
        return of_workload;
    }
    let stands = live
        .iter()
        .filter(|live| version_of(&live.object).as_ref() == Some(&unit.version))
        .map(|live| Id::of(&live.object))
        .collect::<BTreeSet<_>>();
    let wants = object::list(&unit.artifact, "/objects");
    if !wants.is_empty() && wants.iter().all(|want| stands.contains(&Id::of(want))) {
        return Some(unit.version.clone());
    }
    live.iter()
        .filter_map(|live| version_of(&live.object))
        .max_by_key(|version| (*version != unit.version, version.clone()))
}

fn version_of(object: &Value) -> Option<Version> {
    let label = object::label(object, object::VERSION).replace('_', "+");
    label.parse().ok().or_else(|| {
        object::annotation(object, object::EXACT_VERSION)
            .parse()
            .ok()
    })
}

fn workloads(live: &[Live]) -> impl Iterator<Item = &Live> {
    live.iter().filter(|live| live.kind.is_workload())
}

fn revision(live: &[Live]) -> String {
    let names: Vec<String> = workloads(live)
        .map(|live| workload_revision(&live.object))
        .collect();
    if !names.is_empty() {
        return names.join(", ");
    }
    let names: Vec<String> = live
        .iter()
        .map(|live| object::title(&live.object))
        .collect();
    names.join(", ")
}

/// `deployment revision 3`.
fn workload_revision(workload: &Value) -> String {
    let kind = object::text(workload, "/kind").to_lowercase();
    let number = object::annotation(workload, "deployment.kubernetes.io/revision");
    let name = match (number, object::text(workload, "/status/updateRevision")) {
        ("", "") => format!(
            "{kind} generation {}",
            object::int(workload, "/metadata/generation").unwrap_or(0)
        ),
        ("", revision) => format!("{kind} revision {revision}"),
        (number, _) => format!("{kind} revision {number}"),
    };
    if rollout::is_complete(workload) {
        name
    } else {
        format!("{name}, not ready")
    }
}

/// Whether every workload is ready: a former state that was not is not waited for.
fn is_ready(live: &[Live]) -> bool {
    workloads(live).all(|live| rollout::is_complete(&live.object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(object: Value) -> Live {
        let kind = Kind::known("", object::text(&object, "/kind")).unwrap();
        Live { kind, object }
    }

    fn deployment(replicas: i64, resource_version: &str) -> Live {
        live(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "uid": "u", "generation": 4, "resourceVersion": resource_version,
                "labels": {object::VERSION: "2.1.0"},
                "annotations": {"deployment.kubernetes.io/revision": "3", object::OPERATION: resource_version}},
            "spec": {"replicas": replicas, "template": {}},
            "status": {"observedGeneration": 4, "replicas": replicas, "updatedReplicas": replicas,
                "readyReplicas": replicas, "availableReplicas": replicas},
        }))
    }

    fn hpa() -> Live {
        live(
            json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}}),
        )
    }

    fn config(name: &str, version: &str) -> Live {
        live(
            json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"v": version},
            "metadata": {"name": name, "labels": {object::VERSION: version}}}),
        )
    }

    /// A unit of `version` that wants ConfigMaps of these names.
    fn unit(version: &str, names: &[&str]) -> Unit {
        let object =
            |name| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
        let objects: Vec<Value> = names.iter().map(object).collect();
        Unit {
            module: "web".into(),
            target: "aks".into(),
            version: version.parse().unwrap(),
            artifact: json!({ "objects": objects }),
            settings: Value::Null,
        }
    }

    fn observation(live: &[Live]) -> Observation {
        super::observation(live.to_vec(), &unit("3.0.0", &["c-3"]))
    }

    #[test]
    fn nothing_is_absent() {
        assert_eq!(observation(&[]), Observation::absent());
    }

    #[test]
    fn a_workload_says_version_and_revision() {
        let seen = observation(&[config("c", "9.0.0"), deployment(2, "1")]);
        assert_eq!(seen.version, Some("2.1.0".parse().unwrap()));
        assert_eq!(seen.revision, "deployment revision 3");
        assert_eq!(seen.detail["ready"], true);
        assert_eq!(
            seen.detail["objects"][1]["metadata"],
            json!({"name": "web", "labels": {object::VERSION: "2.1.0"}})
        );
    }

    #[test]
    fn configuration_alone_is_the_units_once_all_of_it_stands() {
        let says = |live: &[Live], unit: &Unit| {
            let version = super::observation(live.to_vec(), unit).version;
            version.map(|version| version.to_string())
        };
        let (one, two) = (config("c-1", "1.0.0"), config("c-2", "2.0.0"));
        let both = [one.clone(), two.clone()];
        let up = unit("2.0.0", &["c-2", "shared"]);
        let down = unit("1.0.0", &["c-1", "shared"]);
        for (unit, former, now) in [(&up, "1.0.0", "2.0.0"), (&down, "2.0.0", "1.0.0")] {
            let was = if former == "1.0.0" { &one } else { &two };
            let before = [was.clone(), config("shared", former)];
            assert_eq!(says(&before, unit).as_deref(), Some(former), "before");
            let half = [both.as_slice(), &[config("shared", former)]].concat();
            assert_eq!(says(&half, unit).as_deref(), Some(former), "on the way");
            let staged = [both.as_slice(), &[config("shared", now)]].concat();
            assert_eq!(says(&staged, unit).as_deref(), Some(now), "staged");
        }
        assert_eq!(says(&[two], &up).as_deref(), Some("2.0.0"), "a part alone");
        assert_eq!(says(&both, &unit("3.0.0", &[])).as_deref(), Some("2.0.0"));
    }

    #[test]
    fn equal_states_have_equal_fingerprints() {
        let print = |live: &[Live]| observation(live).fingerprint;
        let before = print(&[deployment(2, "1"), hpa()]);
        assert_eq!(
            print(&[deployment(2, "2"), hpa()]),
            before,
            "resource version, key"
        );
        assert_eq!(print(&[hpa(), deployment(2, "1")]), before, "order");
        assert_eq!(
            print(&[deployment(7, "1"), hpa()]),
            before,
            "moved by the autoscaler"
        );
        assert_ne!(print(&[deployment(2, "1")]), before, "an object less");
        assert_ne!(
            print(&[deployment(7, "1")]),
            print(&[deployment(2, "1")]),
            "nobody else moves it"
        );
    }

    #[test]
    fn what_is_kept_for_the_way_back_is_not_live() {
        let mut kept = config("c-2", "2.0.0");
        object::set_metadata(&mut kept.object, "annotations", object::KEPT, "yes");
        let one = config("c-1", "1.0.0");
        let see = |live: &[Live]| super::observation(live.to_vec(), &unit("2.0.0", &["c-2"]));
        let (alone, beside) = (see(std::slice::from_ref(&one)), see(&[one, kept.clone()]));
        assert_eq!(beside.version, Some("1.0.0".parse().unwrap()));
        assert_eq!(beside.fingerprint, alone.fingerprint);
        assert_eq!(objects(&beside), objects(&alone));
        assert_eq!(super::kept(&beside).len(), 1);
        assert_eq!(see(&[kept]), Observation::absent());
    }

    #[test]
    fn no_secrets_data_is_observed() {
        let secret = live(
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "aHVzaA=="}}),
        );
        assert!(!observation(&[secret]).detail.to_string().contains("aHVzaA"));
    }

    #[test]
    fn what_a_controller_made_is_not_segues() {
        let mut object = json!({"metadata": {"labels": {object::MANAGED_BY: "segue"}}});
        assert!(is_segues(&object));
        object["metadata"]["ownerReferences"] = json!([{"controller": true}]);
        assert!(!is_segues(&object));
    }
}

//! Deployment: a ReplicaSet for each template, and the rolling update from one
//! to the next.

use super::{
    Moment, replica_set,
    rollout_status::{Progress, report, set_condition},
    scaling::{Limits, Size},
};
use crate::kubernetes::{
    kind,
    object::{
        content_hash, controller, is_terminating, label, name, namespace, number, text, truth, uid,
    },
    store::Store,
};
use serde_json::{Value, json};
use std::sync::Arc;

const COMPONENT: &str = "deployment-controller";
const HASH_LABEL: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// The sets of a Deployment.
pub struct Sets {
    pub new: Option<Arc<Value>>,
    /// Oldest first.
    pub old: Vec<Arc<Value>>,
}

/// Brings a Deployment one step further.
pub fn sync(store: &mut Store, deployment: &Value, progress: &mut Progress, moment: &mut Moment) {
    if is_terminating(deployment) {
        return;
    }
    let hash = content_hash(&deployment["spec"]["template"]);
    let sets = sets(store, deployment, &hash);
    if truth(deployment, "/spec/paused") {
        report(store, deployment, &sets, progress, moment);
        return;
    }
    let Some(new) = &sets.new else {
        create(store, deployment, &sets, &hash);
        progress.since = Some(moment.now);
        return;
    };
    if number_revision(new) < next_revision(&sets) {
        reuse(store, deployment, new, &sets);
        progress.since = Some(moment.now);
        return;
    }
    scale(store, deployment, new, &sets);
    if report(store, deployment, &sets, progress, moment) {
        forget(store, deployment, &sets);
    }
}

fn sets(store: &Store, deployment: &Value, hash: &str) -> Sets {
    let mut sets = Sets {
        new: None,
        old: Vec::new(),
    };
    let owned = store
        .list(&kind::REPLICA_SET, namespace(deployment))
        .filter(|set| controller(set) == uid(deployment) && !is_terminating(set));
    for set in owned {
        if label(set, HASH_LABEL) == hash {
            sets.new = Some(set.clone());
        } else {
            sets.old.push(set.clone());
        }
    }
    sets.old.sort_by_key(|set| number_revision(set));
    sets
}

fn number_revision(set: &Value) -> i64 {
    set["metadata"]["annotations"][REVISION]
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

fn next_revision(sets: &Sets) -> i64 {
    sets.old.last().map_or(0, |set| number_revision(set)) + 1
}

fn create(store: &mut Store, deployment: &Value, sets: &Sets, hash: &str) {
    let set_name = format!("{}-{hash}", name(deployment));
    let revision = next_revision(sets);
    let mut template = deployment["spec"]["template"].clone();
    template["metadata"]["labels"][HASH_LABEL] = json!(hash);
    let mut selector = deployment["spec"]["selector"].clone();
    selector["matchLabels"][HASH_LABEL] = json!(hash);
    let mut annotations = deployment["metadata"]["annotations"].clone();
    annotations[REVISION] = json!(revision.to_string());
    let set = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": set_name, "namespace": namespace(deployment), "generation": 1,
            "labels": template["metadata"]["labels"], "annotations": annotations,
            "ownerReferences": [replica_set::owner(deployment)],
        },
        "spec": {
            "replicas": 0, "minReadySeconds": number(deployment, "/spec/minReadySeconds"),
            "selector": selector, "template": template,
        },
        "status": {"replicas": 0},
    });
    store.put(&kind::REPLICA_SET, set);
    let words = format!("Created new replica set \"{set_name}\"");
    begin(store, deployment, revision, "NewReplicaSetCreated", &words);
}

/// A former template is wanted again: its set becomes the newest.
fn reuse(store: &mut Store, deployment: &Value, new: &Value, sets: &Sets) {
    let revision = next_revision(sets);
    store.edit(&kind::REPLICA_SET, namespace(new), name(new), |set| {
        set["metadata"]["annotations"][REVISION] = json!(revision.to_string());
    });
    let words = format!("Found new replica set \"{}\"", name(new));
    begin(store, deployment, revision, "FoundNewReplicaSet", &words);
}

fn begin(store: &mut Store, deployment: &Value, revision: i64, reason: &str, words: &str) {
    store.edit(
        &kind::DEPLOYMENT,
        namespace(deployment),
        name(deployment),
        |object| {
            object["metadata"]["annotations"][REVISION] = json!(revision.to_string());
            set_condition(&mut object["status"], "Progressing", true, reason, words);
        },
    );
}

fn size(set: &Value) -> Size {
    Size {
        wanted: number(set, "/spec/replicas"),
        available: number(set, "/status/availableReplicas"),
    }
}

fn scale(store: &mut Store, deployment: &Value, new: &Value, sets: &Sets) {
    let spec = &deployment["spec"];
    let old: Vec<Size> = sets.old.iter().map(|set| size(set)).collect();
    if text(spec, "/strategy/type") == "Recreate" {
        for set in &sets.old {
            resize(store, deployment, set, 0);
        }
        if !has_pods(store, &sets.old) {
            resize(store, deployment, new, number(spec, "/replicas"));
        }
        return;
    }
    let limits = Limits::of(spec);
    resize(store, deployment, new, limits.new_size(size(new), &old));
    // the old sets as they are seen after the new one has grown
    let grown = store
        .get(&kind::REPLICA_SET, namespace(new), name(new))
        .cloned();
    let grown = grown.as_deref().map_or(size(new), size);
    for (set, wanted) in sets.old.iter().zip(limits.old_sizes(grown, &old)) {
        resize(store, deployment, set, wanted);
    }
}

/// Whether any pod of these sets is still there, ending ones included.
fn has_pods(store: &Store, sets: &[Arc<Value>]) -> bool {
    sets.iter().any(|set| {
        store
            .list(&kind::POD, namespace(set))
            .any(|pod| controller(pod) == uid(set))
    })
}

fn resize(store: &mut Store, deployment: &Value, set: &Value, wanted: i64) {
    let former = number(set, "/spec/replicas");
    if former == wanted {
        return;
    }
    store.edit(&kind::REPLICA_SET, namespace(set), name(set), |set| {
        set["spec"]["replicas"] = json!(wanted);
        set["metadata"]["generation"] = json!(number(set, "/metadata/generation") + 1);
    });
    let direction = if wanted > former { "up" } else { "down" };
    let words = format!(
        "Scaled {direction} replica set {} from {former} to {wanted}",
        name(set)
    );
    store.event(COMPONENT, deployment, false, "ScalingReplicaSet", &words);
}

fn forget(store: &mut Store, deployment: &Value, sets: &Sets) {
    let keep =
        usize::try_from(number(deployment, "/spec/revisionHistoryLimit")).unwrap_or_default();
    let empty: Vec<_> = sets
        .old
        .iter()
        .filter(|set| number(set, "/spec/replicas") == 0 && number(set, "/status/replicas") == 0)
        .collect();
    for set in &empty[..empty.len().saturating_sub(keep)] {
        store.delete(&kind::REPLICA_SET, set);
    }
}

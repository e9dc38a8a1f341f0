//! Deployment: a ReplicaSet for each template, and the rolling update from one
//! to the next.

use super::{
    Moment, replica_set,
    scaling::{Limits, Size},
};
use crate::kubernetes::{
    kind,
    object::{
        content_hash, controller, is_terminating, items, label, name, namespace, now, number, text,
        truth, uid,
    },
    store::Store,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::time::Instant;

const COMPONENT: &str = "deployment-controller";
const HASH_LABEL: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// How far a rollout had got when it last got further.
#[derive(Debug, Default)]
pub struct Progress {
    /// Old replicas left, then new ones: updated, ready, available.
    counts: (i64, i64, i64, i64),
    since: Option<Instant>,
}

/// The sets of a Deployment.
struct Sets {
    new: Option<Arc<Value>>,
    /// Oldest first.
    old: Vec<Arc<Value>>,
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
    report(store, deployment, &sets, progress, moment);
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

/// Writes the status, and drops sets that are older than the history goes.
fn report(
    store: &mut Store,
    deployment: &Value,
    sets: &Sets,
    progress: &mut Progress,
    moment: &mut Moment,
) {
    let nothing = json!({});
    let new = sets.new.as_deref().unwrap_or(&nothing);
    let sum = |pointer: &str| -> i64 {
        let all = sets.old.iter().map(AsRef::as_ref).chain([new]);
        all.map(|set| number(set, pointer)).sum()
    };
    let counts = Counts {
        wanted: number(deployment, "/spec/replicas"),
        replicas: sum("/status/replicas"),
        updated: number(new, "/status/replicas"),
        ready: sum("/status/readyReplicas"),
        available: sum("/status/availableReplicas"),
        unavailable: (sum("/spec/replicas") - sum("/status/availableReplicas")).max(0),
    };
    let mut status = counts.to_wire();
    status["observedGeneration"] = deployment["metadata"]["generation"].clone();
    if let Some(conditions) = deployment["status"].get("conditions") {
        status["conditions"] = conditions.clone();
    }
    let enough = counts.available >= Limits::of(&deployment["spec"]).least_available();
    let (reason, words) = if enough {
        (
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
        )
    } else {
        (
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
        )
    };
    set_condition(&mut status, "Available", enough, reason, words);
    progressing(&mut status, deployment, new, &counts, progress, moment);
    failing(&mut status, sets);
    let complete = counts.is_complete();
    store.edit(
        &kind::DEPLOYMENT,
        namespace(deployment),
        name(deployment),
        |object| {
            object["status"] = status;
        },
    );
    if complete {
        forget(store, deployment, sets);
    }
}

struct Counts {
    wanted: i64,
    replicas: i64,
    updated: i64,
    ready: i64,
    available: i64,
    unavailable: i64,
}

impl Counts {
    fn is_complete(&self) -> bool {
        [self.replicas, self.updated, self.available] == [self.wanted; 3]
    }

    /// As the API writes it: what is zero is left out.
    fn to_wire(&self) -> Value {
        let mut status = json!({});
        for (field, count) in [
            ("replicas", self.replicas),
            ("updatedReplicas", self.updated),
            ("readyReplicas", self.ready),
            ("availableReplicas", self.available),
            ("unavailableReplicas", self.unavailable),
        ] {
            if count > 0 {
                status[field] = json!(count);
            }
        }
        status
    }
}

fn progressing(
    status: &mut Value,
    deployment: &Value,
    new: &Value,
    counts: &Counts,
    progress: &mut Progress,
    moment: &mut Moment,
) {
    let former = condition(status, "Progressing")
        .map_or("", |found| text(found, "/reason"))
        .to_owned();
    let now_at = (
        counts.replicas - counts.updated,
        counts.updated,
        counts.ready,
        counts.available,
    );
    let was_at = std::mem::replace(&mut progress.counts, now_at);
    let further =
        now_at.0 < was_at.0 || now_at.1 > was_at.1 || now_at.2 > was_at.2 || now_at.3 > was_at.3;
    let since = *progress.since.get_or_insert(moment.now);
    let set = name(new);
    // a rollout that is through stays so, whatever becomes of its pods later
    if former == "NewReplicaSetAvailable" && counts.replicas == counts.updated {
        return;
    }
    if counts.is_complete() {
        let words = format!("ReplicaSet \"{set}\" has successfully progressed.");
        set_condition(
            status,
            "Progressing",
            true,
            "NewReplicaSetAvailable",
            &words,
        );
    } else if further {
        progress.since = Some(moment.now);
        let words = format!("ReplicaSet \"{set}\" is progressing.");
        set_condition(status, "Progressing", true, "ReplicaSetUpdated", &words);
        moment.has_passed(
            moment.now,
            number(deployment, "/spec/progressDeadlineSeconds"),
        );
    } else if moment.has_passed(since, number(deployment, "/spec/progressDeadlineSeconds")) {
        let words = format!("ReplicaSet \"{set}\" has timed out progressing.");
        set_condition(
            status,
            "Progressing",
            false,
            "ProgressDeadlineExceeded",
            &words,
        );
    }
}

/// A set that cannot create its pods makes the Deployment say so.
fn failing(status: &mut Value, sets: &Sets) {
    let failed = sets
        .new
        .iter()
        .find_map(|set| condition(&set["status"], "ReplicaFailure").cloned());
    match failed {
        Some(failed) => {
            let (reason, words) = (text(&failed, "/reason"), text(&failed, "/message"));
            set_condition(status, "ReplicaFailure", true, reason, words);
        }
        None => {
            if let Some(Value::Array(conditions)) = status.get_mut("conditions") {
                conditions.retain(|condition| condition["type"] != "ReplicaFailure");
            }
        }
    }
}

fn condition<'a>(status: &'a Value, kind: &str) -> Option<&'a Value> {
    items(status, "/conditions")
        .iter()
        .find(|condition| text(condition, "/type") == kind)
}

/// Sets a condition; its times move only when it does.
fn set_condition(status: &mut Value, kind: &str, holds: bool, reason: &str, words: &str) {
    let holds = if holds { "True" } else { "False" };
    let former = condition(status, kind).cloned().unwrap_or_default();
    if former["status"] == holds && former["reason"] == reason && former["message"] == words {
        return;
    }
    let since = match former["status"] == holds {
        true => former["lastTransitionTime"].clone(),
        false => json!(now()),
    };
    let fresh = json!({
        "type": kind, "status": holds, "reason": reason, "message": words,
        "lastUpdateTime": now(), "lastTransitionTime": since,
    });
    let mut conditions: Vec<_> = items(status, "/conditions").to_vec();
    match conditions
        .iter_mut()
        .find(|condition| condition["type"] == kind)
    {
        Some(place) => *place = fresh,
        None => conditions.push(fresh),
    }
    status["conditions"] = json!(conditions);
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

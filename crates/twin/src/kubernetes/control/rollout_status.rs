//! What a Deployment says about its rollout: counts and conditions.
//!
//! Source: Kubernetes, "Deployments: Deployment status".

use super::{Moment, deployment::Sets, scaling::Limits};
use crate::kubernetes::{
    kind,
    object::{items, name, namespace, now, number, text},
    store::Store,
};
use serde_json::{Value, json};
use tokio::time::Instant;

/// How far a rollout had got when it last got further.
#[derive(Debug, Default)]
pub struct Progress {
    /// Old replicas left, then new ones: updated, ready, available.
    counts: (i64, i64, i64, i64),
    pub since: Option<Instant>,
}

/// Writes the status; says whether the rollout is complete.
pub fn report(
    store: &mut Store,
    deployment: &Value,
    sets: &Sets,
    progress: &mut Progress,
    moment: &mut Moment,
) -> bool {
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
    complete
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
pub fn set_condition(status: &mut Value, kind: &str, holds: bool, reason: &str, words: &str) {
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

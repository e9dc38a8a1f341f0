//! ReplicaSet: as many pods of one template as are wanted.

use super::Moment;
use crate::kubernetes::{
    defaults, kind,
    object::{controller, is_terminating, items, name, namespace, now, number, suffix, text, uid},
    store::Store,
};
use serde_json::{Value, json};
use std::sync::Arc;

const COMPONENT: &str = "replicaset-controller";

/// Creates and deletes pods, then counts them.
pub fn sync(store: &mut Store, set: &Value, moment: &mut Moment) {
    let mut failure = None;
    if !is_terminating(set) {
        let pods = pods(store, set);
        let wanted = usize::try_from(number(set, "/spec/replicas")).unwrap_or_default();
        if pods.len() < wanted {
            failure = create(store, set, wanted - pods.len()).err();
        } else {
            for pod in superfluous(pods, wanted) {
                store.delete(&kind::POD, &pod);
                let words = format!("Deleted pod: {}", name(&pod));
                store.event(COMPONENT, set, false, "SuccessfulDelete", &words);
            }
        }
    }
    count(store, set, failure, moment);
}

/// The pods of a set that are there to stay.
fn pods(store: &Store, set: &Value) -> Vec<Arc<Value>> {
    store
        .list(&kind::POD, namespace(set))
        .filter(|pod| controller(pod) == uid(set) && !is_terminating(pod))
        .filter(|pod| !matches!(text(pod, "/status/phase"), "Failed" | "Succeeded"))
        .cloned()
        .collect()
}

/// Those to delete: first what is not ready, then what is youngest.
fn superfluous(mut pods: Vec<Arc<Value>>, wanted: usize) -> Vec<Arc<Value>> {
    pods.sort_by_key(|pod| {
        let born = text(pod, "/metadata/creationTimestamp").to_owned();
        (!super::is_ready(pod), born)
    });
    pods.split_off(wanted.min(pods.len()))
}

fn create(store: &mut Store, set: &Value, count: usize) -> Result<(), String> {
    let template = &set["spec"]["template"];
    let account = match text(template, "/spec/serviceAccountName") {
        "" => "default",
        account => account,
    };
    if store
        .get(&kind::SERVICE_ACCOUNT, namespace(set), account)
        .is_none()
    {
        return Err(format!(
            "pods \"{}-\" is forbidden: error looking up service account {}/{account}: \
             serviceaccount \"{account}\" not found",
            name(set),
            namespace(set)
        ));
    }
    for _ in 0..count {
        let mut pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": template["metadata"].clone(),
            "spec": template["spec"].clone(),
            "status": {"phase": "Pending", "qosClass": "BestEffort"},
        });
        let pod_name = format!("{}-{}", name(set), suffix());
        pod["metadata"]["name"] = json!(pod_name);
        pod["metadata"]["generateName"] = json!(format!("{}-", name(set)));
        pod["metadata"]["namespace"] = set["metadata"]["namespace"].clone();
        pod["metadata"]["ownerReferences"] = json!([owner(set)]);
        defaults::fill(&kind::POD, &mut pod, None);
        store.put(&kind::POD, pod);
        let words = format!("Created pod: {pod_name}");
        store.event(COMPONENT, set, false, "SuccessfulCreate", &words);
    }
    Ok(())
}

/// The reference to an owning controller.
pub fn owner(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": name(owner),
        "uid": uid(owner), "controller": true, "blockOwnerDeletion": true,
    })
}

fn count(store: &mut Store, set: &Value, failure: Option<String>, moment: &mut Moment) {
    let seconds = number(set, "/spec/minReadySeconds");
    let pods = pods(store, set);
    let ready = pods.iter().filter(|pod| super::is_ready(pod)).count();
    let available = pods
        .iter()
        .filter(|pod| moment.is_available(pod, seconds))
        .count();
    let mut status = json!({
        "replicas": pods.len(), "fullyLabeledReplicas": pods.len(), "readyReplicas": ready,
        "availableReplicas": available,
        "observedGeneration": number(set, "/metadata/generation"),
    });
    let former = items(set, "/status/conditions").first();
    if let Some(words) = failure {
        if former.is_none() {
            store.event(
                COMPONENT,
                set,
                true,
                "FailedCreate",
                &format!("Error creating: {words}"),
            );
        }
        let condition = former.cloned().unwrap_or_else(|| {
            json!({
                "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                "message": words, "lastTransitionTime": now(),
            })
        });
        status["conditions"] = json!([condition]);
    }
    store.edit(&kind::REPLICA_SET, namespace(set), name(set), |set| {
        set["status"] = status;
    });
}

//! Where a rollout stands: a pure reading of the workload, its ReplicaSets and
//! its pods.
//!
//! Source: Kubernetes documentation, "Deployments" (status of a Deployment) and
//! "Pod Lifecycle" (container states).

use crate::{
    errors,
    object::{self, int, list, text},
    rollout_pod as pod,
};
use segue_model::{Failure, FailureKind, Fault};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a rollout stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rollout {
    /// Not there yet; the line says how far.
    Waiting(String),
    /// Complete; the line says what was seen.
    Ready(String),
    /// It will not get better by waiting.
    Failed {
        /// Why, with the cluster's own words.
        failure: Box<Failure>,
        /// The object whose events tell more.
        about: String,
    },
}

/// What is known of one workload at one moment.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scene {
    pub workload: Value,
    /// By name.
    pub replica_sets: BTreeMap<String, Value>,
    /// By name.
    pub pods: BTreeMap<String, Value>,
}

/// What was seen at earlier moments: the pods that were ready, by their uid (a
/// StatefulSet's pods come back under their names), and how often their
/// containers had restarted when they first were.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memory(BTreeMap<String, i64>);

/// The numbers that a workload's status tells.
struct Counts {
    observed: bool,
    wanted: i64,
    total: i64,
    updated: i64,
    available: i64,
}

impl Counts {
    fn of(workload: &Value) -> Self {
        let status = |name: &str| int(workload, &format!("/status/{name}")).unwrap_or(0);
        let observed =
            status("observedGeneration") >= int(workload, "/metadata/generation").unwrap_or(0);
        if object::is_kind(workload, "DaemonSet") {
            let wanted = status("desiredNumberScheduled");
            return Self {
                observed,
                wanted,
                total: wanted,
                updated: status("updatedNumberScheduled"),
                available: status("numberAvailable"),
            };
        }
        Self {
            observed,
            wanted: int(workload, "/spec/replicas").unwrap_or(1),
            total: status("replicas"),
            updated: status("updatedReplicas"),
            available: status("availableReplicas"),
        }
    }

    fn is_complete(&self) -> bool {
        self.observed
            && self.updated == self.wanted
            && self.total == self.wanted
            && self.available == self.wanted
    }

    fn line(&self) -> String {
        if !self.observed {
            "waiting for the controller".into()
        } else if self.updated < self.wanted {
            format!("{} of {} replicas updated", self.updated, self.wanted)
        } else if self.total > self.updated {
            format!("{} old replicas still there", self.total - self.updated)
        } else {
            format!("{} of {} replicas ready", self.available, self.wanted)
        }
    }
}

/// Whether the workload's status says that its rollout is complete.
pub(crate) fn is_complete(workload: &Value) -> bool {
    Counts::of(workload).is_complete()
}

/// Where the rollout stands; `sidecars` must be in each new pod.
pub(crate) fn assess(scene: &Scene, memory: &Memory, sidecars: &[String]) -> Rollout {
    let counts = Counts::of(&scene.workload);
    if !counts.observed {
        return Rollout::Waiting(counts.line());
    }
    let pods: Vec<&Value> = new_pods(scene).collect();
    if let Some(failed) = pods
        .iter()
        .find_map(|pod| failed_pod(pod, memory, sidecars))
        .or_else(|| failed_workload(&scene.workload, &pods))
    {
        return failed;
    }
    let ready = pods
        .iter()
        .filter(|pod| pod::is_ready(pod) && pod::lacks_ready(pod, sidecars).is_none())
        .count();
    let ready = i64::try_from(ready).unwrap_or(i64::MAX);
    if !counts.is_complete() || ready < counts.wanted {
        return Rollout::Waiting(waiting(&counts, ready, &pods, sidecars));
    }
    let with = match sidecars {
        [] => String::new(),
        names => format!(" with {}", names.join(", ")),
    };
    Rollout::Ready(format!(
        "{} of {} replicas ready{with}",
        ready, counts.wanted
    ))
}

impl Memory {
    /// Remembers what is ready now.
    pub fn note(&mut self, scene: &Scene) {
        for pod in new_pods(scene).filter(|pod| pod::is_ready(pod)) {
            self.0
                .entry(text(pod, "/metadata/uid").to_owned())
                .or_insert_with(|| pod::restarts(pod));
        }
    }
}

/// The pods of the newest revision that are not on their way out.
fn new_pods(scene: &Scene) -> impl Iterator<Item = &Value> {
    let newest = newest_revision(scene);
    scene.pods.values().filter(move |pod| {
        text(pod, "/metadata/deletionTimestamp").is_empty()
            && newest
                .as_ref()
                .is_none_or(|(label, hash)| object::label(pod, label) == hash)
    })
}

/// The label and its value by which pods of the newest revision are known;
/// none when nothing tells them apart.
fn newest_revision(scene: &Scene) -> Option<(&'static str, String)> {
    if object::is_kind(&scene.workload, "StatefulSet") {
        let revision = text(&scene.workload, "/status/updateRevision");
        return (!revision.is_empty()).then(|| ("controller-revision-hash", revision.to_owned()));
    }
    const REVISION: &str = "deployment.kubernetes.io/revision";
    let revision = object::annotation(&scene.workload, REVISION);
    let uid = text(&scene.workload, "/metadata/uid");
    scene
        .replica_sets
        .values()
        .filter(|set| owned(set, uid))
        .find(|set| !revision.is_empty() && object::annotation(set, REVISION) == revision)
        .map(|set| object::label(set, "pod-template-hash").to_owned())
        .filter(|hash| !hash.is_empty())
        .map(|hash| ("pod-template-hash", hash))
}

fn owned(object: &Value, uid: &str) -> bool {
    list(object, "/metadata/ownerReferences")
        .iter()
        .any(|owner| owner["uid"] == uid)
}

fn waiting(counts: &Counts, ready: i64, pods: &[&Value], sidecars: &[String]) -> String {
    if let Some(words) = pods.iter().find_map(|pod| pod::unschedulable(pod)) {
        return format!("{}: {words}", counts.line());
    }
    if counts.is_complete() && ready < counts.wanted {
        let lacking = pods.iter().find_map(|pod| pod::lacks_ready(pod, sidecars));
        let why = lacking.map_or(String::new(), |name| format!(", {name} is not ready"));
        return format!("{ready} of {} replicas ready{why}", counts.wanted);
    }
    counts.line()
}

fn failed_pod(pod: &Value, memory: &Memory, sidecars: &[String]) -> Option<Rollout> {
    let name = object::name(pod);
    if let Some(trouble) = pod::trouble(pod) {
        let what = format!("{} in pod {name}: {}", trouble.container, trouble.what);
        return Some(failed(trouble.code, what, trouble.words, name));
    }
    if let Some(sidecar) = sidecars.iter().find(|s| !pod::has_container(pod, s)) {
        let what = format!("pod {name} has no container {sidecar}");
        let failed = failed(errors::SIDECAR, what, String::new(), name);
        return Some(failed);
    }
    let restarts_before = memory.0.get(text(pod, "/metadata/uid"));
    if !pod::is_ready(pod) && (restarts_before.is_some() || pod::was_ready(pod)) {
        let what = format!("pod {name} was ready and is no longer");
        return Some(failed(errors::TURNED_BAD, what, pod::words(pod), name));
    }
    (pod::restarts(pod) > *restarts_before?).then(|| {
        let what = format!("pod {name} restarted after it was ready");
        failed(errors::TURNED_BAD, what, pod::words(pod), name)
    })
}

fn failed_workload(workload: &Value, pods: &[&Value]) -> Option<Rollout> {
    let title = object::title(workload);
    // The pod that is not ready tells more than its Deployment.
    let about = pods
        .iter()
        .find(|pod| !pod::is_ready(pod))
        .map_or(object::name(workload), |pod| object::name(pod));
    if workload["spec"]["paused"] == true {
        let what = format!("the rollout of {title} is paused");
        return Some(failed(errors::NO_PROGRESS, what, String::new(), about));
    }
    list(workload, "/status/conditions")
        .iter()
        .find_map(|condition| {
            let words = text(condition, "/message").to_owned();
            match (
                text(condition, "/type"),
                text(condition, "/status"),
                text(condition, "/reason"),
            ) {
                ("Progressing", "False", "ProgressDeadlineExceeded") => {
                    let what = format!(
                        "{title} made no progress within its deadline: {}",
                        Counts::of(workload).line()
                    );
                    Some(failed(errors::NO_PROGRESS, what, words, about))
                }
                ("ReplicaFailure", "True", _) => {
                    let what = format!("the cluster does not create the pods of {title}");
                    Some(failed(errors::NO_PODS, what, words, object::name(workload)))
                }
                _ => None,
            }
        })
}

fn failed(code: &str, what: String, words: String, about: &str) -> Rollout {
    Rollout::Failed {
        failure: Box::new(Failure::new(FailureKind::Step, Fault::Module, code, what).words(words)),
        about: about.to_owned(),
    }
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;

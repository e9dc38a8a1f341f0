//! Each state of a rollout, and what is read from it.

use super::*;
use serde_json::json;

const REVISION: &str = "deployment.kubernetes.io/revision";

/// A Deployment of `wanted` replicas in its second revision.
fn deployment(wanted: i64, total: i64, updated: i64, available: i64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "uid": "d", "generation": 2, "annotations": {REVISION: "2"}},
        "spec": {"replicas": wanted},
        "status": {"observedGeneration": 2, "replicas": total, "updatedReplicas": updated,
            "availableReplicas": available, "readyReplicas": available},
    })
}

fn replica_set(revision: &str) -> Value {
    let hash = format!("h{revision}");
    json!({"metadata": {"name": format!("web-{hash}"), "labels": {"pod-template-hash": hash},
        "annotations": {REVISION: revision}, "ownerReferences": [{"uid": "d"}]}})
}

/// A pod of the revision `hash` whose only container has this status.
fn pod(name: &str, hash: &str, ready: bool, container: &Value) -> Value {
    let mut status = json!({"name": "web", "ready": ready, "restartCount": 0});
    for (key, value) in container.as_object().unwrap() {
        status[key] = value.clone();
    }
    json!({
        "metadata": {"name": name, "uid": format!("u-{name}"), "labels": {"pod-template-hash": hash}},
        "spec": {"containers": [{"name": "web"}]},
        "status": {"conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
            "containerStatuses": [status]},
    })
}

fn ready(name: &str) -> Value {
    pod(name, "h2", true, &json!({}))
}

fn waits(name: &str, reason: &str, message: &str) -> Value {
    pod(
        name,
        "h2",
        false,
        &json!({"state": {"waiting": {"reason": reason, "message": message}}}),
    )
}

fn scene(workload: Value, pods: &[Value]) -> Scene {
    let named = |objects: &[Value]| {
        objects
            .iter()
            .map(|o| (object::name(o).to_owned(), o.clone()))
            .collect()
    };
    Scene {
        workload,
        replica_sets: named(&[replica_set("1"), replica_set("2")]),
        pods: named(pods),
    }
}

fn see(workload: Value, pods: &[Value]) -> Rollout {
    assess(&scene(workload, pods), &Memory::default(), &[])
}

fn failure(rollout: Rollout) -> Failure {
    match rollout {
        Rollout::Failed { failure, .. } => *failure,
        other => panic!("not failed: {other:?}"),
    }
}

#[test]
fn complete_is_ready() {
    assert_eq!(
        see(deployment(2, 2, 2, 2), &[ready("a"), ready("b")]),
        Rollout::Ready("2 of 2 replicas ready".into())
    );
    assert_eq!(
        see(deployment(0, 0, 0, 0), &[]),
        Rollout::Ready("0 of 0 replicas ready".into())
    );
}

#[test]
fn each_half_way_state_says_how_far() {
    let line = |workload, pods: &[Value]| match see(workload, pods) {
        Rollout::Waiting(line) => line,
        other => panic!("not waiting: {other:?}"),
    };
    let mut unseen = deployment(2, 2, 2, 2);
    unseen["metadata"]["generation"] = json!(3);
    assert_eq!(line(unseen, &[]), "waiting for the controller");
    assert_eq!(
        line(deployment(3, 3, 1, 3), &[ready("a")]),
        "1 of 3 replicas updated"
    );
    assert_eq!(
        line(deployment(3, 4, 3, 3), &[ready("a")]),
        "1 old replicas still there"
    );
    assert_eq!(
        line(deployment(3, 3, 3, 2), &[ready("a")]),
        "2 of 3 replicas ready"
    );
    // The two watches need not be at the same moment.
    assert_eq!(
        line(deployment(2, 2, 2, 2), &[ready("a")]),
        "1 of 2 replicas ready"
    );
}

#[test]
fn replicas_left_out_are_one() {
    let mut one = deployment(1, 1, 1, 1);
    one["spec"] = json!({});
    assert!(matches!(see(one, &[ready("a")]), Rollout::Ready(_)));
}

#[test]
fn a_container_in_trouble_fails_at_once_with_its_words() {
    for (reason, code) in [
        ("CrashLoopBackOff", errors::CRASH),
        ("RunContainerError", errors::CRASH),
        ("ImagePullBackOff", errors::IMAGE),
        ("ErrImagePull", errors::IMAGE),
        ("InvalidImageName", errors::IMAGE),
        ("CreateContainerConfigError", errors::CONTAINER_CONFIG),
    ] {
        let failure = failure(see(
            deployment(1, 2, 1, 1),
            &[waits("a", reason, "the words")],
        ));
        assert_eq!(
            (failure.code.as_str(), failure.words.as_str()),
            (code, "the words"),
            "{reason}"
        );
        assert_eq!(failure.kind, FailureKind::Step);
    }
    let creating = see(
        deployment(1, 2, 1, 1),
        &[waits("a", "ContainerCreating", "")],
    );
    assert!(matches!(creating, Rollout::Waiting(_)));
}

#[test]
fn an_init_container_in_trouble_fails_too() {
    let mut bad = waits("a", "PodInitializing", "");
    bad["status"]["initContainerStatuses"] = json!([{"name": "migrate", "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}}]);
    assert!(
        failure(see(deployment(1, 1, 1, 0), &[bad]))
            .what
            .starts_with("migrate in pod a")
    );
}

#[test]
fn a_container_that_ended_again_and_again_fails_before_its_back_off() {
    let ended = |restarts: i64, code: i64| {
        pod(
            "a",
            "h2",
            false,
            &json!({"restartCount": restarts,
            "state": {"terminated": {"reason": "Error", "exitCode": code, "message": "no database"}}}),
        )
    };
    let seen = failure(see(deployment(1, 1, 1, 0), &[ended(2, 1)]));
    assert_eq!(seen.code, errors::CRASH);
    assert_eq!(seen.words, "Error, exit code 1: no database");
    assert!(matches!(
        see(deployment(1, 1, 1, 0), &[ended(1, 1)]),
        Rollout::Waiting(_)
    ));
    assert!(matches!(
        see(deployment(1, 1, 1, 0), &[ended(2, 0)]),
        Rollout::Waiting(_)
    ));
}

#[test]
fn the_old_revisions_troubles_do_not_count() {
    let old = pod(
        "old",
        "h1",
        false,
        &json!({"state": {"waiting": {"reason": "CrashLoopBackOff"}}}),
    );
    assert!(matches!(
        see(deployment(1, 1, 1, 1), &[old, ready("a")]),
        Rollout::Ready(_)
    ));
    let mut leaving = waits("a", "CrashLoopBackOff", "");
    leaving["metadata"]["deletionTimestamp"] = json!("now");
    assert!(matches!(
        see(deployment(1, 1, 1, 1), &[leaving, ready("b")]),
        Rollout::Ready(_)
    ));
}

#[test]
fn without_replica_sets_every_pod_counts() {
    let mut scene = scene(
        deployment(1, 1, 1, 1),
        &[waits("a", "ErrImagePull", "not found")],
    );
    scene.replica_sets.clear();
    assert!(matches!(
        assess(&scene, &Memory::default(), &[]),
        Rollout::Failed { .. }
    ));
}

#[test]
fn the_deadline_fails_and_points_at_the_pod() {
    let mut late = deployment(1, 2, 1, 1);
    late["status"]["conditions"] = json!([{"type": "Progressing", "status": "False",
        "reason": "ProgressDeadlineExceeded", "message": "ReplicaSet \"web-h2\" has timed out progressing."}]);
    let Rollout::Failed { failure, about } = see(late, &[pod("a", "h2", false, &json!({}))]) else {
        panic!("not failed");
    };
    assert_eq!(failure.code, errors::NO_PROGRESS);
    assert!(failure.words.contains("timed out progressing"));
    assert_eq!(about, "a");
}

#[test]
fn a_quota_or_admission_that_refuses_pods_fails() {
    let mut refused = deployment(2, 2, 1, 2);
    refused["status"]["conditions"] = json!([{"type": "ReplicaFailure", "status": "True",
        "reason": "FailedCreate", "message": "exceeded quota: pods=2"}]);
    let failure = failure(see(refused, &[]));
    assert_eq!(
        (failure.code.as_str(), failure.words.as_str()),
        (errors::NO_PODS, "exceeded quota: pods=2")
    );
}

#[test]
fn a_paused_rollout_fails() {
    let mut paused = deployment(1, 1, 1, 1);
    paused["spec"]["paused"] = json!(true);
    assert_eq!(
        failure(see(paused, &[ready("a")])).code,
        errors::NO_PROGRESS
    );
}

#[test]
fn no_node_for_a_pod_is_waited_for_and_said() {
    let mut homeless = pod("a", "h2", false, &json!({}));
    homeless["status"]["conditions"] = json!([{"type": "PodScheduled", "status": "False",
        "message": "0/3 nodes are available: 3 Insufficient cpu."}]);
    let Rollout::Waiting(line) = see(deployment(1, 1, 1, 0), &[homeless]) else {
        panic!("not waiting");
    };
    assert_eq!(
        line,
        "0 of 1 replicas ready: 0/3 nodes are available: 3 Insufficient cpu."
    );
}

#[test]
fn a_missing_sidecar_fails_and_an_unready_one_is_waited_for() {
    let sidecars = ["istio-proxy".to_owned()];
    let look = |pod: Value| {
        assess(
            &scene(deployment(1, 1, 1, 1), &[pod]),
            &Memory::default(),
            &sidecars,
        )
    };
    assert_eq!(failure(look(ready("a"))).code, errors::SIDECAR);

    let with = |is_ready: bool| {
        let mut pod = ready("a");
        pod["spec"]["initContainers"] = json!([{"name": "istio-proxy"}]);
        pod["status"]["initContainerStatuses"] =
            json!([{"name": "istio-proxy", "ready": is_ready}]);
        pod
    };
    assert_eq!(
        look(with(false)),
        Rollout::Waiting("0 of 1 replicas ready, istio-proxy is not ready".into())
    );
    assert_eq!(
        look(with(true)),
        Rollout::Ready("1 of 1 replicas ready with istio-proxy".into())
    );
}

#[test]
fn what_was_ready_must_stay_so() {
    let mut memory = Memory::default();
    memory.note(&scene(deployment(1, 1, 1, 1), &[ready("a")]));
    let again = |pod: Value| assess(&scene(deployment(1, 1, 1, 1), &[pod]), &memory, &[]);
    assert!(matches!(again(ready("a")), Rollout::Ready(_)));
    assert_eq!(
        failure(again(pod("a", "h2", false, &json!({})))).code,
        errors::TURNED_BAD
    );
    assert_eq!(
        failure(again(pod("a", "h2", true, &json!({"restartCount": 1})))).code,
        errors::TURNED_BAD
    );
    // A replacement that never was ready is waited for.
    assert!(matches!(
        again(pod("b", "h2", false, &json!({}))),
        Rollout::Waiting(_)
    ));
}

#[test]
fn what_was_ready_before_the_watch_is_seen_by_its_times() {
    let since = |ready: &str| {
        let mut pod = pod("a", "h2", false, &json!({}));
        pod["status"]["conditions"] = json!([
            {"type": "Initialized", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
            {"type": "Ready", "status": "False", "lastTransitionTime": ready, "message": "containers with unready status: [web]"},
        ]);
        see(deployment(1, 1, 1, 0), &[pod])
    };
    assert!(matches!(since("2026-01-01T00:00:00Z"), Rollout::Waiting(_)));
    assert!(matches!(since("2026-01-01T00:00:01Z"), Rollout::Waiting(_)));
    assert!(matches!(since("no time"), Rollout::Waiting(_)));
    let failure = failure(since("2026-01-01T00:00:09Z"));
    assert_eq!(
        (failure.code.as_str(), failure.words.as_str()),
        (errors::TURNED_BAD, "containers with unready status: [web]")
    );
}

#[test]
fn a_stateful_set_is_read_by_its_revision() {
    let mut set = deployment(1, 1, 1, 1);
    set["kind"] = json!("StatefulSet");
    set["status"]["updateRevision"] = json!("web-2");
    let of = |revision: &str, ready: bool| {
        let mut pod = pod(
            "web-0",
            "",
            ready,
            &json!({"state": {"waiting": {"reason": "CrashLoopBackOff"}}}),
        );
        pod["metadata"]["labels"] = json!({"controller-revision-hash": revision});
        pod
    };
    assert!(matches!(
        see(set.clone(), &[of("web-1", false)]),
        Rollout::Waiting(_)
    ));
    assert!(matches!(
        see(set, &[of("web-2", false)]),
        Rollout::Failed { .. }
    ));
}

#[test]
fn a_daemon_set_counts_nodes() {
    let set = json!({"kind": "DaemonSet", "metadata": {"generation": 1}, "status": {"observedGeneration": 1,
        "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}});
    assert_eq!(
        see(set, &[]),
        Rollout::Waiting("1 of 2 replicas ready".into())
    );
}

#[test]
fn nonsense_is_no_panic() {
    for nonsense in [
        Value::Null,
        json!([]),
        json!({"status": 3}),
        json!({"spec": "x", "status": {"conditions": "y"}}),
    ] {
        let _ = see(nonsense.clone(), &[nonsense]);
    }
}

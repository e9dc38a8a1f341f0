//! What goes wrong, as a cluster shows it.

use super::{Bench, config, service, waits, web};
use segue_twin::faults::FaultKind;
use serde_json::{Value, json};

/// The 1.0.0 pods that are ready.
fn old_ready(pods: &[Value]) -> usize {
    let ready = |pod: &&Value| {
        pod["metadata"]["labels"]["app.kubernetes.io/version"] == "1.0.0"
            && pod["status"]["containerStatuses"][0]["ready"] == true
    };
    pods.iter().filter(ready).count()
}

async fn live_then(fault: FaultKind) -> Bench {
    let bench = Bench::new().await;
    bench.apply(service()).await.unwrap();
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    bench.shared.faults.set("web", fault);
    bench.apply(web("2.0.0")).await.unwrap();
    bench
}

#[tokio::test]
async fn a_crash_loop_shows_and_the_old_pods_serve_on() {
    let bench = live_then(FaultKind::CrashLoop).await;
    bench
        .until("the crash loop", |_, pods| {
            pods.iter().any(|pod| waits(pod) == "CrashLoopBackOff")
        })
        .await;
    let (_, pods) = bench.look().await;
    assert_eq!(old_ready(&pods), 3);
    let broken = pods
        .iter()
        .find(|pod| waits(pod) == "CrashLoopBackOff")
        .unwrap();
    let status = &broken["status"]["containerStatuses"][0];
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 1);
    assert!(status["restartCount"].as_i64().unwrap() >= 1);
    let answer = bench.shared.mesh.call("internet", "web", "/").await;
    assert_eq!(answer.version.as_deref(), Some("1.0.0"));
    let events = bench.events().await;
    assert!(
        events
            .iter()
            .any(|event| event.starts_with("BackOff: Back-off restarting")),
        "{events:#?}"
    );
}

#[tokio::test]
async fn an_image_that_is_not_there_shows() {
    let bench = live_then(FaultKind::ImageNotFound).await;
    bench
        .until("the back-off", |_, pods| {
            pods.iter().any(|pod| waits(pod) == "ImagePullBackOff")
        })
        .await;
    let (_, pods) = bench.look().await;
    assert_eq!(old_ready(&pods), 3);
    let events = bench.events().await;
    assert!(
        events
            .iter()
            .any(|event| event == "Failed: Error: ErrImagePull"),
        "{events:#?}"
    );
}

#[tokio::test]
async fn a_missing_config_map_shows_and_heals() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    object["spec"]["template"]["spec"]["containers"][0]["envFrom"] =
        json!([{"configMapRef": {"name": "settings"}}]);
    bench.apply(object).await.unwrap();
    bench
        .until("the error", |_, pods| {
            pods.iter()
                .any(|pod| waits(pod) == "CreateContainerConfigError")
        })
        .await;
    let (_, pods) = bench.look().await;
    let words = &pods[0]["status"]["containerStatuses"][0]["state"]["waiting"]["message"];
    assert_eq!(words, "configmap \"settings\" not found");
    bench.apply(config(json!({"a": "1"}))).await.unwrap();
    bench.rolled_out().await;
}

#[tokio::test]
async fn a_volume_of_a_missing_secret_keeps_the_pod_from_starting() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    object["spec"]["template"]["spec"]["volumes"] =
        json!([{"name": "keys", "secret": {"secretName": "keys"}}]);
    bench.apply(object).await.unwrap();
    bench
        .until("waiting pods", |_, pods| {
            pods.iter().any(|pod| waits(pod) == "ContainerCreating")
        })
        .await;
    let events = bench.events().await;
    let words =
        "FailedMount: MountVolume.SetUp failed for volume \"keys\" : secret \"keys\" not found";
    assert!(events.iter().any(|event| event == words), "{events:#?}");
}

#[tokio::test]
async fn a_rollout_that_gets_no_further_exceeds_its_deadline() {
    let bench = Bench::new().await;
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    bench.shared.faults.set("web", FaultKind::NeverReady);
    let mut object = web("2.0.0");
    object["spec"]["progressDeadlineSeconds"] = json!(10);
    bench.apply(object).await.unwrap();
    bench
        .until("the deadline", |deployment, _| {
            deployment["status"]["conditions"]
                .as_array()
                .is_some_and(|conditions| {
                    conditions
                        .iter()
                        .any(|condition| condition["reason"] == "ProgressDeadlineExceeded")
                })
        })
        .await;
    let (deployment, pods) = bench.look().await;
    assert_eq!(old_ready(&pods), 3);
    assert_eq!(deployment["status"]["updatedReplicas"], 1);
    assert_eq!(deployment["status"]["unavailableReplicas"], 1);
}

#[tokio::test]
async fn what_turns_unhealthy_leaves_the_endpoints() {
    let bench = Bench::new().await;
    bench
        .shared
        .faults
        .set("web", FaultKind::UnhealthyAfterReady);
    bench.apply(service()).await.unwrap();
    bench.apply(web("2.0.0")).await.unwrap();
    let unhealthy = "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500";
    bench
        .until("unready pods", |_, pods| {
            pods.len() == 3
                && pods.iter().all(|pod| {
                    let status = &pod["status"]["containerStatuses"][0];
                    status["ready"] == false && status["started"] == true
                })
        })
        .await;
    while !bench.events().await.iter().any(|event| event == unhealthy) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let answer = bench.shared.mesh.call("internet", "web", "/").await;
    assert_eq!(answer.status, 503, "{answer:?}");
}

#[tokio::test]
async fn without_a_readiness_probe_a_pod_gets_traffic_too_early() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    object["spec"]["template"]["spec"]["containers"][0]
        .as_object_mut()
        .unwrap()
        .remove("readinessProbe");
    bench.shared.faults.set("web", FaultKind::NeverReady);
    object["spec"]["template"]["spec"]["containers"][0]["image"] = json!(super::image("2.0.0"));
    bench.apply(service()).await.unwrap();
    bench.apply(object).await.unwrap();
    bench.rolled_out().await;
    let answer = bench.shared.mesh.call("internet", "web", "/").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "starting"));
}

//! Asking whether a version is healthy where it stands.

use crate::world::{World, call, deployment, image, service, soon, unit, web};
use segue_model::{FailureKind, Observation};
use segue_platform::Platform as _;
use segue_twin::world::Program;
use serde_json::json;

#[tokio::test]
async fn a_service_that_answers_badly_fails_with_its_words() {
    let world = World::new().await;
    let program = Program {
        module: "web".into(),
        version: semver::Version::new(1, 0, 0),
        needs: vec![("nowhere".into(), semver::VersionReq::STAR)],
        startup_ms: 10,
        candidate: false,
    };
    world.shared.programs.add(&image(1), program);
    let mut unit = web(1);
    unit.settings["health"] = json!("/");
    soon(world.kubernetes.stage(&call("stage"), &unit))
        .await
        .unwrap();
    let failure = soon(world.kubernetes.verify(&call("verify"), &unit))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3017", FailureKind::Step)
    );
    assert!(failure.words.starts_with("nowhere answered"), "{failure:?}");
}

#[tokio::test]
async fn configuration_that_somebody_changed_is_noticed() {
    let world = World::live().await;
    let mut other = web(1);
    other.artifact["objects"][0]["data"]["major"] = json!("other");
    let failure = soon(world.kubernetes.verify(&call("verify"), &other))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3018");
    assert_eq!(
        failure.what,
        "ConfigMap web-config-1 differs from what was locked"
    );
}

#[tokio::test]
async fn verifying_changes_nothing() {
    let world = World::live().await;
    let before = world.observe().await;
    soon(world.kubernetes.verify(&call("verify"), &web(1)))
        .await
        .unwrap();
    soon(
        world
            .kubernetes
            .shift(&call("shift"), &web(1), 100, &before),
    )
    .await
    .unwrap();
    assert_eq!(world.effects(), [] as [String; 0]);
    assert_eq!(world.observe().await, before);
}

#[tokio::test]
async fn a_kind_that_the_cluster_does_not_know_is_said_and_undone() {
    let world = World::new().await;
    let gateway = json!({"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "web"}});
    let unit = unit(1, vec![service(), gateway, deployment(1)]);
    let failure = soon(world.kubernetes.stage(&call("stage"), &unit))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3005");
    assert!(failure.what.contains("Gateway"), "{failure:?}");
    let absent = Observation::absent();
    soon(world.kubernetes.revert(&call("revert"), &unit, &absent))
        .await
        .unwrap();
    assert_eq!(world.observe().await, absent);
}

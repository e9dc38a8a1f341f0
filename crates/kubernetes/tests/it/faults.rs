//! Each fault: what is said, how soon, that the old version still serves, and
//! that going back brings back what was.

use crate::world::{World, call, soon, until_available, web};
use segue_model::{Failure, FailureKind, Observation};
use segue_platform::Platform as _;
use segue_twin::faults::FaultKind;
use serde_json::json;
use std::time::Duration;

/// Stages the candidate under `fault`.
async fn fail(world: &World, fault: FaultKind) -> Failure {
    world.shared.faults.set("web", fault);
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap_err()
}

/// Goes back, and finds everything as it was.
async fn go_back(world: &World, former: &Observation) {
    soon(world.kubernetes.revert(&call("revert"), &web(2), former))
        .await
        .unwrap();
    let now = world.observe().await;
    assert_eq!(
        now.fingerprint, former.fingerprint,
        "{:#} {:#}",
        now.detail, former.detail
    );
    assert_eq!(now.version, former.version);
    assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
    let done = world.effects();
    soon(world.kubernetes.revert(&call("revert"), &web(2), former))
        .await
        .unwrap();
    assert_eq!(world.effects(), done, "going back twice is going back once");
}

#[tokio::test]
async fn never_ready_fails_at_the_rollouts_deadline() {
    let world = World::live().await;
    let former = world.observe().await;
    let failure = fail(&world, FaultKind::NeverReady).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3013", FailureKind::Step),
        "{failure:?}"
    );
    assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
    go_back(&world, &former).await;
}

#[tokio::test]
async fn a_crash_loop_fails_at_once_with_the_clusters_words() {
    let world = World::live().await;
    let former = world.observe().await;
    let failure = fail(&world, FaultKind::CrashLoop).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3010", FailureKind::Step),
        "{failure:?}"
    );
    assert!(
        failure.words.contains("back-off") || failure.words.contains("BackOff"),
        "{failure:?}"
    );
    assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
    go_back(&world, &former).await;
}

#[tokio::test]
async fn a_missing_image_fails_at_once() {
    let world = World::live().await;
    let former = world.observe().await;
    let failure = fail(&world, FaultKind::ImageNotFound).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3011", FailureKind::Step),
        "{failure:?}"
    );
    assert!(failure.words.contains("web@sha256"), "{failure:?}");
    go_back(&world, &former).await;
}

#[tokio::test]
async fn health_that_turns_bad_fails_while_it_is_watched() {
    let world = World::live().await;
    let former = world.observe().await;
    world
        .shared
        .faults
        .set("web", FaultKind::UnhealthyAfterReady);
    let mut unit = web(2);
    // Long enough for it to show.
    unit.settings["stable_ms"] = json!(2000);
    // The first of the replicas may turn bad before the last is there.
    let failure = match soon(world.kubernetes.stage(&call("stage"), &unit)).await {
        Ok(_) => soon(world.kubernetes.verify(&call("verify"), &unit))
            .await
            .unwrap_err(),
        Err(failure) => failure,
    };
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3015", FailureKind::Step),
        "{failure:?}"
    );
    go_back(&world, &former).await;
}

#[tokio::test]
async fn what_turned_bad_before_verify_looked_is_not_waited_for() {
    // Slow enough for `stage` to end in the time between ready and unhealthy.
    let world = World::at(0.5).await;
    world
        .shared
        .faults
        .set("web", FaultKind::UnhealthyAfterReady);
    let mut unit = web(2);
    unit.artifact["objects"][2]["spec"]["replicas"] = json!(1);
    soon(world.kubernetes.stage(&call("stage"), &unit))
        .await
        .unwrap();
    soon(async {
        while world.object("Deployment", "web").unwrap()["status"]["readyReplicas"] == 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let failure = soon(world.kubernetes.verify(&call("verify"), &unit))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3015", "{failure:?}");
}

#[tokio::test]
async fn an_unavailable_api_is_tried_again_and_nothing_is_done_twice() {
    let world = World::live().await;
    world.shared.faults.set("web", FaultKind::ApiUnavailable);
    let (key, unit) = (call("stage"), web(2));
    let (staged, tries) = until_available(|| world.kubernetes.stage(&key, &unit)).await;
    staged.unwrap();
    assert!(tries > 1);
    let mut effects = world.effects();
    effects.sort();
    let all = effects.len();
    effects.dedup();
    assert_eq!(effects.len(), all, "{effects:?}");
    assert_eq!(world.answer().await, (200, Some("2.0.0".into())));
}

#[tokio::test]
async fn an_unavailable_api_says_how_long_to_wait() {
    let world = World::live().await;
    world.shared.faults.set("web", FaultKind::ApiUnavailable);
    let failure = soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.retry_after_ms),
        ("SEG3003", Some(1000)),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_refused_permission_is_denied_and_going_back_needs_none() {
    let world = World::live().await;
    let former = world.observe().await;
    let failure = fail(&world, FaultKind::AccessDenied).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3002", FailureKind::Denied),
        "{failure:?}"
    );
    assert_eq!(world.effects(), [] as [String; 0]);
    go_back(&world, &former).await;
    assert_eq!(world.effects(), [] as [String; 0]);
}

//! A CronJob as a trigger.

use crate::world::{World, call, image, soon, unit};
use segue_model::Unit;
use segue_platform::{Platform as _, Triggers as _};
use serde_json::{Value, json};

fn nightly(major: u64, suspend: bool) -> Unit {
    let cron_job = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly"},
        "spec": {"schedule": "0 3 * * *", "suspend": suspend, "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "job", "image": image(major)}]}}}}},
    });
    unit(major, vec![cron_job])
}

fn settings() -> Value {
    json!({"cron_job": {"name": "nightly"}})
}

fn suspended(world: &World) -> Value {
    world.object("CronJob", "nightly").unwrap()["spec"]["suspend"].clone()
}

#[tokio::test]
async fn a_pause_outlasts_a_stage_and_is_given_back() {
    let world = World::new().await;
    let kubernetes = &world.kubernetes;
    soon(kubernetes.stage(&call("one"), &nightly(1, false)))
        .await
        .unwrap();
    let before = soon(kubernetes.observe(&nightly(1, false))).await.unwrap();
    let former = soon(kubernetes.read(&call("lease"), &settings()))
        .await
        .unwrap()
        .output;

    for _ in 0..2 {
        soon(kubernetes.pause(&call("pause"), &settings(), &former))
            .await
            .unwrap();
    }
    assert_eq!(suspended(&world), true);
    let during = soon(kubernetes.observe(&nightly(1, false))).await.unwrap();
    assert_eq!(during.fingerprint, before.fingerprint);

    soon(kubernetes.stage(&call("two"), &nightly(2, false)))
        .await
        .unwrap();
    assert_eq!(suspended(&world), true, "staging must not wake the trigger");

    for _ in 0..2 {
        soon(kubernetes.restore(&call("resume"), &settings(), &former))
            .await
            .unwrap();
    }
    assert_eq!(suspended(&world), false);
    let patches = world
        .effects()
        .iter()
        .filter(|e| e.starts_with("patch"))
        .count();
    assert_eq!(patches, 2, "{:?}", world.effects());
    soon(kubernetes.stage(&call("three"), &nightly(1, false)))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_was_paused_before_stays_paused() {
    let world = World::new().await;
    let kubernetes = &world.kubernetes;
    soon(kubernetes.stage(&call("one"), &nightly(1, true)))
        .await
        .unwrap();
    let former = soon(kubernetes.read(&call("lease"), &settings()))
        .await
        .unwrap()
        .output;
    world.shared.effects.reset();
    soon(kubernetes.pause(&call("pause"), &settings(), &former))
        .await
        .unwrap();
    soon(kubernetes.restore(&call("resume"), &settings(), &former))
        .await
        .unwrap();
    assert_eq!(suspended(&world), true);
    assert_eq!(world.effects(), [] as [String; 0]);
}

#[tokio::test]
async fn a_cron_job_that_is_not_there_is_said() {
    let world = World::new().await;
    let failure = soon(world.kubernetes.read(&call("lease"), &settings()))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3020");
}

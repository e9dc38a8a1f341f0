//! What is a change at planning, and what is none.

use crate::world::{World, call, config, deployment, patch_as, service, soon, unit, web};
use segue_model::Unit;
use segue_platform::Platform as _;
use segue_twin::faults::FaultKind;
use serde_json::json;

async fn matches(world: &World, unit: &Unit) -> bool {
    let live = soon(world.kubernetes.observe(unit)).await.unwrap();
    world.kubernetes.matches(unit, &live)
}

#[tokio::test]
async fn what_was_staged_is_no_change_until_something_else_is_wanted() {
    let world = World::live().await;
    assert!(matches(&world, &web(1)).await);
    assert!(!matches(&world, &web(2)).await, "another version");

    let mut chart = web(1);
    chart.artifact["objects"][2]["spec"]["minReadySeconds"] = json!(3);
    assert!(!matches(&world, &chart).await, "a field more");
    let fewer = unit(1, vec![config(1), deployment(1)]);
    assert!(!matches(&world, &fewer).await, "an object less");
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other"}});
    let more = unit(1, vec![config(1), service(), deployment(1), other]);
    assert!(!matches(&world, &more).await, "an object more");
}

#[tokio::test]
async fn a_field_that_segue_set_no_longer_wanted_is_a_change() {
    let world = World::live().await;
    let mut without = web(1);
    let container =
        &mut without.artifact["objects"][2]["spec"]["template"]["spec"]["containers"][0];
    if let Some(container) = container.as_object_mut() {
        container.remove("ports");
    }
    assert!(!matches(&world, &without).await);
    soon(world.kubernetes.stage(&call("stage"), &without))
        .await
        .unwrap();
    assert!(matches(&world, &without).await);
}

#[tokio::test]
async fn drift_is_a_change_and_what_segue_never_set_is_none() {
    let world = World::live().await;
    patch_as(
        "kubectl-edit",
        &world,
        r#"{"spec":{"minReadySeconds":0,"revisionHistoryLimit":3}}"#,
    )
    .await;
    assert!(matches(&world, &web(1)).await);
    patch_as(
        "kubectl-edit",
        &world,
        r#"{"spec":{"progressDeadlineSeconds":99}}"#,
    )
    .await;
    assert!(!matches(&world, &web(1)).await);
}

#[tokio::test]
async fn what_is_not_ready_is_a_change() {
    let world = World::live().await;
    world.shared.faults.set("web", FaultKind::CrashLoop);
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap_err();
    assert!(!matches(&world, &web(2)).await);
}

//! Going back, from wherever the release got to.

use crate::world::{World, call, config, soon, unit, web};
use segue_model::Observation;
use segue_platform::Platform as _;
use std::time::Duration;

#[tokio::test]
async fn a_module_that_was_not_there_is_removed() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap();
    soon(
        world
            .kubernetes
            .revert(&call("revert"), &web(2), &Observation::absent()),
    )
    .await
    .unwrap();
    assert_eq!(world.observe().await, Observation::absent());
    let left = |kind: &str| {
        world
            .cluster
            .objects()
            .iter()
            .any(|o| o["kind"] == kind && o["metadata"]["namespace"] == "shop")
    };
    assert!(!left("Deployment") && !left("ConfigMap") && !left("Service"));
}

#[tokio::test]
async fn a_complete_release_goes_back() {
    let world = World::live().await;
    let former = world.observe().await;
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap();
    assert_ne!(world.observe().await.fingerprint, former.fingerprint);
    soon(world.kubernetes.revert(&call("revert"), &web(2), &former))
        .await
        .unwrap();
    assert_eq!(world.observe().await.fingerprint, former.fingerprint);
    assert!(world.object("ConfigMap", "web-config-2").is_none());
    assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
}

#[tokio::test]
async fn a_settled_release_goes_back_too() {
    let world = World::live().await;
    let former = world.observe().await;
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap();
    soon(world.kubernetes.settle(&call("settle"), &web(2), &former))
        .await
        .unwrap();
    soon(world.kubernetes.revert(&call("revert"), &web(2), &former))
        .await
        .unwrap();
    assert_eq!(world.observe().await.fingerprint, former.fingerprint);
}

#[tokio::test]
async fn a_stage_cut_off_anywhere_goes_back() {
    for ms in [3, 10, 30, 60] {
        let world = World::live().await;
        let former = world.observe().await;
        let (key, unit) = (call("stage"), web(2));
        let _ = tokio::time::timeout(
            Duration::from_millis(ms),
            world.kubernetes.stage(&key, &unit),
        )
        .await;
        soon(world.kubernetes.revert(&call("revert"), &web(2), &former))
            .await
            .unwrap();
        assert_eq!(
            world.observe().await.fingerprint,
            former.fingerprint,
            "{ms}"
        );
        assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
    }
}

#[tokio::test]
async fn nothing_staged_is_nothing_to_undo() {
    let world = World::live().await;
    let former = world.observe().await;
    soon(world.kubernetes.revert(&call("revert"), &web(2), &former))
        .await
        .unwrap();
    assert_eq!(world.effects(), [] as [String; 0]);
    soon(
        world
            .kubernetes
            .revert(&call("revert"), &unit(2, vec![config(2)]), &former),
    )
    .await
    .unwrap();
    assert_eq!(world.effects(), [] as [String; 0]);
}

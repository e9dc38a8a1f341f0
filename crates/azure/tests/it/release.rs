//! The whole way: stage, verify, shift, verify, settle, revert; each verb
//! twice, and swaps interrupted.

use crate::sandbox::{
    APP, FOREIGN, Sandbox, again, call, fenced_after, fenced_off, image, key, shows_no_secret, unit,
};
use segue_model::{FailureKind, Observation, Unit};
use segue_platform::{Capabilities, Platform, Shifting};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_release_swaps_once_and_every_second_call_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let former = azure.observe(&unit).await.unwrap();
    assert_eq!(former.version, Some("1.0.0".parse().unwrap()));
    assert_eq!(former.revision, image("1.0.0"));
    shows_no_secret(&former);

    azure.stage(&call("stage"), &unit).await.unwrap();
    assert_eq!(
        sandbox.effects(),
        ["config.appsettings.put", "config.web.patch"]
    );
    assert_eq!(sandbox.serves().await.as_deref(), Some("1.0.0"));
    let (staged, settings) = sandbox.holds("/slots/staging").await;
    assert_eq!(staged, format!("DOCKER|{}", image("2.0.0")));
    assert_eq!(
        settings,
        json!({
            "MODE": "2.0.0", "SEGUE_OPERATION": key("stage").as_str(),
            "SEGUE_VERSION": "2.0.0", "STORAGE": FOREIGN,
        })
    );

    azure.verify(&call("verify"), &unit).await.unwrap();
    azure
        .shift(&call("shift"), &unit, 100, &former)
        .await
        .unwrap();
    let done = sandbox.effects();
    assert_eq!(sandbox.count("slotsswap"), 1);
    assert_eq!(sandbox.serves().await.as_deref(), Some("2.0.0"));
    assert_eq!(
        sandbox.holds("/slots/staging").await.0,
        format!("DOCKER|{}", image("1.0.0"))
    );

    azure.stage(&call("stage"), &unit).await.unwrap();
    azure
        .shift(&call("shift"), &unit, 100, &former)
        .await
        .unwrap();
    azure.verify(&call("verify"), &unit).await.unwrap();
    azure.settle(&call("settle"), &unit, &former).await.unwrap();
    assert_eq!(sandbox.effects(), done);

    let now = azure.observe(&unit).await.unwrap();
    assert_eq!(now.version, Some("2.0.0".parse().unwrap()));
    assert_ne!(now.fingerprint, former.fingerprint);
}

#[tokio::test]
async fn staging_twice_deploys_once() {
    let sandbox = Sandbox::start().await;
    let unit = unit("2.0.0");
    sandbox
        .functions
        .stage(&call("stage"), &unit)
        .await
        .unwrap();
    let done = sandbox.effects();
    sandbox
        .functions
        .stage(&call("stage"), &unit)
        .await
        .unwrap();
    sandbox
        .functions
        .stage(&call("another"), &unit)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), done);
}

#[tokio::test]
async fn reverting_a_swap_brings_both_places_back() {
    let sandbox = Sandbox::start().await;
    let before = (
        sandbox.holds("").await,
        sandbox.holds("/slots/staging").await,
    );
    let former = released(&sandbox).await;
    sandbox
        .functions
        .revert(&call("revert"), &unit("2.0.0"), &former)
        .await
        .unwrap();
    assert_eq!(sandbox.count("slotsswap"), 2);
    assert_eq!(sandbox.serves().await.as_deref(), Some("1.0.0"));
    let after = (
        sandbox.holds("").await,
        sandbox.holds("/slots/staging").await,
    );
    assert_eq!(after, before);

    let done = sandbox.effects();
    sandbox
        .functions
        .revert(&call("revert"), &unit("2.0.0"), &former)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), done);
    assert_eq!(
        sandbox.functions.observe(&unit("2.0.0")).await.unwrap(),
        former
    );
}

#[tokio::test]
async fn reverting_what_was_only_staged_cleans_the_slot_and_swaps_nothing() {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let before = sandbox.holds("/slots/staging").await;
    let former = azure.observe(&unit).await.unwrap();
    azure.revert(&call("revert"), &unit, &former).await.unwrap();
    assert_eq!(
        sandbox.effects(),
        [""; 0],
        "nothing was done, nothing is undone"
    );

    azure.stage(&call("stage"), &unit).await.unwrap();
    azure.revert(&call("revert"), &unit, &former).await.unwrap();
    assert_eq!(sandbox.holds("/slots/staging").await, before);
    assert_eq!(sandbox.count("slotsswap"), 0);
    assert_eq!(sandbox.serves().await.as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn a_swap_whose_process_died_is_finished_and_never_sent_again() {
    let shift = call("shift");
    for _ in 0..3 {
        let sandbox = Sandbox::start().await;
        let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
        let former = azure.observe(&unit).await.unwrap();
        azure.stage(&call("stage"), &unit).await.unwrap();
        tokio::select! {
            biased;
            () = swap_in_progress(&sandbox) => {}
            _ = azure.shift(&shift, &unit, 100, &former) => {}
        }
        let (shifted, _) = again(|| azure.shift(&shift, &unit, 100, &former)).await;
        shifted.unwrap();
        assert_eq!(sandbox.count("slotsswap"), 1);
        assert_eq!(sandbox.serves().await.as_deref(), Some("2.0.0"));
    }
}

#[tokio::test]
async fn reverting_while_a_dead_process_swap_is_under_way_waits_for_it_and_swaps_back() {
    let (shift, revert) = (call("shift"), call("revert"));
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let former = azure.observe(&unit).await.unwrap();
    azure.stage(&call("stage"), &unit).await.unwrap();
    tokio::select! {
        biased;
        () = swap_in_progress(&sandbox) => {}
        _ = azure.shift(&shift, &unit, 100, &former) => {}
    }
    again(|| azure.revert(&revert, &unit, &former))
        .await
        .0
        .unwrap();
    assert_eq!(sandbox.count("slotsswap"), 2);
    assert_eq!(sandbox.functions.observe(&unit).await.unwrap(), former);
}

#[tokio::test]
async fn a_reverting_swap_whose_process_died_is_finished_and_never_sent_again() {
    let revert = call("revert");
    let sandbox = Sandbox::start().await;
    let former = released(&sandbox).await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    tokio::select! {
        biased;
        () = swap_in_progress(&sandbox) => {}
        _ = azure.revert(&revert, &unit, &former) => {}
    }
    again(|| azure.revert(&revert, &unit, &former))
        .await
        .0
        .unwrap();
    assert_eq!(sandbox.count("slotsswap"), 2);
    assert_eq!(sandbox.functions.observe(&unit).await.unwrap(), former);
}

#[tokio::test]
async fn production_that_somebody_else_changed_is_left_alone() {
    let sandbox = Sandbox::start().await;
    let former = released(&sandbox).await;
    deploy(&sandbox, "", "DOCKER|acr.example/fn@sha256:other").await;
    let failure = sandbox
        .functions
        .revert(&call("revert"), &unit("2.0.0"), &former)
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4017", FailureKind::Step)
    );
    assert_eq!(sandbox.count("slotsswap"), 1);
}

/// Takes 2.0.0 back to 1.0.0 as a rollback does, after somebody deployed to the
/// slot perhaps. Gives back its undo: the unit as
/// the rollback's plan says it, and what was live when it was planned.
async fn rolled_back(sandbox: &Sandbox, slot: Option<&str>) -> (Unit, Observation) {
    let former = released(sandbox).await;
    if let Some(image) = slot {
        deploy(sandbox, "/slots/staging", image).await;
    }
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let planned = azure.observe(&unit).await.unwrap();
    azure.revert(&call("back"), &unit, &former).await.unwrap();
    assert_eq!(sandbox.serves().await.as_deref(), Some("1.0.0"));
    let version = former.version.unwrap_or(unit.version.clone());
    (Unit { version, ..unit }, planned)
}

/// An image into a place, by hand.
async fn deploy(sandbox: &Sandbox, place: &str, image: &str) {
    let path = format!("Microsoft.Web/sites/{APP}{place}/config/web");
    let body = json!({"properties": {"linuxFxVersion": image}});
    sandbox.arm(reqwest::Method::PATCH, &path, body).await;
}

#[tokio::test]
async fn a_rollback_is_undone_whatever_stood_in_the_slot() {
    let other = format!("DOCKER|{}", image("2.0.0"));
    for slot in [None, Some(other.as_str())] {
        let sandbox = Sandbox::start().await;
        let (unit, planned) = rolled_back(&sandbox, slot).await;
        let azure = &sandbox.functions;
        for _ in 0..2 {
            azure.revert(&call("undo"), &unit, &planned).await.unwrap();
            assert_eq!(azure.observe(&unit).await.unwrap(), planned);
            assert_eq!(sandbox.serves().await.as_deref(), Some("2.0.0"));
            assert_eq!(sandbox.count("slotsswap"), 3);
        }
    }
}

#[tokio::test]
async fn a_version_that_bears_no_mark_goes_again_when_its_rollback_is_undone() {
    let sandbox = Sandbox::start_with(|world| {
        world.apps[0].settings.remove("SEGUE_VERSION");
    })
    .await;
    let (unit, planned) = rolled_back(&sandbox, None).await;
    assert_eq!(unit.version, "2.0.0".parse().unwrap());
    let azure = &sandbox.functions;
    azure.revert(&call("undo"), &unit, &planned).await.unwrap();
    assert_eq!(azure.observe(&unit).await.unwrap(), planned);
}

#[tokio::test]
async fn undoing_a_rollback_leaves_what_somebody_else_deployed() {
    let sandbox = Sandbox::start().await;
    let (unit, planned) = rolled_back(&sandbox, None).await;
    let path = format!("Microsoft.Web/sites/{APP}/config/appsettings");
    let (_, mut settings) = sandbox.holds("").await;
    settings["SEGUE_VERSION"] = json!("1.5.0");
    let body = json!({ "properties": settings });
    sandbox.arm(reqwest::Method::PUT, &path, body).await;
    let failure = sandbox
        .functions
        .revert(&call("undo"), &unit, &planned)
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4017");
    assert_eq!(sandbox.count("slotsswap"), 2);
}

#[tokio::test]
async fn who_lost_the_lock_changes_nothing() {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let former = azure.observe(&unit).await.unwrap();
    let lost = azure.stage(&fenced_off("stage"), &unit).await.unwrap_err();
    assert_eq!(lost.kind, FailureKind::LostLock);
    assert_eq!(sandbox.effects(), [""; 0]);
    azure.stage(&call("stage"), &unit).await.unwrap();
    let lost = azure
        .shift(&fenced_off("shift"), &unit, 100, &former)
        .await
        .unwrap_err();
    assert_eq!(lost.kind, FailureKind::LostLock);
    assert_eq!(sandbox.count("slotsswap"), 0);
}

#[tokio::test]
async fn a_half_staged_version_is_finished_or_taken_back() {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let before = sandbox.holds("/slots/staging").await;
    let former = azure.observe(&unit).await.unwrap();
    let half = fenced_after(1, "stage");
    azure.stage(&half, &unit).await.unwrap_err();
    assert_eq!(sandbox.effects(), ["config.appsettings.put"]);

    azure.stage(&call("stage"), &unit).await.unwrap();
    assert_eq!(
        sandbox.effects(),
        ["config.appsettings.put", "config.web.patch"]
    );

    let half = fenced_after(1, "revert");
    azure.revert(&half, &unit, &former).await.unwrap_err();
    azure.revert(&call("revert"), &unit, &former).await.unwrap();
    assert_eq!(sandbox.holds("/slots/staging").await, before);
    assert_eq!(sandbox.effects().len(), 4, "each half was done once");
}

#[tokio::test]
async fn traffic_moves_at_once_or_not_at_all() {
    let sandbox = Sandbox::start().await;
    let azure = &sandbox.functions;
    let expected = Capabilities {
        shifting: Shifting::AtOnce,
        settles: false,
    };
    assert_eq!(azure.capabilities(), expected);
    let former = Observation::absent();
    let failure = azure
        .shift(&call("shift"), &unit("2.0.0"), 50, &former)
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4016");
    let failure = azure
        .shift(&call("shift"), &unit("2.0.0"), 100, &former)
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4015", "nothing was staged: {failure}");
    assert_eq!(sandbox.effects(), [""; 0]);
}

/// Version 2.0.0, in production; gives back what was there before.
async fn released(sandbox: &Sandbox) -> Observation {
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let former = azure.observe(&unit).await.unwrap();
    azure.stage(&call("stage"), &unit).await.unwrap();
    azure
        .shift(&call("shift"), &unit, 100, &former)
        .await
        .unwrap();
    former
}

/// Ends as soon as ARM has accepted a swap.
async fn swap_in_progress(sandbox: &Sandbox) {
    loop {
        let site = sandbox.get(&format!("Microsoft.Web/sites/{APP}")).await;
        if site["properties"]["inProgressOperationId"].is_string() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

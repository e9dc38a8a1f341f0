//! Slot swaps.

use super::{Cloud, SITE, Said, pause};
use reqwest::Method;
use segue_twin::faults::FaultKind;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const STAGING: &str = "/slots/staging";

async fn begin(cloud: &Cloud) -> Said {
    let body = json!({"targetSlot": "production", "preserveVnet": true});
    cloud
        .post(&format!("{SITE}{STAGING}/slotsswap"), Some(body))
        .await
}

/// Polls `Location` until the swap is over.
async fn finish(cloud: &Cloud, begun: &Said) -> Said {
    assert_eq!(begun.status, 202, "{begun:?}");
    let location = begun.headers["location"].to_str().unwrap();
    loop {
        let said = cloud.send(Method::GET, location, None).await;
        if said.status != 202 {
            return said;
        }
        pause().await;
    }
}

#[tokio::test]
async fn a_swap_moves_the_version_without_downtime() {
    let cloud = Cloud::start().await;
    cloud.deploy(STAGING, 2).await;
    cloud.shared.effects.reset();
    let over = Arc::new(AtomicBool::new(false));
    let (mesh, done) = (cloud.shared.mesh.clone(), over.clone());
    let users = tokio::spawn(async move {
        let mut seen = Vec::new();
        while !done.load(Ordering::Relaxed) {
            seen.push(mesh.call("internet", "events", "/").await);
        }
        seen
    });
    // The slot still starts: the swap waits for it.
    let begun = begin(&cloud).await;
    assert_eq!(finish(&cloud, &begun).await.status, 200);
    assert_eq!(cloud.call().await.version.as_deref(), Some("2.0.0"));
    over.store(true, Ordering::Relaxed);
    let seen = users.await.unwrap();
    assert!(seen.iter().all(|answer| answer.status == 200), "{seen:?}");

    let status = begun.headers["azure-asyncoperation"].to_str().unwrap();
    assert_eq!(
        cloud.send(Method::GET, status, None).await.body["status"],
        "Succeeded"
    );
    let site = cloud.get(SITE).await.body;
    assert_eq!(
        site["properties"]["slotSwapStatus"]["sourceSlotName"],
        "staging"
    );
    assert_eq!(
        cloud.effects(),
        [("slotsswap".to_owned(), format!("{SITE}{STAGING}"))]
    );
    let slot = cloud.get(&format!("{SITE}{STAGING}/config/web")).await.body;
    assert_eq!(
        slot["properties"]["linuxFxVersion"],
        super::linux_fx_version(1)
    );
}

#[tokio::test]
async fn sticky_settings_stay_and_the_others_move() {
    let cloud = Cloud::start().await;
    let names = json!({"properties": {"appSettingNames": ["MODE"]}});
    let said = cloud
        .put(&format!("{SITE}/config/slotConfigNames"), names)
        .await;
    assert_eq!(said.status, 200, "{said:?}");
    let settings = json!({"properties": {"MODE": "test", "SEGUE_VERSION": "2.0.0"}});
    cloud
        .put(&format!("{SITE}{STAGING}/config/appsettings"), settings)
        .await;
    let begun = begin(&cloud).await;
    assert_eq!(finish(&cloud, &begun).await.status, 200);
    let list = |slot: &str| format!("{SITE}{slot}/config/appsettings/list");
    let production = cloud.post(&list(""), None).await.body;
    assert_eq!(
        production["properties"],
        json!({"MODE": "live", "SEGUE_VERSION": "2.0.0"})
    );
    let slot = cloud.post(&list(STAGING), None).await.body;
    assert_eq!(slot["properties"], json!({"MODE": "test"}));
    assert_eq!(cloud.call().await.status, 200);
}

#[tokio::test]
async fn what_does_not_come_up_is_not_swapped_in() {
    let cloud = Cloud::start().await;
    for fault in [FaultKind::CrashLoop, FaultKind::UnhealthyAfterReady] {
        cloud.shared.faults.set("events", fault);
        cloud.deploy(STAGING, 2).await;
        cloud.shared.effects.reset();
        let begun = begin(&cloud).await;
        let said = finish(&cloud, &begun).await;
        assert_eq!(
            (said.status.as_u16(), said.code()),
            (417, "ExpectationFailed")
        );
        assert_eq!(
            said.message(),
            "Cannot swap site slots for site 'events-fn' because the 'staging' slot did not respond to http ping."
        );
        let status = begun.headers["azure-asyncoperation"].to_str().unwrap();
        let status = cloud.send(Method::GET, status, None).await;
        assert_eq!(
            (status.status.as_u16(), &status.body["status"]),
            (200, &json!("Failed"))
        );
        assert_eq!(cloud.call().await.version.as_deref(), Some("1.0.0"));
        assert!(cloud.effects().is_empty());
        cloud.deploy(STAGING, 1).await;
    }
}

#[tokio::test]
async fn nothing_else_may_change_during_a_swap() {
    let cloud = Cloud::start().await;
    // The swap waits for a slot that never gets ready, until its start limit.
    cloud.shared.faults.set("events", FaultKind::NeverReady);
    cloud.deploy(STAGING, 2).await;
    let begun = begin(&cloud).await;
    let second = begin(&cloud).await;
    assert_eq!((second.status.as_u16(), second.code()), (409, "Conflict"));
    assert!(
        second
            .message()
            .contains("another operation is in progress")
    );
    let settings = format!("{SITE}/config/appsettings");
    let change = cloud.put(&settings, json!({"properties": {}})).await;
    assert_eq!(change.status, 409);
    let site = cloud.get(SITE).await.body;
    assert!(site["properties"]["inProgressOperationId"].is_string());
    finish(&cloud, &begun).await;
    let site = cloud.get(SITE).await.body;
    assert!(site["properties"]["inProgressOperationId"].is_null());
}

#[tokio::test]
async fn production_can_be_told_to_swap_and_swapping_twice_is_none() {
    let cloud = Cloud::start().await;
    cloud.deploy(STAGING, 2).await;
    for expected in ["2.0.0", "1.0.0"] {
        let body = json!({"targetSlot": "Staging", "preserveVnet": true});
        let begun = cloud.post(&format!("{SITE}/slotsswap"), Some(body)).await;
        assert_eq!(finish(&cloud, &begun).await.status, 200);
        assert_eq!(cloud.call().await.version.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn a_swap_with_nothing_is_refused() {
    let cloud = Cloud::start().await;
    let swap = |target: &str| Some(json!({"targetSlot": target, "preserveVnet": true}));
    let said = cloud.post(&format!("{SITE}/slotsswap"), swap("blue")).await;
    assert_eq!(said.code(), "ResourceNotFound");
    let said = cloud
        .post(&format!("{SITE}/slotsswap"), swap("production"))
        .await;
    assert_eq!(said.status, 400);
}

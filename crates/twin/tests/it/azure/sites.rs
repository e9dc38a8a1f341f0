//! Function apps: configuration, restarts, instances, keys.

use super::{Cloud, SITE, image, linux_fx_version, pause};
use segue_twin::faults::FaultKind;
use serde_json::json;

const STAGING: &str = "/slots/staging";

#[tokio::test]
async fn host_names_work_over_tls_for_production_and_slot() {
    let cloud = Cloud::start().await;
    for path in [SITE.to_owned(), format!("{SITE}{STAGING}")] {
        let site = cloud.get(&path).await.body;
        let host = site["properties"]["defaultHostName"].as_str().unwrap();
        let answer = cloud
            .client
            .get(format!("https://{host}/healthz"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-version"], "1.0.0");
    }
}

#[tokio::test]
async fn an_image_for_the_slot_leaves_production_alone() {
    let cloud = Cloud::start().await;
    cloud.deploy(STAGING, 2).await;
    cloud.until(STAGING, "READY").await;
    assert_eq!(cloud.call().await.version.as_deref(), Some("1.0.0"));
    let web = cloud.get(&format!("{SITE}{STAGING}/config/web")).await.body;
    assert_eq!(web["properties"]["linuxFxVersion"], linux_fx_version(2));
    let site = cloud.get(SITE).await.body;
    assert_eq!(
        site["properties"]["siteConfig"]["linuxFxVersion"],
        linux_fx_version(1)
    );
}

#[tokio::test]
async fn equal_settings_change_nothing_and_restart_nothing() {
    let cloud = Cloud::start().await;
    let instance = || async {
        let body = cloud.get(&format!("{SITE}{STAGING}/instances")).await.body;
        body["value"][0]["name"].as_str().unwrap().to_owned()
    };
    let before = instance().await;
    let settings = format!("{SITE}{STAGING}/config/appsettings");
    cloud
        .put(&settings, json!({"properties": {"MODE": "live"}}))
        .await;
    assert_eq!(instance().await, before);
    assert!(cloud.effects().is_empty());

    cloud
        .put(&settings, json!({"properties": {"MODE": "test"}}))
        .await;
    assert_ne!(instance().await, before);
    let listed = cloud.post(&format!("{settings}/list"), None).await.body;
    assert_eq!(listed["properties"], json!({"MODE": "test"}));
    let [(verb, resource)] = cloud.effects().try_into().unwrap();
    assert_eq!(
        (verb.as_str(), resource),
        ("config.appsettings.put", settings)
    );
}

#[tokio::test]
async fn a_change_of_production_itself_has_downtime() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::NeverReady);
    cloud.deploy("", 2).await;
    assert_eq!(cloud.call().await.status, 503);
    cloud.shared.faults.clear();
    let said = cloud.post(&format!("{SITE}/restart"), None).await;
    assert_eq!(said.status, 200);
    while cloud.call().await.status != 200 {
        pause().await;
    }
    assert_eq!(cloud.call().await.version.as_deref(), Some("2.0.0"));
    let verbs: Vec<_> = cloud.effects().into_iter().map(|(verb, _)| verb).collect();
    assert_eq!(verbs, ["config.web.patch", "restart"]);
}

#[tokio::test]
async fn an_image_that_is_not_there_is_told_by_the_instance_and_the_log() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::ImageNotFound);
    cloud.deploy(STAGING, 2).await;
    assert_eq!(cloud.state(STAGING).await, "STOPPED");
    let log = cloud
        .post(&format!("{SITE}{STAGING}/containerlogs"), None)
        .await;
    let words = format!("manifest for {} not found: manifest unknown", image(2));
    assert!(log.text.contains(&words), "{}", log.text);
    assert_eq!(cloud.call().await.status, 200);
}

#[tokio::test]
async fn a_crash_is_told_by_the_instance_and_the_log() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::CrashLoop);
    cloud.deploy(STAGING, 2).await;
    cloud.until(STAGING, "STOPPED").await;
    let log = cloud
        .post(&format!("{SITE}{STAGING}/containerlogs"), None)
        .await;
    assert!(
        log.text.contains("has exited, failing site start"),
        "{}",
        log.text
    );
}

#[tokio::test]
async fn a_container_that_is_never_ready_is_stopped_at_its_limit() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::NeverReady);
    let config = json!({"properties": {"siteConfig": {
        "linuxFxVersion": linux_fx_version(2),
        "appSettings": [{"name": "WEBSITES_CONTAINER_START_TIME_LIMIT", "value": "1"}],
    }}});
    let said = cloud.patch(&format!("{SITE}{STAGING}"), config).await;
    assert_eq!(said.status, 200, "{said:?}");
    cloud.until(STAGING, "STOPPED").await;
    let log = cloud
        .post(&format!("{SITE}{STAGING}/containerlogs"), None)
        .await;
    assert!(
        log.text
            .contains("did not start within expected time limit")
    );
}

#[tokio::test]
async fn a_host_key_is_set_in_its_slot_only() {
    let cloud = Cloud::start().await;
    let path = format!("{SITE}/host/default/functionKeys/default");
    let body = json!({"properties": {"name": "default", "value": "fresh"}});
    assert_eq!(cloud.put(&path, body.clone()).await.status, 200);
    cloud.put(&path, body).await;
    assert_eq!(cloud.effects().len(), 1);
    assert_eq!(cloud.effects()[0].0, "functionkeys.put");
    let keys = cloud
        .post(&format!("{SITE}/host/default/listkeys"), None)
        .await
        .body;
    assert_eq!(keys["functionKeys"]["default"], "fresh");
    let other = cloud
        .post(&format!("{SITE}{STAGING}/host/default/listkeys"), None)
        .await
        .body;
    assert_ne!(other["functionKeys"]["default"], "fresh");
}

#[tokio::test]
async fn what_was_read_can_be_written_back_and_changes_nothing() {
    let cloud = Cloud::start().await;
    for path in ["", "/config/web", "/config/slotConfigNames"] {
        let path = format!("{SITE}{path}");
        let read = cloud.get(&path).await.body;
        let said = cloud.put(&path, read.clone()).await;
        assert_eq!(said.status, 200, "{path}: {said:?}");
        assert_eq!(said.body["properties"], read["properties"]);
    }
    assert!(cloud.effects().is_empty(), "{:?}", cloud.effects());
    let said = cloud.patch(SITE, json!({"tags": {"team": "orders"}})).await;
    assert_eq!(said.body["tags"]["team"], "orders");
    assert_eq!(
        cloud.effects(),
        [("sites.patch".to_owned(), SITE.to_owned())]
    );
    assert_eq!(cloud.call().await.version.as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn functions_are_listed() {
    let cloud = Cloud::start().await;
    let body = cloud.get(&format!("{SITE}/functions")).await.body;
    assert_eq!(body["value"][0]["name"], "events-fn/process");
    assert_eq!(
        cloud.get(&format!("{SITE}/functions/none")).await.status,
        404
    );
}

#[tokio::test]
async fn nothing_serves_after_the_end() {
    let Cloud {
        shared,
        azure,
        client,
        ..
    } = Cloud::start().await;
    let arm = azure.endpoints.arm.clone();
    drop(azure);
    // What was aborted ends at its next await.
    while client.get(&arm).send().await.is_ok() {
        pause().await;
    }
    assert_eq!(
        shared.mesh.call("internet", "events", "/").await.status,
        502
    );
}

//! Checks and the resolving of sources.

use crate::sandbox::{PROJECT, REGION, Sandbox, call, image, service, source_reference, world};
use segue_google::{
    ArtifactRegistryCheck, CloudRun, GoogleTriggers, PubsubPushCheck, source_generation,
};
use segue_model::FailureKind;
use segue_platform::{Performer, Platform, Triggers};
use serde_json::{Value, json};

const PUSHER: &str = "pubsub-push@storefront-prod.iam.gserviceaccount.com";
const READER: &str = "serviceAccount:gke-nodes@storefront-prod.iam.gserviceaccount.com";

fn repository() -> String {
    format!("europe-docker.pkg.dev/{PROJECT}/storefront")
}

#[tokio::test]
async fn images_must_exist_and_be_readable() {
    let world = world().repository(&repository(), &[READER]);
    let sandbox = Sandbox::start(world).await;
    sandbox.exists(&image("billing", "2.0.0"), "billing", "2.0.0", true);
    let check = ArtifactRegistryCheck::connect(&sandbox.access)
        .await
        .unwrap();
    let input = |image: String, reader: &str| json!({"repository": repository(), "reader": reader, "images": [image]});
    let perform = async |input: Value| check.perform(&call("check"), &input).await;

    perform(input(image("billing", "2.0.0"), READER))
        .await
        .unwrap();
    let missing = perform(input(image("billing", "9.9.9"), READER)).await;
    let missing = missing.unwrap_err();
    assert_eq!(
        (missing.kind, &*missing.code),
        (FailureKind::Step, "SEG5015")
    );
    let unread = perform(input(image("billing", "2.0.0"), "serviceAccount:x@y")).await;
    assert!(unread.unwrap_err().what.contains("may not read"));
    let odd = perform(json!({"images": 1})).await.unwrap_err();
    assert_eq!(odd.code, "SEG5001");
    assert_eq!(sandbox.effects().len(), 0);
}

#[tokio::test]
async fn a_push_must_reach_its_service_as_an_invoker() {
    let world = world().topic("notifications").push_subscription(
        "notifier-push",
        "notifications",
        "notifier",
        PUSHER,
    );
    let sandbox = Sandbox::start(world).await;
    sandbox.exists(&image("notifier", "1.0.0"), "notifier", "1.0.0", false);
    let run = CloudRun::connect(&sandbox.access, PROJECT, REGION)
        .await
        .unwrap();
    let mut unit = service("notifier", "1.0.0");
    unit.settings["invokers"] = json!([]);
    run.stage(&call("stage"), &unit).await.unwrap();

    let check = PubsubPushCheck::connect(&sandbox.access).await.unwrap();
    let input = json!({
        "project": PROJECT, "region": REGION,
        "subscription": "notifier-push", "service": "notifier",
    });
    let refused = check.perform(&call("check"), &input).await.unwrap_err();
    assert!(refused.what.contains(PUSHER), "{refused}");

    unit.settings["invokers"] = json!([format!("serviceAccount:{PUSHER}")]);
    run.stage(&call("stage"), &unit).await.unwrap();
    check.perform(&call("check"), &input).await.unwrap();

    let settings = json!({"pubsub": {"subscription": "notifier-push"}});
    let triggers = GoogleTriggers::connect(&sandbox.access, PROJECT, REGION).await;
    let triggers = triggers.unwrap();
    let former = triggers
        .read(&call("lease"), &settings)
        .await
        .unwrap()
        .output;
    triggers
        .pause(&call("pause"), &settings, &former)
        .await
        .unwrap();
    let paused = check.perform(&call("check"), &input).await.unwrap();
    assert!(paused.summary.contains("paused"));
}

#[tokio::test]
async fn a_source_is_resolved_to_its_generation() {
    let sandbox = Sandbox::start(world()).await;
    let reference = source_reference("reporting-fn", "2.0.0");
    sandbox.exists(&reference, "reporting-fn", "2.0.0", true);
    let generation = source_generation(&sandbox.access, "sources", "reporting-fn.zip").await;
    assert_eq!(generation.unwrap(), "200");
    let missing = source_generation(&sandbox.access, "sources", "none.zip").await;
    let missing = missing.unwrap_err();
    assert_eq!(missing.code, "SEG5005");
    assert!(!missing.words.is_empty());
}

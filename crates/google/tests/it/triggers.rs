//! Triggers: read, paused, given back.

use crate::sandbox::{PROJECT, REGION, Sandbox, call, world};
use segue_google::{Access, GoogleTriggers};
use segue_model::FailureKind;
use segue_platform::Triggers;
use serde_json::{Value, json};

const PUSHER: &str = "pubsub-push@storefront-prod.iam.gserviceaccount.com";
const SCHEDULER: &str = "scheduler@storefront-prod.iam.gserviceaccount.com";

async fn sandbox() -> Sandbox {
    let world = world()
        .topic("notifications")
        .push_subscription("notifier-push", "notifications", "notifier", PUSHER)
        .job("daily-report", "0 6 * * *", "reporting-fn", SCHEDULER)
        .job("old-report", "0 7 * * *", "reporting-fn", SCHEDULER)
        .paused("old-report");
    Sandbox::start(world).await
}

async fn triggers(sandbox: &Sandbox) -> GoogleTriggers {
    let triggers = GoogleTriggers::connect(&sandbox.access, PROJECT, REGION).await;
    triggers.unwrap()
}

fn settings() -> [Value; 2] {
    [
        json!({"pubsub": {"subscription": "notifier-push"}}),
        json!({"cloud_scheduler": {"job": "daily-report"}}),
    ]
}

#[tokio::test]
async fn a_trigger_is_paused_once_and_given_back_as_it_was() {
    let sandbox = sandbox().await;
    let triggers = triggers(&sandbox).await;
    for settings in settings() {
        let former = triggers.read(&call("lease"), &settings).await.unwrap();
        let former = former.output;
        assert_eq!(sandbox.effects().len(), 0);
        for changes in [1, 0] {
            triggers
                .pause(&call("pause"), &settings, &former)
                .await
                .unwrap();
            assert_eq!(sandbox.effects().len(), changes, "{settings}");
        }
        let paused = triggers.read(&call("lease"), &settings).await.unwrap();
        assert_ne!(paused.output, former);
        for changes in [1, 0] {
            triggers
                .restore(&call("resume"), &settings, &former)
                .await
                .unwrap();
            assert_eq!(sandbox.effects().len(), changes, "{settings}");
        }
        let now = triggers.read(&call("lease"), &settings).await.unwrap();
        assert_eq!(now.output, former);
    }
}

#[tokio::test]
async fn what_was_paused_already_stays_paused() {
    let sandbox = sandbox().await;
    let triggers = triggers(&sandbox).await;
    let push = json!({"pubsub": {"subscription": "notifier-push"}});
    let pushing = triggers.read(&call("lease"), &push).await.unwrap().output;
    triggers
        .pause(&call("pause"), &push, &pushing)
        .await
        .unwrap();
    sandbox.effects();
    for settings in [push, json!({"cloud_scheduler": {"job": "old-report"}})] {
        let former = triggers
            .read(&call("lease"), &settings)
            .await
            .unwrap()
            .output;
        triggers
            .pause(&call("pause"), &settings, &former)
            .await
            .unwrap();
        triggers
            .restore(&call("resume"), &settings, &former)
            .await
            .unwrap();
        let now = triggers
            .read(&call("lease"), &settings)
            .await
            .unwrap()
            .output;
        assert_eq!(now, former);
    }
    assert_eq!(sandbox.effects().len(), 0);
}

#[tokio::test]
async fn a_trigger_that_is_not_there_or_unknown_is_a_failed_step() {
    let sandbox = sandbox().await;
    let triggers = triggers(&sandbox).await;
    for settings in [
        json!({"pubsub": {"subscription": "nobody"}}),
        json!({"cloud_scheduler": {"job": "nobody"}}),
        json!({"event_grid": {"topic": "t", "subscription": "s"}}),
    ] {
        let failure = triggers.read(&call("lease"), &settings).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Step, "{settings}");
        assert!(!failure.words.is_empty(), "{settings}");
    }
}

#[tokio::test]
async fn a_credential_that_is_not_taken_is_denied() {
    let mut sandbox = sandbox().await;
    sandbox.access = Access::sandbox(sandbox.access.endpoints.clone(), "another-token");
    let triggers = triggers(&sandbox).await;
    for settings in settings() {
        let refused = triggers.read(&call("lease"), &settings).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Denied, "{settings}");
        assert!(refused.words.contains("credential"), "{refused}");
    }
}

//! Cloud Scheduler and Pub/Sub: paused, resumed, put back.

use super::*;
use google_cloud_pubsub::{client::SubscriptionAdmin, model::PushConfig};
use google_cloud_scheduler_v1::{client::CloudScheduler, model::job::State};

const JOB: &str = "projects/shop/locations/europe-west1/jobs/nightly";
const PUSH: &str = "projects/shop/subscriptions/app-push";

#[tokio::test]
async fn a_job_is_paused_and_resumed_once_each() {
    let (shared, google) = project().await;
    let client = CloudScheduler::builder()
        .with_endpoint(&google.endpoints.scheduler)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap();
    let pause = || client.pause_job().set_name(JOB).send();
    assert_eq!(pause().await.unwrap().state, State::Paused);
    let error = pause().await.unwrap_err();
    assert_eq!(error.status().unwrap().code.name(), "FAILED_PRECONDITION");
    let resumed = client.resume_job().set_name(JOB).send().await.unwrap();
    assert_eq!(resumed.state, State::Enabled);
    let target = resumed.http_target().unwrap();
    assert_eq!(target.uri, google.service_url("app").unwrap());
    let patched = client
        .update_job()
        .set_job(resumed.clone().set_schedule("0 4 * * *"))
        .set_update_mask(google_cloud_wkt::FieldMask::default().set_paths(["schedule"]))
        .send()
        .await
        .unwrap();
    assert_eq!(patched.schedule, "0 4 * * *");
    assert_eq!(verbs(&shared), ["jobs.pause", "jobs.resume", "jobs.patch"]);

    client.run_job().set_name(JOB).send().await.unwrap();
    loop {
        let job = client.get_job().set_name(JOB).send().await.unwrap();
        if job.last_attempt_time.is_some() {
            // Nothing is deployed behind its target.
            assert_eq!(job.status.unwrap().code, 13);
            break;
        }
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test]
async fn a_push_subscription_becomes_pull_and_push_again() {
    let (shared, google) = project().await;
    let client = SubscriptionAdmin::builder()
        .with_endpoint(&google.endpoints.pubsub)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap();
    let get = || client.get_subscription().set_subscription(PUSH).send();
    let former = get().await.unwrap();
    let push = former.push_config.clone().unwrap();
    assert_eq!(push.push_endpoint, google.service_url("app").unwrap());
    let modify = |config: PushConfig| {
        client
            .modify_push_config()
            .set_subscription(PUSH)
            .set_push_config(config)
            .send()
    };
    modify(PushConfig::new()).await.unwrap();
    modify(PushConfig::new()).await.unwrap();
    let paused = get().await.unwrap().push_config.unwrap_or_default();
    assert_eq!(paused.push_endpoint, "");
    assert!(
        modify(push.clone().set_push_endpoint("nowhere"))
            .await
            .is_err()
    );
    modify(push).await.unwrap();
    assert_eq!(get().await.unwrap(), former);
    assert_eq!(verbs(&shared), vec!["subscriptions.modifyPushConfig"; 2]);
    let missing = client
        .get_subscription()
        .set_subscription("projects/shop/subscriptions/other")
        .send();
    let error = missing.await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Resource not found (resource=other).")
    );
}

//! Every fault of the sandbox: what it looks like, and what is left behind.

use crate::sandbox::{APP, Sandbox, again, call, shows_no_secret, unit};
use segue_model::{Failure, FailureKind};
use segue_platform::Platform;
use segue_twin::faults::FaultKind;

/// Stages under a fault, then reverts; nothing may be left behind.
async fn staged_under(kind: FaultKind) -> Failure {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    let before = sandbox.holds("/slots/staging").await;
    let former = azure.observe(&unit).await.unwrap();
    sandbox.shared.faults.set(APP, kind);
    let failure = azure.stage(&call("stage"), &unit).await.unwrap_err();
    assert_eq!(sandbox.serves().await.as_deref(), Some("1.0.0"));
    if kind != FaultKind::AccessDenied {
        azure.revert(&call("revert"), &unit, &former).await.unwrap();
    }
    assert_eq!(sandbox.holds("/slots/staging").await, before);
    assert_eq!(sandbox.count("slotsswap"), 0);
    shows_no_secret(&failure);
    failure
}

#[tokio::test]
async fn an_image_that_is_not_there_fails_at_once_in_azures_words() {
    let failure = staged_under(FaultKind::ImageNotFound).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4013", FailureKind::Step)
    );
    assert!(
        failure.words.contains("manifest unknown"),
        "{}",
        failure.words
    );
}

#[tokio::test]
async fn a_container_that_ends_fails_at_once_in_azures_words() {
    let failure = staged_under(FaultKind::CrashLoop).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4013", FailureKind::Step)
    );
    assert!(
        failure.words.contains("has exited, failing site start"),
        "{}",
        failure.words
    );
}

#[tokio::test]
async fn a_container_that_never_answers_fails_when_azure_gives_it_up() {
    let failure = staged_under(FaultKind::NeverReady).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4013", FailureKind::Step)
    );
    assert!(
        failure.words.contains("did not start within expected time"),
        "{}",
        failure.words
    );
}

#[tokio::test]
async fn a_refused_permission_is_denied_in_azures_words() {
    let failure = staged_under(FaultKind::AccessDenied).await;
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4001", FailureKind::Denied)
    );
    assert!(
        failure.words.starts_with("AuthorizationFailed: "),
        "{}",
        failure.words
    );
}

#[tokio::test]
async fn an_app_that_turns_unhealthy_is_not_verified() {
    let sandbox = Sandbox::start().await;
    let (azure, mut unit) = (&sandbox.functions, unit("2.0.0"));
    unit.settings["stable_ms"] = 5000.into();
    sandbox
        .shared
        .faults
        .set(APP, FaultKind::UnhealthyAfterReady);
    // It is healthy for so short a time that either verb may see it fall ill.
    let failure = match azure.stage(&call("stage"), &unit).await {
        Ok(_) => azure.verify(&call("verify"), &unit).await.unwrap_err(),
        Err(failure) => failure,
    };
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4014", FailureKind::Step)
    );
    assert!(failure.words.contains("HTTP 500"), "{}", failure.words);
}

#[tokio::test]
async fn an_api_that_comes_back_is_waited_for_and_nothing_is_done_twice() {
    let sandbox = Sandbox::start().await;
    let (azure, unit) = (&sandbox.functions, unit("2.0.0"));
    sandbox.shared.faults.set(APP, FaultKind::ApiUnavailable);
    let failure = azure.observe(&unit).await.unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4004", FailureKind::Unavailable)
    );
    assert_eq!(failure.retry_after_ms, Some(1000));
    let (former, tried) = again(|| azure.observe(&unit)).await;
    assert!(tried > 0, "the fault lasts for several calls");
    azure.stage(&call("stage"), &unit).await.unwrap();
    azure
        .shift(&call("shift"), &unit, 100, &former.unwrap())
        .await
        .unwrap();
    assert_eq!(sandbox.count("slotsswap"), 1);
}

#[tokio::test]
async fn an_azure_that_is_gone_is_unavailable_and_not_a_failed_step() {
    let sandbox = Sandbox::start().await;
    let Sandbox {
        azure, functions, ..
    } = sandbox;
    drop(azure);
    let failure = functions.observe(&unit("2.0.0")).await.unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4004", FailureKind::Unavailable)
    );
    assert!(!failure.words.is_empty());
}

#[tokio::test]
async fn a_token_that_azure_does_not_know_is_denied_and_not_shown() {
    let sandbox = Sandbox::start().await;
    let endpoints = sandbox.access.endpoints.clone().unwrap();
    let access = segue_azure::Access::sandbox(endpoints, "stale-token");
    let azure = segue_azure::AzureFunctions::connect(&access, "s", "g").unwrap();
    let failure = azure.observe(&unit("2.0.0")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(!format!("{failure:?}").contains("stale-token"));
}

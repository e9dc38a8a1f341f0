//! What stands in the way of a deployment is said before anything changes.

use crate::sandbox::{APP, Sandbox, call, shows_no_secret, unit};
use segue_model::{FailureKind, Fault};
use segue_platform::Platform;
use serde_json::json;

#[tokio::test]
async fn a_missing_slot_comes_with_the_command_that_creates_it() {
    let sandbox = Sandbox::start_with(|world| world.apps[0].slots.clear()).await;
    let failure = sandbox
        .functions
        .stage(&call("stage"), &unit("2.0.0"))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.fault),
        ("SEG4010", Fault::User)
    );
    assert!(
        failure
            .hint
            .contains("az functionapp deployment slot create"),
        "{}",
        failure.hint
    );
    let seen = sandbox.functions.observe(&unit("2.0.0")).await.unwrap();
    assert!(seen.detail.get("slot").is_none());
    sandbox
        .functions
        .revert(&call("revert"), &unit("2.0.0"), &seen)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), [""; 0]);
}

#[tokio::test]
async fn a_missing_app_is_absent_and_cannot_be_deployed_to() {
    let sandbox = Sandbox::start().await;
    let mut unit = unit("2.0.0");
    unit.settings = json!({"app": "nothing-here"});
    let seen = sandbox.functions.observe(&unit).await.unwrap();
    assert_eq!(seen, segue_model::Observation::absent());
    let failure = sandbox
        .functions
        .stage(&call("stage"), &unit)
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4002", FailureKind::Step)
    );
    sandbox
        .functions
        .revert(&call("revert"), &unit, &seen)
        .await
        .unwrap();
}

#[tokio::test]
async fn settings_that_would_not_move_with_the_swap_are_refused() {
    let sandbox = Sandbox::start().await;
    let path = format!("Microsoft.Web/sites/{APP}/config/slotConfigNames");
    let body = json!({"properties": {"appSettingNames": ["MODE", "STORAGE"]}});
    sandbox.arm(reqwest::Method::PUT, &path, body).await;
    sandbox.shared.effects.reset();
    let failure = sandbox
        .functions
        .stage(&call("stage"), &unit("2.0.0"))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.words.as_str()),
        ("SEG4012", "MODE")
    );
    assert_eq!(sandbox.effects(), [""; 0]);
    shows_no_secret(&failure);
}

//! Host keys of function apps, rotated once per operation.

use crate::sandbox::{APP, GROUP, SUBSCRIPTION, Sandbox, call, fenced_off};
use segue_azure::FunctionKeyRotate;
use segue_model::FailureKind;
use segue_platform::Performer;
use serde_json::{Value, json};

async fn default_key(sandbox: &Sandbox) -> String {
    let path = format!("Microsoft.Web/sites/{APP}/host/default/listkeys");
    let keys = sandbox.arm(reqwest::Method::POST, &path, Value::Null).await;
    keys["functionKeys"]["default"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_rotated_once_per_operation_and_never_shown() {
    let sandbox = Sandbox::start().await;
    let rotate = FunctionKeyRotate::connect(&sandbox.access).unwrap();
    let input = json!({
        "app": APP, "key": "default", "subscription": SUBSCRIPTION, "resource_group": GROUP,
    });
    let former = default_key(&sandbox).await;
    let failure = rotate
        .perform(&fenced_off("rotate"), &input)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);

    let seen = rotate.perform(&call("rotate"), &input).await.unwrap();
    let key = default_key(&sandbox).await;
    assert_ne!(key, former);
    assert!(!format!("{seen:?}").contains(&key));
    assert_eq!(rotate.perform(&call("rotate"), &input).await.unwrap(), seen);
    assert_eq!(default_key(&sandbox).await, key);
    assert_eq!(sandbox.effects().len(), 1);

    rotate.perform(&call("next release"), &input).await.unwrap();
    assert_ne!(default_key(&sandbox).await, key);
    assert_eq!(sandbox.effects().len(), 2);
}

#[tokio::test]
async fn the_keys_of_an_app_that_is_not_there_cannot_be_rotated() {
    let sandbox = Sandbox::start().await;
    let rotate = FunctionKeyRotate::connect(&sandbox.access).unwrap();
    let input = json!({
        "app": "nobody", "key": "default", "subscription": SUBSCRIPTION, "resource_group": GROUP,
    });
    let failure = rotate.perform(&call("rotate"), &input).await.unwrap_err();
    assert_eq!(failure.code, "SEG4002");
}

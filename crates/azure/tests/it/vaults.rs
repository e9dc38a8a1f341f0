//! Key Vault: values by version, the check, and rotation once per operation.

use crate::sandbox::{GROUP, SIGNING_KEY, Sandbox, call, fenced_off, shows_no_secret};
use segue_azure::{KeyVault, KeyVaultCheck, KeyVaultRotate};
use segue_model::FailureKind;
use segue_platform::{Performer, Secrets};
use serde_json::json;

#[tokio::test]
async fn values_come_by_exact_version_and_are_never_shown() {
    let sandbox = Sandbox::start().await;
    let vault = KeyVault::connect(&sandbox.access).unwrap();
    let version = vault.current(GROUP, "jwt-signing-key").await.unwrap();
    let value = vault
        .value(GROUP, "jwt-signing-key", &version)
        .await
        .unwrap();
    assert_eq!(value.expose(), SIGNING_KEY);
    shows_no_secret(&value);
    let failure = vault
        .value(GROUP, "jwt-signing-key", "0123456789abcdef")
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4002");
    let failure = vault.current("another-vault", "x").await.unwrap_err();
    assert_eq!(failure.code, "SEG4002");
    assert_eq!(sandbox.effects(), [""; 0]);
}

#[tokio::test]
async fn readable_secrets_pass_the_check_and_missing_ones_do_not() {
    let sandbox = Sandbox::start().await;
    let check = KeyVaultCheck::connect(&sandbox.access).unwrap();
    let seen = check
        .perform(
            &call("check"),
            &json!({"vault": GROUP, "secrets": ["jwt-signing-key"]}),
        )
        .await;
    shows_no_secret(&seen);
    seen.unwrap();
    let input = json!({"vault": GROUP, "secrets": ["jwt-signing-key", "nobody"]});
    let failure = check.perform(&call("check"), &input).await.unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4002", FailureKind::Step)
    );
    assert!(
        failure.words.starts_with("SecretNotFound"),
        "{}",
        failure.words
    );
    let failure = check
        .perform(&call("check"), &json!({"vault": "a/b", "secrets": ["x"]}))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4016");
}

#[tokio::test]
async fn a_secret_is_rotated_once_per_operation() {
    let sandbox = Sandbox::start().await;
    let vault = KeyVault::connect(&sandbox.access).unwrap();
    let rotate = KeyVaultRotate::connect(&sandbox.access).unwrap();
    let input = json!({"vault": GROUP, "secret": "jwt-signing-key"});
    let failure = rotate
        .perform(&fenced_off("rotate"), &input)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
    let former = vault.current(GROUP, "jwt-signing-key").await.unwrap();

    let first = rotate.perform(&call("rotate"), &input).await.unwrap();
    let second = rotate.perform(&call("rotate"), &input).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(sandbox.effects().len(), 1);

    let version = vault.current(GROUP, "jwt-signing-key").await.unwrap();
    assert_eq!(first.output, json!({"version": version}));
    assert_ne!(version, former);
    let value = vault
        .value(GROUP, "jwt-signing-key", &version)
        .await
        .unwrap();
    assert_eq!(value.expose().len(), 43);
    assert!(!format!("{first:?}").contains(value.expose()));
    let before = vault
        .value(GROUP, "jwt-signing-key", &former)
        .await
        .unwrap();
    assert_eq!(
        before.expose(),
        SIGNING_KEY,
        "the former version stays readable"
    );

    rotate.perform(&call("next release"), &input).await.unwrap();
    assert_eq!(sandbox.effects().len(), 2);
}

//! Key Vault, driven by Azure's own client for Rust.

use super::{Cloud, TOKEN};
use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{ClientOptions, RetryOptions, StatusCode, Transport},
    time::{Duration, OffsetDateTime},
};
use azure_security_keyvault_secrets::{
    ResourceExt, SecretClient, SecretClientOptions,
    models::{
        SecretAttributes, SecretClientGetSecretOptions, SecretClientListSecretPropertiesOptions,
        SecretClientUpdateSecretPropertiesOptions, SetSecretParameters,
        UpdateSecretPropertiesParameters,
    },
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Debug)]
struct Static;

#[async_trait]
impl TokenCredential for Static {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let tomorrow = OffsetDateTime::now_utc() + Duration::days(1);
        Ok(AccessToken::new(TOKEN, tomorrow))
    }
}

fn client(cloud: &Cloud) -> SecretClient {
    let options = SecretClientOptions {
        client_options: ClientOptions {
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::new(cloud.client.clone()))),
            ..ClientOptions::default()
        },
        verify_challenge_resource: Some(false),
        ..SecretClientOptions::default()
    };
    let vault = &cloud.azure.endpoints.vaults["shop"];
    SecretClient::new(vault, Arc::new(Static), Some(options)).unwrap()
}

async fn set(client: &SecretClient, name: &str, value: &str) -> String {
    let body = SetSecretParameters {
        value: Some(value.to_owned()),
        content_type: Some("text/plain".to_owned()),
        tags: Some([("by".to_owned(), "test".to_owned())].into()),
        ..SetSecretParameters::default()
    };
    let set = client
        .set_secret(name, body.try_into().unwrap(), None)
        .await
        .unwrap();
    let secret = set.into_model().unwrap();
    secret.resource_id().unwrap().version.unwrap()
}

async fn get(client: &SecretClient, version: Option<String>) -> azure_core::Result<String> {
    let options = SecretClientGetSecretOptions {
        secret_version: version,
        ..SecretClientGetSecretOptions::default()
    };
    let secret = client
        .get_secret("signing-key", Some(options))
        .await?
        .into_model()?;
    Ok(secret.value.unwrap_or_default())
}

#[tokio::test]
async fn every_version_stays_readable() {
    let cloud = Cloud::start().await;
    let client = client(&cloud);
    assert_eq!(get(&client, None).await.unwrap(), "first");
    let second = set(&client, "signing-key", "second").await;
    let third = set(&client, "signing-key", "third").await;
    assert_eq!(get(&client, None).await.unwrap(), "third");
    assert_eq!(get(&client, Some(second)).await.unwrap(), "second");
    let listed = client
        .list_secret_properties_versions("signing-key", None)
        .unwrap();
    let versions: Vec<_> = listed.try_collect().await.unwrap();
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[2].resource_id().unwrap().version.unwrap(), third);
    assert_eq!(versions[2].tags.as_ref().unwrap()["by"], "test");
    let effects = cloud.shared.effects.all();
    assert_eq!(effects.len(), 2);
    assert_eq!(effects[0].api, "keyvault/shop");
    assert_eq!(
        (effects[0].verb.as_str(), effects[0].resource.as_str()),
        ("secrets.set", "signing-key")
    );
}

#[tokio::test]
async fn a_disabled_version_cannot_be_read() {
    let cloud = Cloud::start().await;
    let client = client(&cloud);
    let version = set(&client, "signing-key", "second").await;
    for _ in 0..2 {
        let body = UpdateSecretPropertiesParameters {
            secret_attributes: Some(SecretAttributes {
                enabled: Some(false),
                ..SecretAttributes::default()
            }),
            ..UpdateSecretPropertiesParameters::default()
        };
        let options = SecretClientUpdateSecretPropertiesOptions {
            secret_version: Some(version.clone()),
            ..SecretClientUpdateSecretPropertiesOptions::default()
        };
        let body = body.try_into().unwrap();
        client
            .update_secret_properties("signing-key", body, Some(options))
            .await
            .unwrap();
    }
    let error = get(&client, None).await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::Forbidden));
    assert!(
        error
            .to_string()
            .contains("not allowed on a disabled secret"),
        "{error}"
    );
    assert_eq!(cloud.effects().len(), 2);
}

#[tokio::test]
async fn secrets_are_listed_page_by_page_without_values() {
    let cloud = Cloud::start().await;
    let client = client(&cloud);
    for name in ["a", "b", "c"] {
        set(&client, name, "hidden").await;
    }
    let options = SecretClientListSecretPropertiesOptions {
        maxresults: Some(1),
        ..SecretClientListSecretPropertiesOptions::default()
    };
    let listed: Vec<_> = client
        .list_secret_properties(Some(options))
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|s| s.resource_id().unwrap().name)
        .collect();
    assert_eq!(names, ["a", "b", "c", "signing-key"]);
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_told_in_the_vaults_words() {
    let cloud = Cloud::start().await;
    let error = client(&cloud).get_secret("none", None).await.unwrap_err();
    assert_eq!(error.http_status(), Some(StatusCode::NotFound));
    let words = "A secret with (name/id) none was not found in this key vault.";
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn strangers_are_challenged_and_mistakes_are_named() {
    let cloud = Cloud::start().await;
    let vault = &cloud.azure.endpoints.vaults["shop"];
    let url = format!("{vault}/secrets/signing-key?api-version=7.6");
    let said = cloud.client.get(&url).send().await.unwrap();
    assert_eq!(said.status(), 401);
    let challenge = said.headers()["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        challenge.contains("resource=\"https://vault.azure.net\""),
        "{challenge}"
    );

    let refused = async |url: &str, body: Value| {
        let sent = cloud
            .client
            .put(url)
            .bearer_auth(TOKEN)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 400);
        sent.text().await.unwrap()
    };
    let unknown = refused(&url, json!({"value": "hidden", "valeu": 1})).await;
    assert!(
        unknown.contains("valeu") && !unknown.contains("hidden"),
        "{unknown}"
    );
    let version = refused(&format!("{vault}/secrets/x"), json!({})).await;
    assert!(version.contains("api-version must be specified"));
    let old = refused(&format!("{vault}/secrets/x?api-version=1.0"), json!({})).await;
    assert!(old.contains("7.6"));
    let gone = cloud
        .client
        .delete(&url)
        .bearer_auth(TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), 405);
}

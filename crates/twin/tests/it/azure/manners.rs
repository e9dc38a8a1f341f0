//! What every request to Resource Manager must have, and how it refuses.

use super::{Cloud, SITE, TOKEN, WEB};
use reqwest::Method;
use segue_twin::faults::{FaultKind, UNAVAILABLE_CALLS};
use serde_json::json;

#[tokio::test]
async fn a_token_is_required() {
    let cloud = Cloud::start().await;
    let url = format!("{}{SITE}?api-version={WEB}", cloud.azure.endpoints.arm);
    let none = cloud.client.get(&url).send().await.unwrap();
    assert_eq!(none.status(), 401);
    assert!(none.headers().contains_key("www-authenticate"));
    let wrong = cloud
        .client
        .get(&url)
        .bearer_auth("x")
        .send()
        .await
        .unwrap();
    let body: serde_json::Value = wrong.json().await.unwrap();
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    let right = cloud
        .client
        .get(&url)
        .bearer_auth(TOKEN)
        .send()
        .await
        .unwrap();
    assert_eq!(right.status(), 200);
    assert!(right.headers().contains_key("x-ms-request-id"));
    assert!(right.headers().contains_key("etag"));
}

#[tokio::test]
async fn an_api_version_that_the_provider_knows_is_required() {
    let cloud = Cloud::start().await;
    let said = cloud.arm(Method::GET, SITE, None).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (400, "MissingApiVersionParameter")
    );
    let said = cloud
        .arm(Method::GET, &format!("{SITE}?api-version=v1"), None)
        .await;
    assert_eq!(said.code(), "InvalidApiVersionParameter");
    let said = cloud
        .arm(Method::GET, &format!("{SITE}?api-version=1999-01-01"), None)
        .await;
    assert_eq!(said.code(), "NoRegisteredProviderFound");
    assert!(said.message().contains(WEB), "{}", said.message());
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_name() {
    let cloud = Cloud::start().await;
    let refused = |said: super::Said| {
        assert_eq!(
            (said.status.as_u16(), said.code()),
            (400, "InvalidRequestContent")
        );
        assert!(said.message().contains("imgae"), "{}", said.message());
    };
    let nested = json!({"properties": {"siteConfig": {"imgae": "x"}}});
    refused(cloud.patch(SITE, nested).await);
    refused(cloud.patch(SITE, json!({"imgae": "x"})).await);
    refused(
        cloud
            .patch(
                &format!("{SITE}/config/web"),
                json!({"properties": {"imgae": 1}}),
            )
            .await,
    );
    let swap = json!({"targetSlot": "staging", "preserveVnet": true, "imgae": 1});
    refused(cloud.post(&format!("{SITE}/slotsswap"), Some(swap)).await);
    assert!(cloud.effects().is_empty());
}

#[tokio::test]
async fn a_wrong_verb_or_place_is_refused() {
    let cloud = Cloud::start().await;
    let path = format!("{SITE}/config/appsettings?api-version={WEB}");
    let said = cloud.arm(Method::GET, &path, None).await;
    assert_eq!(said.status, 405);
    assert_eq!(said.headers["allow"], "PUT");
    let said = cloud.get(&format!("{SITE}/slots/blue")).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (404, "ResourceNotFound")
    );
    assert!(
        said.message()
            .contains("Microsoft.Web/sites/events-fn/slots/blue")
    );
    assert_eq!(
        cloud.get(&format!("{SITE}/wat")).await.code(),
        "InvalidResourceType"
    );
    let other = SITE.replace("/sub/", "/other/");
    assert_eq!(cloud.get(&other).await.code(), "SubscriptionNotFound");
    let elsewhere = SITE.replace("/shop/", "/other/");
    assert_eq!(cloud.get(&elsewhere).await.code(), "ResourceGroupNotFound");
    assert_eq!(cloud.get(&SITE.to_uppercase()).await.status, 200);
}

#[tokio::test]
async fn faults_answer_in_arms_words() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::ApiUnavailable);
    for _ in 0..UNAVAILABLE_CALLS {
        let said = cloud.get(SITE).await;
        assert_eq!(said.status, 503);
        assert_eq!(said.headers["retry-after"], "1");
    }
    assert_eq!(cloud.get(SITE).await.status, 200);

    cloud.shared.faults.set("events", FaultKind::AccessDenied);
    let settings = format!("{SITE}/config/appsettings");
    let said = cloud.put(&settings, json!({"properties": {}})).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (403, "AuthorizationFailed")
    );
    assert_eq!(
        cloud.post(&format!("{settings}/list"), None).await.status,
        200
    );
    assert!(cloud.effects().is_empty());
}

//! Event Grid: subscriptions are redirected and given back.

use super::{Cloud, GROUP, Said, pause};
use reqwest::Method;
use serde_json::{Value, json};

const VERSION: &str = "api-version=2022-06-15";

fn path() -> String {
    format!("{GROUP}/providers/Microsoft.EventGrid/topics/orders/eventSubscriptions/events")
}

async fn send(cloud: &Cloud, method: Method, path: &str, body: Option<Value>) -> Said {
    cloud.arm(method, &format!("{path}?{VERSION}"), body).await
}

async fn settled(cloud: &Cloud) -> Value {
    loop {
        let body = send(cloud, Method::GET, &path(), None).await.body;
        if body["properties"]["provisioningState"] == "Succeeded" {
            return body;
        }
        pause().await;
    }
}

#[tokio::test]
async fn a_subscription_is_redirected_and_given_back() {
    let cloud = Cloud::start().await;
    let former = settled(&cloud).await["properties"]["destination"].clone();
    assert_eq!(former["endpointType"], "AzureFunction");
    let queue = json!({"destination": {"endpointType": "StorageQueue", "properties": {
        "resourceId": format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/shop"),
        "queueName": "held", "queueMessageTimeToLiveInSeconds": -1}}});
    let said = send(&cloud, Method::PATCH, &path(), Some(queue.clone())).await;
    assert_eq!(said.status, 201);
    assert_eq!(said.body["properties"]["provisioningState"], "Updating");
    let operation = said.headers["azure-asyncoperation"].to_str().unwrap();
    let status = cloud.send(Method::GET, operation, None).await;
    assert_eq!(status.status, 200);
    assert_eq!(
        settled(&cloud).await["properties"]["destination"],
        queue["destination"]
    );
    let status = cloud.send(Method::GET, operation, None).await;
    assert_eq!(status.body["status"], "Succeeded");

    // Again the same, and back: one effect each.
    send(&cloud, Method::PATCH, &path(), Some(queue)).await;
    send(
        &cloud,
        Method::PATCH,
        &path(),
        Some(json!({"destination": former})),
    )
    .await;
    assert_eq!(settled(&cloud).await["properties"]["destination"], former);
    let verbs: Vec<_> = cloud.effects().into_iter().map(|(verb, _)| verb).collect();
    assert_eq!(verbs, ["eventSubscriptions.update"; 2]);
}

#[tokio::test]
async fn both_paths_lead_to_the_same_subscription() {
    let cloud = Cloud::start().await;
    let scoped = format!(
        "{GROUP}/providers/Microsoft.EventGrid/topics/orders/providers/Microsoft.EventGrid/eventSubscriptions/events"
    );
    let one = send(&cloud, Method::GET, &scoped, None).await;
    assert_eq!(one.body["id"], scoped);
    assert_eq!(
        one.body,
        send(&cloud, Method::GET, &path(), None).await.body
    );
    let topic = format!("{GROUP}/providers/Microsoft.EventGrid/topics/orders");
    assert_eq!(send(&cloud, Method::GET, &topic, None).await.status, 200);
}

#[tokio::test]
async fn what_is_not_there_or_not_known_is_refused() {
    let cloud = Cloud::start().await;
    let missing = path().replace("/events", "/none");
    assert_eq!(send(&cloud, Method::GET, &missing, None).await.status, 404);
    let nowhere = json!({"destination": {"endpointType": "AzureFunction",
        "properties": {"resourceId": format!("{GROUP}/nothing")}}});
    let said = send(&cloud, Method::PATCH, &path(), Some(nowhere)).await;
    assert!(
        said.message().contains("Destination endpoint not found"),
        "{said:?}"
    );
    let said = send(
        &cloud,
        Method::PATCH,
        &path(),
        Some(json!({"paused": true})),
    )
    .await;
    assert!(said.message().contains("paused"), "{said:?}");
    let said = send(&cloud, Method::DELETE, &path(), None).await;
    assert_eq!(said.status, 405);
}

#[tokio::test]
async fn a_new_web_hook_hides_its_query() {
    let cloud = Cloud::start().await;
    let new = path().replace("/events", "/hook");
    let hook = json!({"properties": {"destination": {"endpointType": "WebHook",
        "properties": {"endpointUrl": "https://example.com/hook?code=secret"}}}});
    let said = send(&cloud, Method::PUT, &new, Some(hook)).await;
    assert_eq!(said.status, 201);
    assert_eq!(said.body["properties"]["provisioningState"], "Creating");
    assert!(!said.text.contains("secret"));
    let shown = &said.body["properties"]["destination"]["properties"];
    assert_eq!(shown["endpointBaseUrl"], "https://example.com/hook");
    let full = send(&cloud, Method::POST, &format!("{new}/getFullUrl"), None).await;
    assert_eq!(
        full.body["endpointUrl"],
        "https://example.com/hook?code=secret"
    );
}

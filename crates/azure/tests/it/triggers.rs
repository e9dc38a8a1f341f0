//! An event subscription, paused and given back.

use crate::sandbox::{APP, GROUP, Sandbox, call, fenced_off};
use segue_model::FailureKind;
use segue_platform::Triggers;
use segue_twin::azure::HoldQueue;
use serde_json::{Value, json};

const PATH: &str =
    "Microsoft.EventGrid/topics/storefront-events/eventSubscriptions/event-processor";

fn settings() -> Value {
    json!({"event_grid": {
        "topic": "storefront-events", "subscription": "event-processor",
        "hold": {"storage_account": "storefrontprod", "queue": "held-domain-events"},
    }})
}

async fn properties(sandbox: &Sandbox) -> Value {
    sandbox.get(PATH).await["properties"].clone()
}

#[tokio::test]
async fn a_paused_subscription_holds_its_events_and_comes_back_whole() {
    let sandbox = Sandbox::start().await;
    let (azure, before) = (&sandbox.functions, properties(&sandbox).await);
    let former = azure
        .read(&call("lease"), &settings())
        .await
        .unwrap()
        .output;
    assert_eq!(sandbox.effects(), [""; 0], "reading changes nothing");

    azure
        .pause(&call("pause"), &settings(), &former)
        .await
        .unwrap();
    let paused = properties(&sandbox).await;
    assert_eq!(paused["destination"]["endpointType"], "StorageQueue");
    let queue = &paused["destination"]["properties"];
    assert_eq!(queue["queueName"], "held-domain-events");
    assert_eq!(queue["queueMessageTimeToLiveInSeconds"], -1);
    let account = queue["resourceId"].as_str().unwrap();
    assert!(account.ends_with(&format!(
        "/resourceGroups/{GROUP}/providers/Microsoft.Storage/storageAccounts/storefrontprod"
    )));
    assert_eq!(paused["provisioningState"], "Succeeded");

    azure
        .pause(&call("pause"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(sandbox.effects().len(), 1, "paused once");

    azure
        .restore(&call("resume"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(properties(&sandbox).await, before);
    azure
        .restore(&call("resume"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(sandbox.effects().len(), 2, "restored once");
}

#[tokio::test]
async fn what_was_paused_already_stays_paused() {
    let sandbox = Sandbox::start_with(|world| {
        world.event_subscriptions[0].held = Some(HoldQueue {
            storage_account: "storefrontprod".into(),
            queue: "held-domain-events".into(),
        });
    })
    .await;
    let azure = &sandbox.functions;
    let former = azure
        .read(&call("lease"), &settings())
        .await
        .unwrap()
        .output;
    azure
        .pause(&call("pause"), &settings(), &former)
        .await
        .unwrap();
    azure
        .restore(&call("resume"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(sandbox.effects(), [""; 0]);
}

#[tokio::test]
async fn everything_that_changed_meanwhile_is_given_back() {
    let sandbox = Sandbox::start().await;
    let (azure, before) = (&sandbox.functions, properties(&sandbox).await);
    let former = azure
        .read(&call("lease"), &settings())
        .await
        .unwrap()
        .output;
    azure
        .pause(&call("pause"), &settings(), &former)
        .await
        .unwrap();
    let labels = json!({"labels": ["night"]});
    sandbox.arm(reqwest::Method::PATCH, PATH, labels).await;
    azure
        .restore(&call("resume"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(properties(&sandbox).await, before);
}

#[tokio::test]
async fn a_webhook_with_a_key_in_its_url_is_refused_before_it_is_lost() {
    let sandbox = Sandbox::start().await;
    let hook = |url: &str| {
        json!({"destination": {"endpointType": "WebHook", "properties": {
        "endpointUrl": url, "endpointBaseUrl": "https://fn.example/hook"}}})
    };
    let with_key = hook("https://fn.example/hook?code=that-nobody-may-see");
    sandbox.arm(reqwest::Method::PATCH, PATH, with_key).await;
    let failure = sandbox
        .functions
        .read(&call("lease"), &settings())
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG4020", FailureKind::Step)
    );
    assert!(!format!("{failure:?}").contains("that-nobody-may-see"));

    sandbox
        .arm(
            reqwest::Method::PATCH,
            PATH,
            hook("https://fn.example/hook"),
        )
        .await;
    let azure = &sandbox.functions;
    let former = azure
        .read(&call("lease"), &settings())
        .await
        .unwrap()
        .output;
    azure
        .pause(&call("pause"), &settings(), &former)
        .await
        .unwrap();
    let paused = properties(&sandbox).await;
    assert_eq!(paused["destination"]["endpointType"], "StorageQueue");
    azure
        .restore(&call("resume"), &settings(), &former)
        .await
        .unwrap();
    assert_eq!(
        properties(&sandbox).await["destination"],
        former["destination"]
    );
}

#[tokio::test]
async fn a_trigger_that_is_not_there_or_not_one_is_said_so() {
    let sandbox = Sandbox::start().await;
    let mut missing = settings();
    missing["event_grid"]["subscription"] = "nobody".into();
    let failure = sandbox
        .functions
        .read(&call("lease"), &missing)
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4002");
    let failure = sandbox
        .functions
        .read(&call("lease"), &json!({"pubsub": {}}))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG4016");
}

#[tokio::test]
async fn who_lost_the_lock_pauses_nothing() {
    let sandbox = Sandbox::start().await;
    let azure = &sandbox.functions;
    let former = azure
        .read(&call("lease"), &settings())
        .await
        .unwrap()
        .output;
    let failure = azure
        .pause(&fenced_off("pause"), &settings(), &former)
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
    assert_eq!(sandbox.effects(), [""; 0]);
    assert!(
        former["destination"]["properties"]["resourceId"]
            .as_str()
            .unwrap()
            .contains(APP)
    );
}

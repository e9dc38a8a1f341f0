//! Gates and webhooks against a server on loopback.

use crate::call;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use segue_integrations::{HttpGate, Outside, Variables, Webhook};
use segue_model::{Evidence, Failure, FailureKind};
use segue_platform::Performer;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

type Received = Arc<Mutex<Vec<(String, String)>>>;

async fn serve() -> (Outside, Received) {
    let received = Received::default();
    let app = Router::new()
        .route("/qa", get(|| async { r#"{"conclusion":"success"}"# }))
        .route(
            "/down",
            get(|| async { (StatusCode::SERVICE_UNAVAILABLE, "maintenance") }),
        )
        .route("/text", get(|| async { "fine" }))
        .route("/large", get(|| async { "x".repeat(2 << 20) }))
        .route("/hook", post(receive))
        .route(
            "/busy",
            post(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")], "") }),
        )
        .route(
            "/gone",
            post(|| async { (StatusCode::GONE, "no such channel") }),
        )
        .with_state(received.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let known = BTreeMap::from([("BASE".to_owned(), base)]);
    (
        Outside::new(Variables::over_environment(known), None),
        received,
    )
}

async fn receive(State(received): State<Received>, headers: HeaderMap, body: String) {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    received.lock().unwrap().push((key, body));
}

fn client() -> reqwest::Client {
    // A second test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn ask(input: Value) -> Result<Evidence, Failure> {
    let (outside, _) = serve().await;
    HttpGate::new(client(), outside)
        .perform(&call(), &input)
        .await
}

#[tokio::test]
async fn an_open_gate_says_what_was_answered() {
    let input =
        json!({"url": "${BASE}/qa", "status": 200, "json": "/conclusion", "equals": "success"});
    let evidence = ask(input).await.unwrap();
    assert_eq!(evidence.summary, "answered 200, /conclusion is \"success\"");
}

#[tokio::test]
async fn a_closed_gate_says_why() {
    let closed = |url: &str, equals: &str| json!({"url": url, "status": 200, "json": "/conclusion", "equals": equals});
    let texts = [
        ask(closed("${BASE}/qa", "failure"))
            .await
            .unwrap_err()
            .to_string(),
        ask(closed("${BASE}/down", "x"))
            .await
            .unwrap_err()
            .to_string(),
        ask(closed("${BASE}/large", "x"))
            .await
            .unwrap_err()
            .to_string(),
    ];
    assert_eq!(
        texts,
        [
            "${BASE}/qa answered /conclusion = \"success\", expected \"failure\"",
            "${BASE}/down answered 503, expected 200: maintenance",
            "${BASE}/large answers more than 1 MiB",
        ]
    );
    let text = ask(closed("${BASE}/text", "x")).await.unwrap_err();
    assert!(text.to_string().contains("no JSON"));
    let nobody = json!({"url": "http://127.0.0.1:1/", "status": 200});
    let failure = ask(nobody).await.unwrap_err();
    assert!(failure.what.contains("does not answer") && !failure.words.is_empty());
    // Nobody said that it is closed.
    assert_eq!(failure.kind, FailureKind::Unavailable);
}

async fn tell(path: &str) -> (Result<Evidence, Failure>, Vec<(String, String)>) {
    let (outside, received) = serve().await;
    let input = json!({
        "url": format!("${{BASE}}/{path}"), "release": "r1", "environment": "production",
        "changes": [{"module": "auth", "target": "aks", "from": "1.9.2", "to": "2.1.0"}],
    });
    let result = Webhook::new(client(), outside)
        .perform(&call(), &input)
        .await;
    let received = received.lock().unwrap().clone();
    (result, received)
}

#[tokio::test]
async fn people_are_told_what_changed() {
    let (result, received) = tell("hook").await;
    result.unwrap();
    let (key, body) = &received[0];
    assert_eq!(key, call().key.as_str());
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body["text"],
        "production: release r1 is live (auth@aks 1.9.2 → 2.1.0)"
    );
}

#[tokio::test]
async fn a_busy_receiver_is_tried_again_and_a_missing_one_is_not() {
    let (busy, _) = tell("busy").await;
    let busy = busy.unwrap_err();
    assert_eq!(
        (busy.kind, busy.retry_after_ms),
        (FailureKind::Unavailable, Some(7000))
    );
    let (gone, _) = tell("gone").await;
    let gone = gone.unwrap_err();
    assert_eq!(gone.kind, FailureKind::Step);
    assert_eq!(gone.words, "no such channel");
}

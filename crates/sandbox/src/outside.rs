//! What is outside the clouds: pipelines, providers' status pages, webhooks.
//! Each gate is answered as it wants to be, each message is kept.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use segue_manifest::{GateKind, Manifest};
use segue_twin::{Shared, tripwire::guard};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The world outside, on a port of its own.
pub(crate) struct Outside {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Inside {
    shared: Shared,
    gates: Arc<BTreeMap<String, (StatusCode, Value)>>,
    /// The keys of the messages that came; the same key is the same message.
    keys: Arc<Mutex<BTreeSet<String>>>,
}

impl Outside {
    pub(crate) async fn start(shared: &Shared, manifest: &Manifest) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let inside = Inside {
            shared: shared.clone(),
            gates: Arc::new(gates(manifest)),
            keys: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(inside);
        let app = guard(app, "outside", shared.effects.tripwire());
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, server })
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// What each gate wants to be answered, by host and path. A document answers
/// all gates that ask for it.
fn gates(manifest: &Manifest) -> BTreeMap<String, (StatusCode, Value)> {
    let mut answers = BTreeMap::new();
    for gate in &manifest.gates {
        let GateKind::Http { url, expect } = &gate.kind else {
            continue;
        };
        let (_, place) = url.split_once("://").unwrap_or_default();
        let place = place.split(['?', '#']).next().unwrap_or_default();
        let status = StatusCode::from_u16(expect.status).unwrap_or(StatusCode::OK);
        let (_, body) = answers
            .entry(place.to_owned())
            .or_insert((status, json!({})));
        if let Some(pointer) = &expect.json {
            let wanted = expect.equals.clone().unwrap_or(json!(true));
            put(body, pointer.trim_start_matches('/'), wanted);
        }
    }
    answers
}

/// Puts `value` where the JSON Pointer (without its first slash) leads, through objects.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let place = match pointer.split_once('/') {
        None => {
            body[pointer.replace("~1", "/").replace("~0", "~")] = value;
            return;
        }
        Some(place) => place,
    };
    let (first, rest) = place;
    if !body[first].is_object() {
        body[first] = json!({});
    }
    put(&mut body[first], rest, value);
}

async fn answer(State(inside): State<Inside>, headers: HeaderMap, request: Request) -> Response {
    let place = request.uri().path().trim_start_matches('/').to_owned();
    match *request.method() {
        Method::GET => match inside.gates.get(&place) {
            Some((status, body)) => (*status, body.to_string()).into_response(),
            None => (StatusCode::NOT_FOUND, format!("nobody is at {place}")).into_response(),
        },
        Method::POST => {
            let key = headers.get("idempotency-key");
            let key = key.and_then(|it| it.to_str().ok()).unwrap_or_default();
            let mut keys = inside.keys.lock().unwrap_or_else(PoisonError::into_inner);
            if keys.insert(key.to_owned()) {
                inside.shared.effects.record("outside", "post", &place);
            }
            (StatusCode::OK, "thank you").into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_through_objects() {
        let mut body = json!({});
        put(&mut body, "a/b", json!(1));
        put(&mut body, "a/c", json!(2));
        assert_eq!(body, json!({"a": {"b": 1, "c": 2}}));
    }
}

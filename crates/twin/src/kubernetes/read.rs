//! get, list and watch.

use super::{
    Inner,
    object::text,
    request::{Options, Target},
    selector::Selector,
    status::ApiError,
    store::{Change, Store},
};
use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::{Value, json};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::{sync::watch, time::Instant};

/// One object.
pub fn get(store: &Store, target: &Target) -> Result<Response, ApiError> {
    let object = store
        .get(target.kind, &target.namespace, &target.name)
        .ok_or_else(|| ApiError::not_found(target.kind, &target.name))?;
    Ok(axum::Json(object).into_response())
}

/// All that are selected. Items do not repeat what kind they are, as in the
/// real API.
pub fn list(store: &Store, target: &Target, options: &Options) -> Response {
    let items: Vec<Value> = selected(store, target, &options.selector)
        .map(|object| {
            let mut item = Value::clone(object);
            if let Some(fields) = item.as_object_mut() {
                fields.remove("apiVersion");
                fields.remove("kind");
            }
            item
        })
        .collect();
    axum::Json(json!({
        "kind": format!("{}List", target.kind.kind),
        "apiVersion": target.kind.api_version(),
        "metadata": {"resourceVersion": store.version().to_string()},
        "items": items,
    }))
    .into_response()
}

fn selected<'a>(
    store: &'a Store,
    target: &'a Target,
    selector: &'a Selector,
) -> impl Iterator<Item = &'a Arc<Value>> {
    store
        .list(target.kind, &target.namespace)
        .filter(|object| target.name.is_empty() || text(object, "/metadata/name") == target.name)
        .filter(|object| selector.matches(object))
}

/// One watch: what it selects, and how far it has got.
struct Watch {
    inner: Arc<Inner>,
    target: Target,
    options: Options,
    version: u64,
    waiting: VecDeque<Bytes>,
    changes: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    until: Option<Instant>,
    ended: bool,
}

/// Follows what is selected, from a version or from now.
pub fn follow(inner: &Arc<Inner>, target: Target, options: Options) -> Result<Response, ApiError> {
    let from = match options.resource_version.as_str() {
        "" | "0" => 0,
        given => given.parse::<u64>().map_err(|_| {
            ApiError::bad_request(format!("resourceVersion: Invalid value: \"{given}\""))
        })?,
    };
    let store = inner.store();
    let mut watch = Watch {
        inner: inner.clone(),
        version: from,
        waiting: VecDeque::new(),
        changes: store.subscribe(),
        closing: inner.closing.subscribe(),
        until: options
            .timeout_seconds
            .map(|seconds| Instant::now() + Duration::from_secs(seconds)),
        ended: false,
        target,
        options,
    };
    watch.begin(&store);
    drop(store);
    let body = futures::stream::unfold(watch, |mut watch| async move {
        let next = watch.next().await?;
        Some((Ok::<_, std::convert::Infallible>(next), watch))
    });
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        Body::from_stream(body),
    )
        .into_response())
}

impl Watch {
    fn begin(&mut self, store: &Store) {
        if self.version > 0 && !self.options.initial_events {
            if self.version + 1 < store.oldest() {
                let error = ApiError::expired(self.version, store.oldest());
                self.push("ERROR", &error.to_wire());
                self.ended = true;
            }
            return;
        }
        let present: Vec<_> = selected(store, &self.target, &self.options.selector)
            .cloned()
            .collect();
        for object in present {
            self.push("ADDED", &object);
        }
        self.version = store.version();
        if self.options.initial_events && self.options.bookmarks {
            self.push_bookmark(json!({"k8s.io/initial-events-end": "true"}));
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.waiting.pop_front() {
                return Some(line);
            }
            if self.ended || *self.closing.borrow_and_update() {
                return None;
            }
            self.changes.mark_unchanged();
            self.read_on();
            if !self.waiting.is_empty() {
                continue;
            }
            let until = self.until;
            let over = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.changes.changed() => {}
                _ = self.closing.changed() => self.ended = true,
                () = over => {
                    self.ended = true;
                    if self.options.bookmarks {
                        self.push_bookmark(json!({}));
                    }
                }
            }
        }
    }

    /// Takes over what changed since the last look.
    fn read_on(&mut self) {
        let inner = self.inner.clone();
        let store = inner.store();
        if self.version + 1 < store.oldest() {
            let error = ApiError::expired(self.version, store.oldest());
            self.push("ERROR", &error.to_wire());
            self.ended = true;
            return;
        }
        for change in store.since(self.version) {
            if let Some(what) = self.shows(change) {
                self.push(what, &change.shown);
            }
        }
        self.version = store.version();
    }

    /// What a change is to this watch: an object that is no longer selected is
    /// deleted for it.
    fn shows(&self, change: &Change) -> Option<&'static str> {
        let (target, selector) = (&self.target, &self.options.selector);
        let within = |object: &Arc<Value>| {
            (target.namespace.is_empty() || text(object, "/metadata/namespace") == target.namespace)
                && (target.name.is_empty() || text(object, "/metadata/name") == target.name)
                && selector.matches(object)
        };
        if !std::ptr::eq(change.kind, target.kind) {
            return None;
        }
        let before = change.before.as_ref().is_some_and(within);
        let after = change.after.as_ref().is_some_and(within);
        match (before, after) {
            (false, true) => Some("ADDED"),
            (true, true) => Some("MODIFIED"),
            (true, false) => Some("DELETED"),
            (false, false) => None,
        }
    }

    fn push(&mut self, what: &str, object: &Value) {
        let line = format!("{{\"type\":\"{what}\",\"object\":{object}}}\n");
        self.waiting.push_back(Bytes::from(line));
    }

    fn push_bookmark(&mut self, annotations: Value) {
        let mut metadata = json!({"resourceVersion": self.version.to_string()});
        if annotations != json!({}) {
            metadata["annotations"] = annotations;
        }
        let bookmark = json!({
            "kind": self.target.kind.kind, "apiVersion": self.target.kind.api_version(),
            "metadata": metadata,
        });
        self.push("BOOKMARK", &bookmark);
    }
}

//! delete, of one object or of all that are selected.

use super::{
    Inner, kind,
    kind::Kind,
    object::{self, items, name, namespace, text, uid},
    request::{self, Options, Target},
    status::ApiError,
    store::Store,
};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// DELETE on an object. The body may hold `DeleteOptions`.
pub fn delete(
    inner: &Inner,
    target: &Target,
    options: &mut Options,
    body: &Value,
) -> Result<Response, ApiError> {
    read_body(options, body)?;
    let mut store = inner.store();
    let object = store
        .get(target.kind, &target.namespace, &target.name)
        .cloned()
        .ok_or_else(|| ApiError::not_found(target.kind, &target.name))?;
    preconditions(target.kind, &object, &body["preconditions"])?;
    if !options.dry_run {
        remove(inner, &mut store, target.kind, &object, options);
    }
    // a pod is still there while it ends, and the answer shows it
    if let Some(left) = store.get(target.kind, &target.namespace, &target.name) {
        return Ok(axum::Json(left).into_response());
    }
    Ok(axum::Json(json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {
            "name": target.name, "group": target.kind.group, "kind": target.kind.plural,
            "uid": uid(&object),
        },
    }))
    .into_response())
}

/// DELETE on a collection.
pub fn delete_all(
    inner: &Inner,
    target: &Target,
    options: &mut Options,
    body: &Value,
) -> Result<Response, ApiError> {
    read_body(options, body)?;
    let mut store = inner.store();
    let selected: Vec<_> = store
        .list(target.kind, &target.namespace)
        .filter(|object| options.selector.matches(object))
        .cloned()
        .collect();
    if !options.dry_run {
        for object in &selected {
            remove(inner, &mut store, target.kind, object, options);
        }
    }
    Ok(axum::Json(json!({
        "kind": format!("{}List", target.kind.kind), "apiVersion": target.kind.api_version(),
        "metadata": {"resourceVersion": store.version().to_string()}, "items": selected,
    }))
    .into_response())
}

fn read_body(options: &mut Options, body: &Value) -> Result<(), ApiError> {
    const KNOWN: [&str; 8] = [
        "apiVersion",
        "kind",
        "propagationPolicy",
        "gracePeriodSeconds",
        "preconditions",
        "dryRun",
        "orphanDependents",
        "ignoreStoreReadErrorWithClusterBreakingPotential",
    ];
    for (field, value) in body.as_object().into_iter().flatten() {
        match field.as_str() {
            "propagationPolicy" => {
                options.propagation = request::propagation(value.as_str().unwrap_or_default())?;
            }
            "gracePeriodSeconds" => options.grace_seconds = value.as_u64(),
            "dryRun" => {
                for value in value.as_array().into_iter().flatten() {
                    options.dry_run |= request::dry_run(value.as_str().unwrap_or("?"))?;
                }
            }
            field if KNOWN.contains(&field) => {}
            _ => {
                return Err(ApiError::bad_request(format!(
                    "strict decoding error: unknown field \"{field}\""
                )));
            }
        }
    }
    Ok(())
}

fn preconditions(kind: &Kind, object: &Value, wanted: &Value) -> Result<(), ApiError> {
    for (field, words) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
        let (wanted, found) = (
            text(wanted, &format!("/{field}")),
            text(object, &format!("/metadata/{field}")),
        );
        if !wanted.is_empty() && wanted != found {
            let words = format!(
                "Precondition failed: {words} in precondition: {wanted}, {words} in object meta: {found}"
            );
            return Err(ApiError::conflict(kind, name(object), &words));
        }
    }
    Ok(())
}

fn remove(
    inner: &Inner,
    store: &mut Store,
    kind: &'static Kind,
    object: &Arc<Value>,
    options: &Options,
) {
    if object::is_terminating(object) && options.grace_seconds != Some(0) {
        return;
    }
    inner.record("delete", kind, object);
    if options.propagation == "Orphan" {
        orphan(store, uid(object));
    }
    if kind.kind == "Namespace" {
        empty(store, name(object));
    }
    if options.grace_seconds == Some(0) {
        store.remove(kind, object);
    } else {
        store.delete(kind, object);
    }
}

/// What the owner leaves behind belongs to nobody.
fn orphan(store: &mut Store, owner: &str) {
    for kind in kind::ALL {
        let left: Vec<_> = store
            .list(kind, "")
            .filter(|object| {
                items(object, "/metadata/ownerReferences")
                    .iter()
                    .any(|o| text(o, "/uid") == owner)
            })
            .cloned()
            .collect();
        for object in left {
            store.edit(kind, namespace(&object), name(&object), |object| {
                if let Some(Value::Array(owners)) = object.pointer_mut("/metadata/ownerReferences")
                {
                    owners.retain(|each| text(each, "/uid") != owner);
                }
            });
        }
    }
}

/// A namespace takes along everything in it.
fn empty(store: &mut Store, within: &str) {
    for kind in kind::ALL.iter().filter(|kind| kind.namespaced) {
        let inside: Vec<_> = store.list(kind, within).cloned().collect();
        for object in inside {
            store.remove(kind, &object);
        }
    }
}

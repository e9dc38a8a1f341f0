//! create, update, patch and apply: each makes the object that is wanted and
//! hands it to `admission`.

use super::{
    Inner,
    admission::{Owner, Write, drop_nulls},
    apply,
    kind::Kind,
    object::{items, name, namespace, suffix, text},
    patch,
    request::{Options, Target},
    status::{ApiError, Cause},
    store::Store,
};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// POST on a collection.
pub fn create(
    inner: &Inner,
    target: &Target,
    options: &Options,
    mut object: Value,
) -> Result<Response, ApiError> {
    let kind = target.kind;
    is_of_kind(kind, &object)?;
    check(kind, &object)?;
    if name(&object).is_empty() {
        let prefix = text(&object, "/metadata/generateName").to_owned();
        if prefix.is_empty() {
            let cause = Cause::required("metadata.name", "name or generateName is required");
            return Err(ApiError::invalid(kind, "", &[cause]));
        }
        object["metadata"]["name"] = json!(format!("{prefix}{}", suffix()));
    }
    place(target, &mut object)?;
    let mut store = inner.store();
    if store.get(kind, &target.namespace, name(&object)).is_some() {
        return Err(ApiError::already_exists(kind, name(&object)));
    }
    let write = Write {
        inner,
        target,
        options,
        verb: "create",
        live: None,
    };
    write.carry_out(&mut store, object, Owner::Updater)
}

/// PUT on an object.
pub fn update(
    inner: &Inner,
    target: &Target,
    options: &Options,
    mut object: Value,
) -> Result<Response, ApiError> {
    is_of_kind(target.kind, &object)?;
    check(target.kind, &object)?;
    is_named(target, &object)?;
    place(target, &mut object)?;
    let mut store = inner.store();
    let live = existing(&store, target)?;
    let write = Write {
        inner,
        target,
        options,
        verb: "update",
        live: Some(live),
    };
    write.carry_out(&mut store, object, Owner::Updater)
}

/// PATCH on an object, in any of the four ways.
pub fn patch(
    inner: &Inner,
    target: &Target,
    options: &Options,
    content_type: &str,
    wanted: Value,
) -> Result<Response, ApiError> {
    if content_type == "application/apply-patch+yaml" {
        return server_side_apply(inner, target, options, wanted);
    }
    let mut store = inner.store();
    let live = existing(&store, target)?;
    let mut object = Value::clone(&live);
    match content_type {
        "application/merge-patch+json" => patch::merge(&mut object, &wanted),
        "application/strategic-merge-patch+json" => {
            patch::strategic(&mut object, &wanted, target.kind.kind, "");
        }
        "application/json-patch+json" => patch::json(&mut object, &wanted)?,
        other => return Err(ApiError::unsupported_media_type(other)),
    }
    check(target.kind, &object)?;
    is_named(target, &object)?;
    // a patch that says nothing of a version is meant for any
    let wanted_version = text(&wanted, "/metadata/resourceVersion").to_owned();
    object["metadata"]["resourceVersion"] = json!(wanted_version);
    let write = Write {
        inner,
        target,
        options,
        verb: "patch",
        live: Some(live),
    };
    write.carry_out(&mut store, object, Owner::Updater)
}

fn server_side_apply(
    inner: &Inner,
    target: &Target,
    options: &Options,
    mut wanted: Value,
) -> Result<Response, ApiError> {
    let kind = target.kind;
    if options.field_manager.is_empty() {
        return Err(ApiError::bad_request(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required \
             for apply patch",
        ));
    }
    is_of_kind(kind, &wanted)?;
    (kind.check)(&wanted).map_err(|words| {
        ApiError::bad_request(format!(
            "failed to create typed patch object ({}/{}; {}, Kind={}): {words}",
            target.namespace,
            target.name,
            kind.api_version(),
            kind.kind
        ))
    })?;
    if !items(&wanted, "/metadata/managedFields").is_empty() {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    drop_nulls(&mut wanted);
    is_named(target, &wanted)?;
    place(target, &mut wanted)?;
    let mut store = inner.store();
    let live = store.get(kind, &target.namespace, &target.name).cloned();
    let nothing = json!({
        "apiVersion": wanted["apiVersion"], "kind": wanted["kind"], "metadata": {"name": target.name},
    });
    let before = live.as_deref().unwrap_or(&nothing);
    let mut object = apply::apply(before, &wanted, &options.field_manager, options.force)?;
    place(target, &mut object)?;
    object["metadata"]["resourceVersion"] = wanted["metadata"]["resourceVersion"].clone();
    let write = Write {
        inner,
        target,
        options,
        verb: "apply",
        live,
    };
    write.carry_out(&mut store, object, Owner::Applier)
}

fn existing(store: &Store, target: &Target) -> Result<Arc<Value>, ApiError> {
    store
        .get(target.kind, &target.namespace, &target.name)
        .cloned()
        .ok_or_else(|| ApiError::not_found(target.kind, &target.name))
}

fn is_of_kind(kind: &Kind, object: &Value) -> Result<(), ApiError> {
    let (version, given) = (text(object, "/apiVersion"), text(object, "/kind"));
    if version == kind.api_version() && given == kind.kind {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "the API version in the data ({version}, Kind={given}) does not match the expected API \
         version ({}, Kind={})",
        kind.api_version(),
        kind.kind
    )))
}

/// The twin is strict whatever `fieldValidation` says.
fn check(kind: &Kind, object: &Value) -> Result<(), ApiError> {
    (kind.check)(object).map_err(|words| {
        ApiError::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}: strict decoding error: {words}",
            kind.kind, kind.version, kind.kind
        ))
    })
}

fn is_named(target: &Target, object: &Value) -> Result<(), ApiError> {
    let given = name(object);
    if given == target.name {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "the name of the object ({given}) does not match the name on the URL ({})",
        target.name
    )))
}

/// The object's namespace is the path's.
fn place(target: &Target, object: &mut Value) -> Result<(), ApiError> {
    let given = namespace(object);
    if !given.is_empty() && given != target.namespace {
        return Err(ApiError::bad_request(format!(
            "the namespace of the provided object does not match the namespace sent on the request \
             ({given}, {})",
            target.namespace
        )));
    }
    if target.kind.namespaced {
        object["metadata"]["namespace"] = json!(target.namespace);
    }
    Ok(())
}

//! create, update, patch and apply: each makes the object that is wanted, and
//! one pipeline checks it, completes it, and stores it when it differs.

use super::{
    Inner, apply, defaults, kind,
    kind::Kind,
    managers,
    object::{self, items, name, namespace, suffix, text},
    patch,
    request::{Options, Target},
    status::ApiError,
    store::Store,
    validation,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
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
            let cause =
                super::status::Cause::required("metadata.name", "name or generateName is required");
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

/// Who will own the fields that a write changes.
enum Owner {
    /// `managedFields` say it already.
    Applier,
    /// The client that updates; found by comparing.
    Updater,
}

struct Write<'a> {
    inner: &'a Inner,
    target: &'a Target,
    options: &'a Options,
    verb: &'static str,
    live: Option<Arc<Value>>,
}

impl Write<'_> {
    fn carry_out(
        self,
        store: &mut Store,
        mut object: Value,
        owner: Owner,
    ) -> Result<Response, ApiError> {
        let kind = self.target.kind;
        drop_nulls(&mut object);
        self.has_home(store)?;
        self.expects(&object)?;
        self.keep_what_the_api_owns(&mut object);
        defaults::fill(kind, &mut object, self.live.as_deref());
        let problems = validation::problems(kind, &object, self.live.as_deref());
        if !problems.is_empty() {
            return Err(ApiError::invalid(kind, name(&object), &problems));
        }
        self.count_generation(&mut object);
        if matches!(owner, Owner::Updater) {
            let manager = &self.options.field_manager;
            managers::after_update(self.live.as_deref(), &mut object, manager);
        }
        if self
            .live
            .as_deref()
            .is_some_and(|live| is_unchanged(live, &object))
        {
            return Ok(axum::Json(&self.live).into_response());
        }
        let code = if self.live.is_some() {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        if self.options.dry_run {
            return Ok((code, axum::Json(object)).into_response());
        }
        let released = object::is_terminating(&object)
            && items(&object, "/metadata/finalizers").is_empty()
            && kind.kind != "Pod";
        let stored = store.put(kind, object);
        if released {
            store.remove(kind, &stored);
        }
        self.inner.record(self.verb, kind, &stored);
        Ok((code, axum::Json(stored)).into_response())
    }

    /// An object can be created only in a namespace that exists.
    fn has_home(&self, store: &Store) -> Result<(), ApiError> {
        let home = &self.target.namespace;
        if self.live.is_some() || home.is_empty() || store.get(&kind::NAMESPACE, "", home).is_some()
        {
            return Ok(());
        }
        Err(ApiError::not_found(&kind::NAMESPACE, home))
    }

    /// Optimistic concurrency: the version and the identity that the caller knows.
    fn expects(&self, object: &Value) -> Result<(), ApiError> {
        let kind = self.target.kind;
        let version = text(object, "/metadata/resourceVersion");
        let Some(live) = &self.live else {
            if version.is_empty() {
                return Ok(());
            }
            return Err(match self.verb {
                "apply" => ApiError::not_found(kind, name(object)),
                _ => ApiError::bad_request(
                    "resourceVersion should not be set on objects to be created",
                ),
            });
        };
        if !version.is_empty() && version != text(live, "/metadata/resourceVersion") {
            return Err(ApiError::conflict(
                kind,
                name(object),
                "the object has been modified; please apply your changes to the latest version \
                 and try again",
            ));
        }
        let uid = object::uid(object);
        if !uid.is_empty() && uid != object::uid(live) {
            let words = format!(
                "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                object::uid(live)
            );
            return Err(ApiError::conflict(kind, name(object), &words));
        }
        Ok(())
    }

    /// What clients cannot write stays as it is.
    fn keep_what_the_api_owns(&self, object: &mut Value) {
        let nothing = json!({});
        let live = self.live.as_deref().unwrap_or(&nothing);
        let mut keep = vec!["uid", "creationTimestamp", "generation", "resourceVersion"];
        keep.extend(["deletionTimestamp", "deletionGracePeriodSeconds"]);
        if let Some(metadata) = object["metadata"].as_object_mut() {
            for field in keep {
                match live["metadata"].get(field) {
                    Some(value) => metadata.insert(field.to_owned(), value.clone()),
                    None => metadata.remove(field),
                };
            }
        }
        if self.target.kind.has_status {
            let fresh = match self.target.kind.kind {
                "Pod" => json!({"phase": "Pending", "qosClass": "BestEffort"}),
                "Service" => json!({"loadBalancer": {}}),
                _ => json!({}),
            };
            object["status"] = live.get("status").cloned().unwrap_or(fresh);
        }
    }

    fn count_generation(&self, object: &mut Value) {
        if !self.target.kind.has_generation {
            return;
        }
        let generation = match &self.live {
            None => 1,
            Some(live) => {
                let changed = live["spec"] != object["spec"];
                object::number(live, "/metadata/generation") + i64::from(changed)
            }
        };
        object["metadata"]["generation"] = json!(generation);
    }
}

/// A field that is null says nothing.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Equal but for the moments at which somebody wrote.
fn is_unchanged(live: &Value, object: &Value) -> bool {
    let plain = |object: &Value| {
        let mut object = object.clone();
        if let Some(Value::Array(entries)) = object.pointer_mut("/metadata/managedFields") {
            entries
                .iter_mut()
                .for_each(|entry| entry["time"] = Value::Null);
        }
        object
    };
    live == object || plain(live) == plain(object)
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

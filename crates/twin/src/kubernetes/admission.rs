//! The pipeline that every write goes through: the object is checked, completed,
//! compared with what is there, and stored when it differs.

use super::{
    Inner, defaults, kind, managers,
    object::{self, items, name, text},
    request::{Options, Target},
    status::ApiError,
    store::Store,
    validation,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// Who will own the fields that a write changes.
pub enum Owner {
    /// `managedFields` say it already.
    Applier,
    /// The client that updates; found by comparing.
    Updater,
}

/// One write of one object.
pub struct Write<'a> {
    pub inner: &'a Inner,
    pub target: &'a Target,
    pub options: &'a Options,
    /// What the ledger of effects calls it.
    pub verb: &'static str,
    /// What is there now.
    pub live: Option<Arc<Value>>,
}

impl Write<'_> {
    /// Stores the object, or says why not.
    pub fn carry_out(
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
pub fn drop_nulls(value: &mut Value) {
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

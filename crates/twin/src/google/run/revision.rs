//! Revisions: immutable, with the workload that serves them.

use super::{
    super::{call::Call, discovery, error::Error, page::page},
    Run,
    condition::{Condition, State},
    now,
    service::{Service, uid},
};
use crate::workload::Workload;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One revision.
pub(in crate::google) struct Revision {
    pub name: String,
    uid: String,
    created: String,
    /// The template that it was stamped from.
    pub template: Map<String, Value>,
    pub ready: Condition,
    /// What serves it; none while it has no traffic and no tag.
    pub workload: Option<Workload>,
}

impl Revision {
    /// A revision that is not ready yet.
    pub fn new(name: &str, template: Map<String, Value>) -> Self {
        Self {
            name: name.to_owned(),
            uid: uid(),
            created: now(),
            template,
            ready: Condition::new(State::Reconciling),
            workload: None,
        }
    }

    fn view(&self, parent: &str, service: &str) -> Value {
        // A revision has most of its template's fields, not all.
        let known = &discovery::RUN.schemas["GoogleCloudRunV2Revision"].properties;
        let mut view: Map<String, Value> = self
            .template
            .iter()
            .filter(|(field, _)| known.contains_key(*field))
            .map(|(field, value)| (field.clone(), value.clone()))
            .collect();
        let mut put = |field: &str, value: Value| view.insert(field.to_owned(), value);
        put("name", json!(format!("{parent}/revisions/{}", self.name)));
        put("uid", json!(self.uid));
        put("etag", json!(format!("\"{}\"", self.uid)));
        put("service", json!(service));
        put("generation", json!("1"));
        put("observedGeneration", json!("1"));
        put("createTime", json!(self.created));
        put("updateTime", json!(self.created));
        if self.ready.state == State::Reconciling {
            put("reconciling", json!(true));
        }
        let mut active = json!({"type": "Active", "state": "CONDITION_SUCCEEDED"});
        if self.workload.is_none() {
            active["severity"] = json!("INFO");
            active["message"] = json!("Revision retired.");
            active["revisionReason"] = json!("RETIRED");
        }
        put("conditions", json!([self.ready.view("Ready"), active]));
        Value::Object(view)
    }
}

impl Run {
    pub(super) fn revision(&self, id: &str, revision: &str) -> Result<Value, Error> {
        let parent = self.name(id);
        self.with(id, |service| {
            let revision = service.revisions.get(revision)?;
            Some(revision.view(&parent, id))
        })
        .flatten()
        .ok_or_else(|| missing(revision))
    }

    pub(super) fn revisions(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let parent = self.name(id);
        let views = self.with(id, |service| {
            let mut all: Vec<_> = service.revisions.values().collect();
            // The newest first, as Cloud Run lists them.
            all.sort_by(|a, b| b.created.cmp(&a.created));
            all.into_iter().map(|one| one.view(&parent, id)).collect()
        });
        page(call, "revisions", views.ok_or_else(|| self.missing(id))?)
    }

    pub(super) fn delete_revision(
        self: &Arc<Self>,
        id: &str,
        call: &Call<'_>,
    ) -> Result<Value, Error> {
        let name = call.segment("revisionsId");
        let parent = self.name(id);
        let deletion = self.with(id, |service| {
            let view = service
                .revisions
                .get(name)
                .ok_or_else(|| missing(name))?
                .view(&parent, id);
            deletable(service, name)?;
            if !call.flag("validateOnly") {
                service.revisions.remove(name);
            }
            Ok(view)
        });
        let mut view = deletion.ok_or_else(|| self.missing(id))??;
        if !call.flag("validateOnly") {
            self.recorded("revisions.delete", call.resource());
        }
        view["@type"] = json!("type.googleapis.com/google.cloud.run.v2.Revision");
        let operation = self.operations.begin(id, view.clone());
        self.operations.end(&operation, view.clone(), Ok(view));
        self.operations.view(&operation)
    }
}

fn deletable(service: &Service, name: &str) -> Result<(), Error> {
    if service.latest_created == name {
        return Err(Error::precondition(format!(
            "Revision '{name}' cannot be deleted because it is the latest created revision of its service."
        )));
    }
    if service.serving.uses(name) {
        return Err(Error::precondition(format!(
            "Revision '{name}' cannot be deleted because it is referenced by the traffic of its service."
        )));
    }
    Ok(())
}

fn missing(revision: &str) -> Error {
    Error::not_found(format!(
        "Resource '{revision}' of kind 'REVISION' does not exist."
    ))
}

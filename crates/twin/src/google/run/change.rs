//! Requests that change services: checked, stored, and then made true by a
//! long-running operation.

use super::{
    super::{call::Call, discovery, error::Error, mask, operations::Failure},
    Run,
    condition::{Condition, State},
    now,
    revision::Revision,
    service::Service,
    template::{self, is_dns_label},
    traffic,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How long a deletion takes, in the twins' time.
const DELETION: Duration = Duration::from_millis(200);

/// How often a request that changes nothing looks whether the service has settled.
const SETTLING: Duration = Duration::from_millis(50);

/// What is wanted of a service.
pub(in crate::google) struct Change {
    /// The writable fields.
    pub spec: Map<String, Value>,
    /// Check only.
    pub dry: bool,
    /// A new revision even when the template is the same.
    pub force: bool,
}

/// What became of a change.
pub(super) struct Stored {
    generation: u64,
    changed: bool,
    restamped: bool,
}

impl Run {
    pub(super) fn create(self: &Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let Some(id) = call.query("serviceId") else {
            return Err(Error::invalid("service_id must be specified."));
        };
        if self.services().contains_key(id) {
            return Err(Error::exists(format!("Resource '{id}' already exists.")));
        }
        self.change(id, call.body.clone(), call, "services.create")
    }

    pub(super) fn patch(self: &Arc<Self>, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let present = self.with(id, |service| {
            let etag = call.body.get("etag").and_then(Value::as_str).unwrap_or("");
            if !etag.is_empty() && etag != service.etag() {
                return Err(Error::aborted(service.conflict(etag)));
            }
            Ok(service.spec.clone())
        });
        let Some(present) = present.transpose()? else {
            if call.flag("allowMissing") {
                return self.change(id, call.body.clone(), call, "services.create");
            }
            return Err(self.missing(id));
        };
        let schema = &discovery::RUN.schemas["GoogleCloudRunV2Service"];
        let spec = mask::patched(&present, &call.body, call.query("updateMask"), schema)?;
        self.change(id, spec, call, "services.patch")
    }

    fn change(
        self: &Arc<Self>,
        id: &str,
        spec: Map<String, Value>,
        call: &Call<'_>,
        verb: &str,
    ) -> Result<Value, Error> {
        let change = Change {
            spec,
            dry: call.flag("validateOnly"),
            force: call.flag("forceNewRevision"),
        };
        let dry = change.dry;
        let stored = self.store(id, change)?;
        if dry {
            let view = json!({"@type": SERVICE, "name": self.name(id)});
            let operation = self.operations.begin(id, view.clone());
            self.operations.end(&operation, view.clone(), Ok(view));
            return self.operations.view(&operation);
        }
        if stored.changed {
            self.recorded(verb, &self.name(id));
        }
        let operation = self.operations.begin(id, self.typed(id));
        let (run, id, name) = (self.clone(), id.to_owned(), operation.clone());
        tokio::spawn(async move {
            let outcome = run.finish(&id, &stored).await;
            let view = run.typed(&id);
            run.operations
                .end(&name, view.clone(), outcome.map(|()| view));
        });
        self.operations.view(&operation)
    }

    /// Makes `id` what `change` wants and waits until it is so.
    pub async fn deploy(self: &Arc<Self>, id: &str, change: Change) -> Result<(), Failure> {
        let stored = self.store(id, change).map_err(|error| Failure {
            code: 3,
            message: error.message,
        })?;
        self.finish(id, &stored).await
    }

    async fn finish(self: &Arc<Self>, id: &str, stored: &Stored) -> Result<(), Failure> {
        if !stored.changed {
            return self.settled(id).await;
        }
        self.reconcile(id, stored.generation, stored.restamped)
            .await
    }

    /// Waits for what is under way; how the service then stands is the outcome
    /// of a request that changes nothing.
    async fn settled(&self, id: &str) -> Result<(), Failure> {
        while self.with(id, |one| one.observed < one.generation) == Some(true) {
            self.site.shared.clock.sleep(SETTLING).await;
        }
        match self.with(id, |one| one.terminal().state.clone()) {
            Some(State::Failed(failure, _)) => Err(failure),
            _ => Ok(()),
        }
    }

    fn store(self: &Arc<Self>, id: &str, change: Change) -> Result<Stored, Error> {
        if !is_dns_label(id, 49) {
            return Err(Error::invalid(format!(
                "Invalid service name '{id}': only lowercase letters, digits and hyphens, \
                 beginning with a letter, at most 49 characters."
            )));
        }
        let spec = self.completed(id, change.spec)?;
        let mut services = self.services();
        let stored = match services.get_mut(id) {
            Some(service) => service.want(spec, change.dry, change.force)?,
            None => {
                let mut service = Service::new(id);
                let stored = service.want(spec, change.dry, change.force)?;
                if !change.dry {
                    services.insert(id.to_owned(), service);
                    self.expose(id);
                }
                stored
            }
        };
        Ok(stored)
    }

    /// The spec with the platform's defaults, checked.
    fn completed(
        &self,
        id: &str,
        mut spec: Map<String, Value>,
    ) -> Result<Map<String, Value>, Error> {
        for field in ["name", "etag"] {
            spec.remove(field);
        }
        let wanted = match spec.remove("template") {
            Some(Value::Object(template)) => template,
            _ => Map::new(),
        };
        let account = format!(
            "{}-compute@developer.gserviceaccount.com",
            self.site.world.project
        );
        let template = template::with_defaults(&wanted, &account);
        template::check(id, &template)?;
        template::check_metadata(&spec, "")?;
        spec.insert("template".to_owned(), template.into());
        let targets = traffic::targets(&spec)?;
        let written: Vec<_> = targets.iter().map(traffic::Target::written).collect();
        spec.insert("traffic".to_owned(), written.into());
        spec.entry("ingress")
            .or_insert_with(|| json!("INGRESS_TRAFFIC_ALL"));
        spec.entry("launchStage").or_insert_with(|| json!("GA"));
        Ok(spec)
    }

    pub(super) fn delete(self: &Arc<Self>, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let checked = self.with(id, |service| match call.query("etag") {
            Some(etag) if etag != service.etag() => Err(Error::aborted(service.conflict(etag))),
            _ => Ok(()),
        });
        checked.ok_or_else(|| self.missing(id))??;
        let mut view = self.typed(id);
        view["deleteTime"] = json!(now());
        let operation = self.operations.begin(id, view.clone());
        if call.flag("validateOnly") {
            self.operations.end(&operation, view.clone(), Ok(view));
            return self.operations.view(&operation);
        }
        self.recorded("services.delete", call.resource());
        self.remove(id);
        let (run, name) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            run.site.shared.clock.sleep(DELETION).await;
            run.operations.end(&name, view.clone(), Ok(view));
        });
        self.operations.view(&operation)
    }

    /// Ends a service: its workloads drain, its tags' URLs close, its own URL
    /// stays reserved.
    pub fn remove(&self, id: &str) {
        let removed = self.services().remove(id);
        self.site.shared.mesh.unroute(id);
        self.close_tags(id, &[]);
        for revision in removed.into_iter().flat_map(|one| one.revisions) {
            if let Some(workload) = revision.1.workload {
                workload.stop();
            }
        }
    }

    fn typed(&self, id: &str) -> Value {
        let mut view = self.view(id).unwrap_or_else(|_| json!({}));
        view["@type"] = json!(SERVICE);
        view
    }
}

/// The type of what a service's operations carry.
const SERVICE: &str = "type.googleapis.com/google.cloud.run.v2.Service";

impl Service {
    /// Takes `spec` as what is wanted, and stamps the revision that it needs.
    fn want(&mut self, spec: Map<String, Value>, dry: bool, force: bool) -> Result<Stored, Error> {
        let wanted = spec.get("template").and_then(Value::as_object);
        let wanted = wanted.cloned().unwrap_or_default();
        let restamped = force || self.spec.get("template") != spec.get("template");
        let changed = restamped || self.spec != spec;
        let stamped = if restamped {
            Some(self.stamp(&wanted)?)
        } else {
            None
        };
        if changed && !dry {
            if let Some(name) = stamped {
                self.latest_created = name.clone();
                self.revisions
                    .entry(name.clone())
                    .or_insert_with(|| Revision::new(&name, wanted));
                self.serial += 1;
                self.configurations = Condition::new(State::Reconciling);
            }
            self.spec = spec;
            self.generation += 1;
            self.routes = Condition::new(State::Reconciling);
            self.touch();
        }
        Ok(Stored {
            generation: self.generation,
            changed,
            restamped,
        })
    }

    /// The name of the revision that `template` needs: the one it asks for when
    /// that is new or the same configuration, else a generated one.
    fn stamp(&self, template: &Map<String, Value>) -> Result<String, Error> {
        let Some(name) = template::wanted_name(template) else {
            let suffix: String = std::iter::repeat_with(fastrand::lowercase)
                .take(3)
                .collect();
            return Ok(format!("{}-{:05}-{suffix}", self.id, self.serial + 1));
        };
        let same = self
            .revisions
            .get(name)
            .is_none_or(|one| template::same_configuration(&one.template, template));
        if same {
            return Ok(name.to_owned());
        }
        Err(Error::exists(format!(
            "Revision named '{name}' with different configuration already exists."
        )))
    }
}

/// The revisions that nothing routes to any more, to be stopped.
pub(super) fn idle(revisions: &mut BTreeMap<String, Revision>, used: impl Fn(&str) -> bool) {
    for revision in revisions.values_mut().filter(|one| !used(&one.name)) {
        if let Some(workload) = revision.workload.take() {
            workload.stop();
        }
    }
}

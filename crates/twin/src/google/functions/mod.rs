//! Cloud Functions API v2 (2nd gen): a function is a build and a Cloud Run
//! service, which really exists in the Cloud Run twin.
//! Source: <https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>.

mod deploy;
mod function;

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    mask,
    operations::Operations,
    page::page,
    run::{Run, now},
    server::Api,
    site::Site,
};
use function::{Function, State};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The functions of one project and region.
pub(super) struct Functions {
    site: Arc<Site>,
    run: Arc<Run>,
    operations: Operations,
    all: Mutex<BTreeMap<String, Function>>,
}

impl Functions {
    /// No functions yet; their services will be `run`'s.
    pub fn new(site: Arc<Site>, run: Arc<Run>) -> Arc<Self> {
        Arc::new(Self {
            operations: Operations::new(site.parent()),
            all: Mutex::default(),
            run,
            site,
        })
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Function>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, id: &str, then: impl FnOnce(&mut Function) -> T) -> Result<T, Error> {
        let mut all = self.all();
        let function = all.get_mut(id).ok_or_else(|| {
            Error::not_found(format!("Resource '{}' was not found", self.name(id)))
        })?;
        Ok(then(function))
    }

    fn name(&self, id: &str) -> String {
        format!("{}/functions/{id}", self.site.parent())
    }

    fn view(&self, id: &str) -> Result<Value, Error> {
        self.with(id, |function| function.view(&self.name(id), &self.run))
    }

    fn create(self: &Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let id = call.query("functionId").unwrap_or_default();
        function::check(id, &call.body)?;
        {
            let mut all = self.all();
            if all.contains_key(id) {
                return Err(Error::exists(format!(
                    "Could not create Cloud Run service {id}. A resource with this name already exists."
                )));
            }
            all.insert(id.to_owned(), Function::new(call.body.clone()));
        }
        self.begin(id, "create", Some(true))
    }

    fn patch(self: &Arc<Self>, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let schema = &discovery::FUNCTIONS.schemas["Function"];
        let everything = call
            .body
            .get("serviceConfig")
            .is_some_and(|config| config["allTrafficOnLatestRevision"].as_bool() == Some(true));
        let service = function::service_id(id);
        let served = self.run.with(&service, |one| one.is_all_on_latest());
        let served = !everything || served == Some(true);
        let changed = self.with(id, |function| {
            if function.state == State::Deploying {
                return Err(Error::aborted(format!(
                    "An operation on function {id} in region {} in project {} is already in \
                     progress. Please try again later.",
                    self.site.world.region, self.site.world.project
                )));
            }
            let spec = mask::patched(&function.spec, &call.body, call.query("updateMask"), schema)?;
            function::check(id, &spec)?;
            Ok(function.want(spec, served))
        })??;
        self.begin(id, "update", changed.then_some(everything))
    }

    /// Begins the operation `verb`; `deploy` says whether anything is to be
    /// deployed, and whether all traffic then goes there.
    fn begin(self: &Arc<Self>, id: &str, verb: &str, deploy: Option<bool>) -> Result<Value, Error> {
        let name = self.name(id);
        let mut metadata = json!({
            "@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata",
            "createTime": now(), "target": name, "verb": verb, "apiVersion": "v2",
        });
        let operation = self.operations.begin(id, metadata.clone());
        if deploy.is_some() {
            let method = if verb == "create" {
                "functions.create"
            } else {
                "functions.patch"
            };
            self.site.shared.effects.record("functions", method, &name);
        }
        let (functions, id, ended) = (self.clone(), id.to_owned(), operation.clone());
        tokio::spawn(async move {
            let outcome = match deploy {
                Some(everything) => functions.deploy(&id, everything).await,
                None => Ok(()),
            };
            metadata["endTime"] = json!(now());
            let response = outcome.map(|()| {
                let mut view = functions.view(&id).unwrap_or_else(|_| json!({}));
                view["@type"] = json!("type.googleapis.com/google.cloud.functions.v2.Function");
                view
            });
            functions.operations.end(&ended, metadata, response);
        });
        self.operations.view(&operation)
    }

    fn delete(self: &Arc<Self>, id: &str) -> Result<Value, Error> {
        let name = self.name(id);
        self.with(id, |_| ())?;
        self.all().remove(id);
        self.run.remove(&function::service_id(id));
        let effects = &self.site.shared.effects;
        effects.record("functions", "functions.delete", &name);
        let metadata = json!({
            "@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata",
            "createTime": now(), "endTime": now(), "target": name, "verb": "delete",
            "apiVersion": "v2",
        });
        let operation = self.operations.begin(id, metadata.clone());
        let empty = json!({"@type": "type.googleapis.com/google.protobuf.Empty"});
        self.operations.end(&operation, metadata, Ok(empty));
        self.operations.view(&operation)
    }

    fn set_policy(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let (changed, view) = self.with(id, |function| {
            let changed = function.policy.set(&call.body)?;
            Ok((changed, function.policy.view()))
        })??;
        if changed {
            let effects = &self.site.shared.effects;
            effects.record("functions", "functions.setIamPolicy", call.resource());
        }
        Ok(view)
    }
}

impl Api for Functions {
    fn document(&self) -> &'static Document {
        &discovery::FUNCTIONS
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn module(&self, call: &Call<'_>) -> Option<String> {
        let named = Some(call.segment("functionsId")).filter(|id| !id.is_empty());
        named
            .or(call.query("functionId"))
            .map(str::to_owned)
            .or_else(|| self.operations.module(call.resource()))
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let id = call.segment("functionsId");
        match call.method.name() {
            "functions.get" => self.view(id),
            "functions.list" => {
                let ids: Vec<_> = self.all().keys().cloned().collect();
                let views = ids.iter().filter_map(|id| self.view(id).ok()).collect();
                page(call, "functions", views)
            }
            "functions.create" => self.create(call),
            "functions.patch" => self.patch(id, call),
            "functions.delete" => self.delete(id),
            "functions.getIamPolicy" => self.with(id, |function| function.policy.view()),
            "functions.setIamPolicy" => self.set_policy(id, call),
            "operations.get" => self.operations.view(call.resource()),
            "operations.list" => self.operations.list(call),
            other => Err(Error::internal(format!("the twin has no {other}"))),
        }
    }
}

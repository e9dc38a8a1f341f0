//! Cloud Run Admin API v2: services, revisions, traffic and IAM.
//! Source: <https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>.
//!
//! [`change`] checks what a request wants and stores it; [`reconcile`] makes it
//! true (revisions become ready, traffic moves); [`front`] serves the URLs.

mod change;
mod condition;
mod front;
mod reconcile;
mod revision;
mod service;
mod template;
pub(super) mod traffic;

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    operations::Operations,
    page::page,
    server::{Api, Server},
    site::Site,
};
use serde_json::Value;
use service::Service;
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(super) use change::Change;

/// The services of one project and region.
pub(super) struct Run {
    site: Arc<Site>,
    operations: Operations,
    services: Mutex<BTreeMap<String, Service>>,
    /// The servers behind the URLs, by service and tag (the empty tag is the
    /// service's own URL).
    fronts: Mutex<BTreeMap<(String, String), Server>>,
    /// Images that Cloud Functions built, and the source of each.
    built: Mutex<BTreeMap<String, String>>,
    client: reqwest::Client,
}

impl Run {
    /// No services yet; the URLs that the world reserves are served already.
    pub async fn start(site: Arc<Site>) -> io::Result<Arc<Self>> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        let run = Arc::new(Self {
            operations: Operations::new(site.parent()),
            services: Mutex::default(),
            fronts: Mutex::default(),
            built: Mutex::default(),
            client,
            site,
        });
        let site = run.site.clone();
        for service in site.world.reserved() {
            run.open(service, "").await?;
        }
        Ok(run)
    }

    /// Ends every server, workload and route.
    pub fn end(&self) {
        lock(&self.fronts).clear();
        for id in std::mem::take(&mut *self.services()).into_keys() {
            self.site.shared.mesh.unroute(&id);
        }
    }

    /// The full name of a service.
    pub fn name(&self, id: &str) -> String {
        format!("{}/services/{id}", self.site.parent())
    }

    /// From now on `image` is what was built from `source` (`gs://…#generation`).
    pub fn built(&self, image: &str, source: &str) {
        lock(&self.built).insert(image.to_owned(), source.to_owned());
    }

    /// Reads or changes a service, when it exists.
    pub fn with<T>(&self, id: &str, then: impl FnOnce(&mut Service) -> T) -> Option<T> {
        self.services().get_mut(id).map(then)
    }

    fn services(&self) -> MutexGuard<'_, BTreeMap<String, Service>> {
        lock(&self.services)
    }

    fn view(&self, id: &str) -> Result<Value, Error> {
        self.with(id, |service| service.view(self))
            .ok_or_else(|| self.missing(id))
    }

    fn missing(&self, id: &str) -> Error {
        Error::not_found(format!(
            "Resource '{id}' of kind 'SERVICE' in region '{}' in project '{}' does not exist.",
            self.site.world.region, self.site.world.project
        ))
    }

    fn recorded(&self, verb: &str, resource: &str) {
        self.site.shared.effects.record("run", verb, resource);
    }

    fn set_policy(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let set = self.with(id, |service| {
            let changed = service.policy.set(&call.body)?;
            Ok((changed, service.policy.view()))
        });
        let (changed, view) = set.ok_or_else(|| self.missing(id))??;
        if changed {
            self.recorded("services.setIamPolicy", call.resource());
        }
        Ok(view)
    }
}

impl Api for Run {
    fn document(&self) -> &'static Document {
        &discovery::RUN
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn module(&self, call: &Call<'_>) -> Option<String> {
        let named = Some(call.segment("servicesId")).filter(|id| !id.is_empty());
        named
            .or(call.query("serviceId"))
            .map(str::to_owned)
            .or_else(|| self.operations.module(call.resource()))
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let id = call.segment("servicesId");
        match call.method.name() {
            "services.get" => self.view(id),
            "services.list" => {
                let views = self
                    .services()
                    .values()
                    .map(|one| one.view(&self))
                    .collect();
                page(call, "services", views)
            }
            "services.create" => self.create(call),
            "services.patch" => self.patch(id, call),
            "services.delete" => self.delete(id, call),
            "services.getIamPolicy" => self
                .with(id, |service| service.policy.view())
                .ok_or_else(|| self.missing(id)),
            "services.setIamPolicy" => self.set_policy(id, call),
            "services.revisions.get" => self.revision(id, call.segment("revisionsId")),
            "services.revisions.list" => self.revisions(id, call),
            "services.revisions.delete" => self.delete_revision(id, call),
            "operations.get" => self.operations.view(call.resource()),
            "operations.list" => self.operations.list(call),
            other => Err(Error::internal(format!("the twin has no {other}"))),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Now, as Google writes times.
pub(super) fn now() -> String {
    jiff::Timestamp::now().to_string()
}

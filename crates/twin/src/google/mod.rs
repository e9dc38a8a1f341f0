//! The Google Cloud twins: Cloud Run, Cloud Functions (2nd gen), Cloud Scheduler,
//! Pub/Sub, Artifact Registry, Cloud Storage and an OCI registry, each on a
//! loopback port of its own, speaking Google's REST and JSON.
//!
//! Every request and every answer is held against Google's own Discovery
//! document ([`discovery`], trimmed in `discovery/`). One file or folder per
//! API; what they share: [`server`], [`error`], [`iam`], [`mask`], [`page`]
//! and [`operations`].

mod artifact_registry;
mod call;
mod discovery;
mod error;
mod functions;
mod iam;
mod labels;
mod mask;
mod oci;
mod operations;
mod page;
mod pubsub;
mod run;
mod scheduler;
mod schema;
mod server;
mod site;
mod storage;
mod world;

pub use world::{Job, PushEndpoint, Repository, Subscription, World};

use crate::Shared;
use server::{Server, serve};
use site::Site;
use std::{io, sync::Arc};

/// Where each API is served: `http://127.0.0.1:PORT`, without a trailing slash.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Cloud Run Admin API v2.
    pub run: String,
    /// Cloud Functions API v2.
    pub functions: String,
    /// Cloud Scheduler API v1.
    pub scheduler: String,
    /// Pub/Sub API v1.
    pub pubsub: String,
    /// Artifact Registry API v1.
    pub artifact_registry: String,
    /// Cloud Storage JSON API v1.
    pub storage: String,
    /// The OCI distribution API, for every registry host of the sandbox.
    pub oci: String,
}

/// One Google Cloud project. Dropping it ends every server and every workload.
pub struct Google {
    /// Where each API is served.
    pub endpoints: Endpoints,
    run: Arc<run::Run>,
    _servers: Vec<Server>,
}

impl Google {
    /// Starts the project that `world` describes. It has no services and no
    /// functions yet: they are deployed through the APIs.
    ///
    /// # Errors
    /// When loopback gives no port.
    pub async fn start(shared: Shared, world: World) -> io::Result<Self> {
        let site = Arc::new(Site { shared, world });
        let run = run::Run::start(site.clone()).await?;
        let functions = functions::Functions::new(site.clone(), run.clone());
        let scheduler = scheduler::Scheduler::new(site.clone(), &run);
        let pubsub = pubsub::PubSub::new(site.clone(), &run);
        let artifacts = artifact_registry::ArtifactRegistry::new(site.clone());
        let servers = [
            serve("run", run.clone()).await?,
            serve("functions", functions).await?,
            serve("scheduler", Arc::new(scheduler)).await?,
            serve("pubsub", Arc::new(pubsub)).await?,
            serve("artifactregistry", Arc::new(artifacts)).await?,
            serve("storage", Arc::new(storage::Storage::new(site.clone()))).await?,
            oci::serve(site).await?,
        ];
        let url = |index: usize| servers[index].url.clone();
        let endpoints = Endpoints {
            run: url(0),
            functions: url(1),
            scheduler: url(2),
            pubsub: url(3),
            artifact_registry: url(4),
            storage: url(5),
            oci: url(6),
        };
        Ok(Self {
            endpoints,
            run,
            _servers: servers.into(),
        })
    }

    /// The URL of a Cloud Run service (a function's is its underlying service's),
    /// existing or reserved by [`World::service`].
    pub fn service_url(&self, service: &str) -> Option<String> {
        self.run.url(service)
    }
}

impl Drop for Google {
    fn drop(&mut self) {
        self.run.end();
    }
}

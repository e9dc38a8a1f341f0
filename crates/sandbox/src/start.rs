//! A sandbox, from nothing to the state that a release finds.

use crate::{
    Client, Options, Project, catalog, clouds, control::Control, former, load::Load,
    outside::Outside, repository,
};
use segue_connect::{Cluster, Endpoints, registry};
use segue_model::Failure;
use segue_twin::{Shared, azure::Azure, clock::Clock, google::Google, kubernetes};
use serde::{Deserialize, Serialize};
use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;

/// Where a running sandbox is: what a process needs to use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The sandbox's own API.
    pub control: String,
    /// Everything that a release touches.
    pub endpoints: Endpoints,
    /// The process that runs it.
    pub pid: u32,
    /// When its world began: milliseconds since 1970-01-01T00:00:00Z. A release
    /// that began earlier was about another world.
    pub since_ms: i64,
}

/// A running sandbox. Dropping it ends everything in it.
pub struct Sandbox {
    /// Where it is.
    pub running: Running,
    shared: Shared,
    _clusters: Vec<kubernetes::Cluster>,
    _azure: Option<Azure>,
    _google: Option<Google>,
    _outside: Outside,
    _control: Control,
    _directory: TempDir,
}

impl Sandbox {
    /// Starts the twins, furnishes them, and brings the former versions up.
    ///
    /// # Errors
    /// When loopback gives no ports, or a former version does not come up.
    pub async fn start(project: &Project, options: Options) -> Result<Self, Failure> {
        let shared = Shared {
            clock: Clock::scaled(options.scale),
            faults: Arc::default(),
            effects: Arc::default(),
            mesh: Arc::default(),
            programs: Arc::default(),
        };
        let mut sidecars = catalog::add(&shared.programs, &project.former.lock, false);
        sidecars.extend(catalog::add(&shared.programs, &project.lock, true));
        let token = token();

        let mut endpoints = Endpoints {
            token: token.clone(),
            ..Endpoints::default()
        };
        let mut clusters = Vec::new();
        for (target, world) in clouds::clusters(&project.manifest, &token, &sidecars) {
            let cluster = kubernetes::Cluster::start(shared.clone(), world).await;
            let cluster = cluster.map_err(no_port)?;
            let url = cluster.url.clone();
            endpoints.kubernetes.insert(target, Cluster { url });
            clusters.push(cluster);
        }
        let azure = match clouds::azure(project, &token)? {
            Some(world) => Some(Azure::start(shared.clone(), world).await.map_err(no_port)?),
            None => None,
        };
        endpoints.azure = azure.as_ref().map(azure_endpoints);
        let google = match clouds::google(project, &token)? {
            Some(world) => Some(
                Google::start(shared.clone(), world)
                    .await
                    .map_err(no_port)?,
            ),
            None => None,
        };
        endpoints.google = google.as_ref().map(google_endpoints);

        let outside = Outside::start(&shared, &project.manifest)
            .await
            .map_err(no_port)?;
        endpoints.outside = Some(outside.url.clone());
        let directory = tempfile::tempdir().map_err(no_port)?;
        repository::make(directory.path(), &project.directory)?;
        endpoints.repository = Some(directory.path().to_owned());

        let reached = registry(&project.former.manifest, &project.directory, &endpoints).await?;
        former::deploy(project, &reached).await?;
        shared.effects.reset();
        shared.effects.tripwire().reset();

        let through = project.world.load_through.clone();
        let through = through.or_else(|| catalog::front_door(&project.manifest, &project.lock));
        let load = Load::new(
            shared.clone(),
            through.unwrap_or_default(),
            options.load_per_second,
        );
        let control = Control::start(&shared, Arc::new(load))
            .await
            .map_err(no_port)?;
        Ok(Self {
            running: Running {
                control: control.url.clone(),
                endpoints,
                pid: std::process::id(),
                since_ms: now_ms(),
            },
            shared,
            _clusters: clusters,
            _azure: azure,
            _google: google,
            _outside: outside,
            _control: control,
            _directory: directory,
        })
    }

    /// What its twins share: the ledger, the faults, the tripwire.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Drives it over its own API, as another process would.
    ///
    /// # Errors
    /// When no TLS provider is installed.
    pub fn client(&self) -> Result<Client, Failure> {
        Client::new(&self.running.control)
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX))
}

/// A token that nobody else on this machine knows.
fn token() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(32)
        .collect()
}

fn azure_endpoints(azure: &Azure) -> segue_connect::AzureEndpoints {
    segue_connect::AzureEndpoints {
        arm: azure.endpoints.arm.clone(),
        vaults: azure.endpoints.vaults.clone(),
        ca_pem: azure.endpoints.ca_pem.clone(),
    }
}

fn google_endpoints(google: &Google) -> segue_connect::GoogleEndpoints {
    let endpoints = google.endpoints.clone();
    segue_connect::GoogleEndpoints {
        run: Some(endpoints.run),
        functions: Some(endpoints.functions),
        scheduler: Some(endpoints.scheduler),
        pubsub: Some(endpoints.pubsub),
        artifact_registry: Some(endpoints.artifact_registry),
        storage: Some(endpoints.storage),
        oci: Some(endpoints.oci),
    }
}

fn no_port(error: std::io::Error) -> Failure {
    Failure::internal("SEG6106", "the sandbox could not start").words(error.to_string())
}

//! Azure: Resource Manager (function apps, Event Grid, Application Insights)
//! and Key Vault, each over TLS on a port of its own.
//!
//! Clients trust [`Endpoints::ca_pem`] and send the world's one bearer token.
//! An app's and a slot's `defaultHostName` is a real `127.0.0.1:PORT` of the
//! same authority.

mod arm;
mod call;
mod error;
mod event_grid;
mod ids;
mod insights;
mod key_vault;
mod requests;
mod sites;
mod world;

pub use world::{App, EventSubscription, HoldQueue, SeededSecret, World};

use crate::{
    Shared,
    tls::{Authority, Server, loopback},
    tripwire::guard,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io, sync::Arc};

/// Where clients find Azure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Resource Manager, in place of `https://management.azure.com`.
    pub arm: String,
    /// Each vault, in place of `https://{name}.vault.azure.net`.
    pub vaults: BTreeMap<String, String>,
    /// The certificate of the authority that signed every endpoint's
    /// certificate, the apps' host names' too.
    pub ca_pem: String,
}

/// Azure, running. Dropping it ends everything.
pub struct Azure {
    /// Where clients find it.
    pub endpoints: Endpoints,
    sites: Vec<Arc<sites::Site>>,
    _servers: Vec<Server>,
}

impl Azure {
    /// Starts Azure as `world` has it, and waits until what is to run there
    /// has started.
    ///
    /// # Errors
    /// When loopback gives no port, or no certificate can be made.
    pub async fn start(shared: Shared, world: World) -> io::Result<Self> {
        let authority = Authority::new()?;
        let requests = Arc::default();
        let sites = open_sites(&shared, &world, &authority, &requests).await?;
        let listener = loopback().await?;
        let base = format!("https://{}", listener.local_addr()?);
        let arm = Arc::new(arm::Arm {
            base: base.clone(),
            token: world.token.clone(),
            subscription: world.subscription.clone(),
            group: world.resource_group.clone(),
            sites: sites.clone(),
            event_grid: event_grid::EventGrid::new(&shared, &world),
            insights: insights::Insights::new(&world, requests),
        });
        let tripwire = shared.effects.tripwire();
        let router = guard(arm::router(arm), "arm", tripwire);
        let mut servers = vec![authority.serve(listener, router)?];
        let mut vaults = BTreeMap::new();
        for (name, secrets) in &world.vaults {
            let listener = loopback().await?;
            let base = format!("https://{}", listener.local_addr()?);
            let router = key_vault::router(&shared, name, &base, &world.token, secrets);
            let router = guard(router, &format!("keyvault/{name}"), tripwire);
            servers.push(authority.serve(listener, router)?);
            vaults.insert(name.clone(), base);
        }
        for site in &sites {
            site.settled().await;
        }
        Ok(Self {
            endpoints: Endpoints {
                arm: base,
                vaults,
                ca_pem: authority.pem(),
            },
            sites,
            _servers: servers,
        })
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        for site in &self.sites {
            site.close();
        }
    }
}

async fn open_sites(
    shared: &Shared,
    world: &World,
    authority: &Authority,
    requests: &Arc<requests::Requests>,
) -> io::Result<Vec<Arc<sites::Site>>> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .map_err(io::Error::other)?;
    let mut sites = Vec::new();
    for app in &world.apps {
        let site = sites::Site::open(shared, world, app, authority, &client, requests).await?;
        sites.push(Arc::new(site));
    }
    Ok(sites)
}

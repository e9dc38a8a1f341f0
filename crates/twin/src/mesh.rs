//! The data plane: how a request to a module reaches a workload, through the
//! platform's own routing (Service endpoints, slots, traffic percentages).

use serde::Serialize;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// The response header in which a workload says its version.
pub const VERSION_HEADER: &str = "x-version";

/// The request header in which a caller says who it is: a module's name, or
/// what comes from outside (`internet`, `pubsub`, …).
pub const CALLER_HEADER: &str = "x-caller";

/// How long one call may take before it counts as failed.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);

/// How one platform routes the requests to one module.
pub trait Route: Send + Sync {
    /// The workload that the next request from `caller` reaches.
    ///
    /// # Errors
    /// What the platform's front end would answer when there is none (503) or
    /// when `caller` may not call (403).
    fn pick(&self, caller: &str) -> Result<SocketAddr, Refusal>;
}

/// What the platform's front end answers in place of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Why.
    pub words: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The HTTP status; 502 when nothing answered.
    pub status: u16,
    /// The version that answered, when one did.
    pub version: Option<String>,
    /// The body, at most a few hundred bytes.
    pub body: String,
}

/// All routes, by module.
pub struct Mesh {
    routes: RwLock<BTreeMap<String, Arc<dyn Route>>>,
    client: reqwest::Client,
}

impl Mesh {
    /// A mesh without routes.
    ///
    /// # Panics
    /// When no TLS provider is installed (`rustls::crypto::ring`).
    pub fn new() -> Self {
        let client = reqwest::Client::builder()
            .timeout(CALL_TIMEOUT)
            .no_proxy()
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .expect("the ring provider is installed first in main and in every test");
        Self {
            routes: RwLock::default(),
            client,
        }
    }

    /// From now on requests to `module` go this way.
    pub fn route(&self, module: &str, route: Arc<dyn Route>) {
        self.routes
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(module.to_owned(), route);
    }

    /// From now on nothing of this name can be called.
    pub fn unroute(&self, module: &str) {
        self.routes
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(module);
    }

    /// Calls `module` as `caller`, the way the platform routes it.
    pub async fn call(&self, caller: &str, module: &str, path: &str) -> Answer {
        let route = self
            .routes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(module)
            .cloned();
        let Some(route) = route else {
            return Answer::nothing(502, format!("nothing is called {module}"));
        };
        match route.pick(caller) {
            Ok(address) => self.get(caller, address, path).await,
            Err(refusal) => Answer::nothing(refusal.status, refusal.words),
        }
    }

    /// Calls the workload at `address` as `caller`.
    pub async fn get(&self, caller: &str, address: SocketAddr, path: &str) -> Answer {
        let sent = self
            .client
            .get(format!("http://{address}{path}"))
            .header(CALLER_HEADER, caller)
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Answer::nothing(502, format!("{address}: {error}")),
        };
        let version = response
            .headers()
            .get(VERSION_HEADER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Answer {
            status: response.status().as_u16(),
            version,
            body: response.text().await.unwrap_or_default(),
        }
    }
}

impl Default for Mesh {
    fn default() -> Self {
        Self::new()
    }
}

impl Answer {
    /// Nothing answered; the front end did.
    pub fn nothing(status: u16, words: String) -> Self {
        Self {
            status,
            version: None,
            body: words,
        }
    }
}

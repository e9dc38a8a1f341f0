//! The Kubernetes API with its controllers and its kubelet: what a client of a
//! cluster sees when it applies objects and watches what becomes of them.
//!
//! `server` takes requests and hands them to `read`, `write`, `delete` or
//! `proxy`; all objects stand in `store`, which also keeps the history that
//! watches follow. `control` looks at the store after every change and does
//! what the controllers of a cluster do; `kubelet` runs one pod.
//!
//! Left out: RBAC, quotas, autoscaling, jobs, nodes, logs, and the `scale` and
//! `status` subresources for writing. `propagationPolicy: Foreground` is
//! carried out as `Background`.

mod admission;
mod apply;
mod control;
mod defaults;
mod delete;
mod discovery;
mod fields;
mod kind;
mod kubelet;
mod managers;
mod object;
mod patch;
mod proxy;
mod read;
mod request;
mod runtime;
mod selector;
mod server;
mod status;
mod store;
mod validation;
mod write;

use crate::{Shared, tripwire::guard};
use axum::Router;
use runtime::Runtime;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Store;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// What a cluster is like before anybody calls it.
#[derive(Debug, Clone)]
pub struct World {
    /// The cluster's name; effects are recorded under `kubernetes/<name>`.
    pub name: String,
    /// The namespaces that exist.
    pub namespaces: Vec<String>,
    /// The bearer token that every request must bear.
    pub token: String,
    /// The images that exist although no program stands behind them: an entry
    /// is a whole reference, or a repository of which every tag and digest exists.
    pub sidecar_images: Vec<String>,
}

/// A running cluster; dropping it ends everything in it.
pub struct Cluster {
    /// Where the API listens: `http://127.0.0.1:PORT`.
    pub url: String,
    inner: Arc<Inner>,
    control: JoinHandle<()>,
}

impl Cluster {
    /// Starts the API and the controllers.
    ///
    /// # Errors
    /// When loopback gives no port.
    pub async fn start(shared: Shared, world: World) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let tripwire = shared.effects.tripwire().clone();
        let inner = Arc::new(Inner {
            store: Mutex::new(furnished(&world)),
            runtime: Mutex::default(),
            closing: watch::Sender::new(false),
            world,
            shared,
        });
        let app = Router::new()
            .fallback(server::handle)
            .with_state(inner.clone());
        let app = guard(app, &format!("kubernetes/{}", inner.world.name), &tripwire);
        let mut closing = inner.closing.subscribe();
        tokio::spawn(async move {
            let closed = async move {
                // an error means that the cluster is gone: closed as well
                let _ = closing.wait_for(|closing| *closing).await;
            };
            // an accept error ends this API only; its callers then see it gone
            let _ = axum::serve(listener, app)
                .with_graceful_shutdown(closed)
                .await;
        });
        let control = tokio::spawn(control::run(inner.clone()));
        Ok(Self {
            url,
            inner,
            control,
        })
    }

    /// Every object there is, as the API would show it.
    pub fn objects(&self) -> Vec<Value> {
        self.inner
            .store()
            .all()
            .map(|object| Value::clone(object))
            .collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.control.abort();
        self.inner.closing.send_replace(true);
        for module in self.inner.runtime().routed.keys() {
            self.inner.shared.mesh.unroute(module);
        }
    }
}

/// What all parts of one cluster share. The store's lock is taken before the
/// runtime's, never after it.
struct Inner {
    world: World,
    shared: Shared,
    store: Mutex<Store>,
    runtime: Mutex<Runtime>,
    closing: watch::Sender<bool>,
}

impl Inner {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn runtime(&self) -> MutexGuard<'_, Runtime> {
        self.runtime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client's request changed an object.
    fn record(&self, verb: &str, kind: &kind::Kind, object: &Value) {
        let (namespace, name) = (object::namespace(object), object::name(object));
        let resource = if kind.namespaced {
            format!("{}/{namespace}/{name}", kind.kind)
        } else {
            format!("{}/{name}", kind.kind)
        };
        let api = format!("kubernetes/{}", self.world.name);
        self.shared.effects.record(&api, verb, &resource);
    }
}

/// The namespaces that are there from the start, each with its service account.
fn furnished(world: &World) -> Store {
    let mut store = Store::new();
    let system = ["default".to_owned(), "kube-system".to_owned()];
    for name in system.iter().chain(&world.namespaces) {
        let mut namespace = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name},
        });
        defaults::fill(&kind::NAMESPACE, &mut namespace, None);
        store.put(&kind::NAMESPACE, namespace);
    }
    store
}

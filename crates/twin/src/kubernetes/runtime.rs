//! What is not an object: where pods listen, since when they are ready, and
//! which of them stand behind which service.

use crate::mesh::{Refusal, Route};
use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::time::Instant;

/// The ready pods behind one service, taken in turn.
#[derive(Debug, Default)]
pub struct Backends {
    service: String,
    ready: RwLock<Vec<SocketAddr>>,
    turn: AtomicUsize,
}

impl Backends {
    pub fn of(service: &str) -> Arc<Self> {
        Arc::new(Self {
            service: service.to_owned(),
            ..Self::default()
        })
    }

    /// From now on these are ready.
    pub fn set(&self, ready: Vec<SocketAddr>) {
        *self.ready.write().unwrap_or_else(PoisonError::into_inner) = ready;
    }

    pub fn next(&self) -> Option<SocketAddr> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        ready.get(turn.checked_rem(ready.len())?).copied()
    }
}

impl Route for Backends {
    fn pick(&self, _: &str) -> Result<SocketAddr, Refusal> {
        self.next().ok_or_else(|| Refusal {
            status: 503,
            words: format!("no endpoints available for service \"{}\"", self.service),
        })
    }
}

/// The moving parts behind the objects.
#[derive(Default)]
pub struct Runtime {
    /// By the pod's uid.
    addresses: HashMap<String, SocketAddr>,
    /// By the pod's uid.
    ready_since: HashMap<String, Instant>,
    /// By namespace and name of the service.
    pub services: BTreeMap<(String, String), Arc<Backends>>,
    /// The modules that are routed here, and by which service.
    pub routed: BTreeMap<String, (String, String)>,
}

impl Runtime {
    /// Where a pod listens, once it runs.
    pub fn address(&self, pod: &str) -> Option<SocketAddr> {
        self.addresses.get(pod).copied()
    }

    pub fn listens(&mut self, pod: &str, address: SocketAddr) {
        self.addresses.insert(pod.to_owned(), address);
    }

    /// Since when a pod is ready without a break.
    pub fn ready_since(&self, pod: &str) -> Option<Instant> {
        self.ready_since.get(pod).copied()
    }

    pub fn is_ready(&mut self, pod: &str, ready: bool) {
        if ready {
            self.ready_since
                .entry(pod.to_owned())
                .or_insert_with(Instant::now);
        } else {
            self.ready_since.remove(pod);
        }
    }

    pub fn forget(&mut self, pod: &str) {
        self.addresses.remove(pod);
        self.ready_since.remove(pod);
    }

    /// The pod that the next request to a service reaches.
    pub fn next(&self, namespace: &str, service: &str) -> Option<SocketAddr> {
        let key = (namespace.to_owned(), service.to_owned());
        self.services.get(&key)?.next()
    }
}

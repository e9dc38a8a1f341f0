//! The ledger of effects: every request that really changed something, so that
//! a test can say "nothing was done twice".

use crate::tripwire::{self, Side, Tripwire};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// One request that changed something. A request that found everything as it
/// wants it (a server-side apply of an equal object) is none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Effect {
    /// The twin: `kubernetes/aks`, `arm`, `run`, …
    pub api: String,
    /// What was done: `apply`, `delete`, `slotsswap`, `patch`, …
    pub verb: String,
    /// To what: the resource's name as the API writes it.
    pub resource: String,
}

/// The ledger.
#[derive(Debug, Default)]
pub struct Effects {
    all: Mutex<Vec<Effect>>,
    tripwire: Arc<Tripwire>,
}

impl Effects {
    /// A request of `api` changed `resource`.
    pub fn record(&self, api: &str, verb: &str, resource: &str) {
        self.lock().push(Effect {
            api: api.to_owned(),
            verb: verb.to_owned(),
            resource: resource.to_owned(),
        });
        // What a request began and what comes to its end only now.
        if !tripwire::is_guarded() {
            let what = format!("{api} {verb} {resource}");
            self.tripwire.note(Side::After, &what);
        }
    }

    /// What can stop the world at one of its effects.
    pub fn tripwire(&self) -> &Arc<Tripwire> {
        &self.tripwire
    }

    /// Everything recorded, in the order in which it happened.
    pub fn all(&self) -> Vec<Effect> {
        self.lock().clone()
    }

    /// Forgets everything: the world is as the sandbox's user finds it.
    pub fn reset(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Effect>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What exists before anybody calls a twin: programs (what images and sources
//! do when they run), and the infrastructure that releases do not create.

use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// What an image or a source archive does when it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Program {
    /// The module that it is.
    pub module: String,
    /// Its version.
    pub version: semver::Version,
    /// The modules that it calls on each request, and the versions of them
    /// that it works with.
    pub needs: Vec<(String, semver::VersionReq)>,
    /// How long it takes to start, in milliseconds of the twins' clock.
    pub startup_ms: u64,
    /// Whether this is the version that is being released: faults of
    /// workloads touch only these.
    pub candidate: bool,
}

/// The images (by `repository@sha256:…`) and sources (by
/// `gs://bucket/object#generation`) that exist.
#[derive(Debug, Default)]
pub struct Programs {
    by_reference: RwLock<BTreeMap<String, Arc<Program>>>,
    tags: RwLock<BTreeMap<String, String>>,
}

impl Programs {
    /// From now on `reference` exists.
    pub fn add(&self, reference: &str, program: Program) {
        write(&self.by_reference).insert(reference.to_owned(), Arc::new(program));
    }

    /// From now on the tag `repository:tag` stands for `digest` (`sha256:…`).
    pub fn tag(&self, tagged: &str, digest: &str) {
        write(&self.tags).insert(tagged.to_owned(), digest.to_owned());
    }

    /// What `reference` does when it runs; none when it does not exist.
    pub fn get(&self, reference: &str) -> Option<Arc<Program>> {
        read(&self.by_reference).get(reference).cloned()
    }

    /// The digest that `repository:tag` stands for.
    pub fn resolve(&self, tagged: &str) -> Option<String> {
        read(&self.tags).get(tagged).cloned()
    }

    /// Every reference, in order.
    pub fn references(&self) -> Vec<String> {
        read(&self.by_reference).keys().cloned().collect()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

//! The embedded clouds: a twin for each API that the adapters touch, speaking
//! the real wire protocol on loopback, and workloads that really answer HTTP.
//!
//! It knows wire protocols and nothing else: no adapter, no plan, no release.
//! One clock ([`clock`]), one place for faults ([`faults`]), one ledger of
//! effects ([`effects`]), one data plane ([`mesh`]). Twins are stricter than
//! the clouds: an unknown field, a wrong verb or a missing api-version is an
//! error that names it.

pub mod azure;
pub mod clock;
pub mod effects;
pub mod faults;
pub mod google;
pub mod kubernetes;
pub mod mesh;
pub mod tls;
pub mod tripwire;
pub mod workload;
pub mod world;

use std::sync::Arc;

/// What every twin shares.
#[derive(Clone)]
pub struct Shared {
    /// The one clock.
    pub clock: clock::Clock,
    /// The one place for faults.
    pub faults: Arc<faults::Faults>,
    /// What was changed, by whom, how often.
    pub effects: Arc<effects::Effects>,
    /// How requests reach modules.
    pub mesh: Arc<mesh::Mesh>,
    /// The images and sources that exist, and what they do when run.
    pub programs: Arc<world::Programs>,
}

impl Shared {
    /// What the image or source `reference` does when it runs; none when it does
    /// not exist, or when `image-not-found` hides it.
    pub fn program(&self, reference: &str) -> Option<Arc<world::Program>> {
        let program = self.programs.get(reference)?;
        let hidden = program.candidate
            && self
                .faults
                .has(&program.module, faults::FaultKind::ImageNotFound);
        (!hidden).then_some(program)
    }
}

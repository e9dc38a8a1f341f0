//! The embedded clouds: a twin for each API that the adapters touch, speaking
//! the real wire protocol on loopback, and workloads that really answer HTTP.
//!
//! It knows wire protocols and nothing else: no adapter, no plan, no release.
//! One clock ([`clock`]), one place for faults ([`faults`]), one ledger of
//! effects ([`effects`]), one data plane ([`mesh`]). Twins are stricter than
//! the clouds: an unknown field, a wrong verb or a missing api-version is an
//! error that names it.

pub mod clock;
pub mod effects;
pub mod faults;
pub mod mesh;
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

//! What a manifest says, checked: every reference leads somewhere, every version
//! and range is one, every setting is one that its platform has.

mod after;
mod check;
mod gate;
mod migration;
mod module;
mod state;
mod target;
mod trigger;

pub use after::{After, Notify, Rotate, Tag};
pub use check::{Check, Verify};
pub use gate::{Expect, Gate, GateKind};
pub use migration::Migration;
pub use module::{Artifact, KeyVaultSecret, Module, Need};
pub(crate) use module::{SecretRef, Settings};
pub(crate) use state::SCHEMES;
pub use state::State;
pub use target::{Place, Target};
pub use trigger::{CloudScheduler, CronJob, EventGrid, Hold, Pubsub, Trigger, TriggerKind};

use schemars::JsonSchema;
use segue_model::{ModuleId, TargetId};
use serde::Deserialize;

/// A checked manifest of one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The environment that its releases change.
    pub environment: String,
    /// Where a team keeps journal and lock; none for a file beside the manifest.
    pub state: Option<State>,
    /// How wide a release may run.
    pub order: Order,
    /// What happens when a step fails.
    pub on_failure: OnFailure,
    /// At most this many operations at once; at least 1.
    pub parallel: usize,
    /// Where modules run, in written order.
    pub targets: Vec<Target>,
    /// What must hold before anything changes, in written order.
    pub gates: Vec<Gate>,
    /// What starts work by itself, in written order.
    pub triggers: Vec<Trigger>,
    /// What is deployed, in written order.
    pub modules: Vec<Module>,
    /// What follows when every module is live.
    pub after: After,
}

impl Manifest {
    /// The target of that name.
    pub fn target(&self, id: &TargetId) -> Option<&Target> {
        self.targets.iter().find(|target| *target.id == *id)
    }

    /// The module of that name.
    pub fn module(&self, id: &ModuleId) -> Option<&Module> {
        self.modules.iter().find(|module| *module.id == *id)
    }
}

/// How wide a release may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Modules run one at a time, as they are written.
    Strict,
    /// Modules run as soon as what they need is live, as many at once as the limits allow.
    #[default]
    Graph,
}

/// What happens when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// What was done is undone, and every trigger given back.
    #[default]
    Undo,
    /// The release holds and waits for a person: `segue resume` tries again what failed.
    Hold,
}

/// A share of the traffic: 0 to 100 per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub(crate) u8);

impl Percent {
    /// All of the traffic.
    pub const ALL: Self = Self(100);

    /// The number, 0 to 100.
    pub fn get(self) -> u8 {
        self.0
    }
}

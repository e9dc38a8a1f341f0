//! Manifest, lock and observation → plan.
//!
//! Pure: what it is given is all that it knows. It reads what a platform can do
//! ([`Capabilities`]) and no platform's name.
//!
//! ```text
//!  gates, checks ─► windows ─► lease, pause
//!       ─► per module: migrate ─► per unit: stage ─► verify ─► (shift ─► verify)* ─► proofs
//!       ─► health of all ══ point of no return ══ resume ─► settle ─► rotate ─► tag ─► notify
//! ```

mod aftermath;
mod build;
mod changes;
mod migrations;
mod moved;
mod order;
mod preconditions;
mod rollback;
mod triggers;
mod units;

pub use changes::waves;
pub use moved::{Moved, moved};
pub use rollback::{Rollback, rollback, units};

use segue_manifest::{Manifest, OnFailure};
use segue_model::{Capabilities, Digest, Failure, ModuleId, Observation, Plan, TargetId, Unit};
use std::collections::BTreeMap;

/// One module on one target: what is wanted, what is live, and what the target can do.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What the lock wants there.
    pub unit: Unit,
    /// What is live there.
    pub live: Observation,
    /// Whether what is live differs from what is wanted.
    pub changed: bool,
    /// What the target can do.
    pub capabilities: Capabilities,
}

/// All that a plan is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// What the person wrote.
    pub manifest: &'a Manifest,
    /// The digest of its text.
    pub manifest_digest: Digest,
    /// The digest of the lock's text.
    pub lock_digest: Digest,
    /// Every module on every one of its targets.
    pub seen: Vec<Seen>,
    /// What happens when a step fails; none for what the manifest says.
    pub on_failure: Option<OnFailure>,
}

impl Input<'_> {
    /// How long one operation on the unit may take, in seconds.
    fn deadline_s(&self, seen: &Seen) -> u32 {
        let module = self.manifest.module(&seen.unit.module);
        module.map_or(1, |module| build::seconds(module.deadline))
    }

    fn of<'a>(&'a self, module: &'a ModuleId) -> impl Iterator<Item = &'a Seen> {
        self.seen
            .iter()
            .filter(move |seen| seen.unit.module == *module)
    }
}

/// What is live now, by module and target.
pub type Observations = BTreeMap<(ModuleId, TargetId), Observation>;

/// Makes the plan. A plan without operations means that nothing is to be done.
///
/// # Errors
/// When the manifest wishes what a platform cannot do.
pub fn plan(input: &Input<'_>) -> Result<Plan, Failure> {
    build::build(input)
}

//! Law 7: what was reviewed is what runs. Whether the world moved since a plan
//! was made.

use crate::Observations;
use segue_model::{Change, Observation, Plan};

/// One thing that is no longer as the plan was made on.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// What the plan rests on.
    pub planned: Change,
    /// What is live now.
    pub now: Observation,
}

/// Everything that is no longer as the plan was made on.
pub fn moved(plan: &Plan, now: &Observations) -> Vec<Moved> {
    let changes = plan.changes.iter();
    changes
        .filter_map(|change| {
            let now = now.get(&(change.module.clone(), change.target.clone()))?;
            (now.fingerprint != change.former.fingerprint).then(|| Moved {
                planned: change.clone(),
                now: now.clone(),
            })
        })
        .collect()
}

//! Who carries out what: adapters by target, performers by name.

use crate::{Performer, Platform, Triggers};
use segue_model::TargetId;
use std::{collections::BTreeMap, sync::Arc};

/// The adapters and performers of one environment.
#[derive(Default, Clone)]
pub struct Registry {
    /// What runs modules, by target.
    pub platforms: BTreeMap<TargetId, Arc<dyn Platform>>,
    /// What holds triggers, by target.
    pub triggers: BTreeMap<TargetId, Arc<dyn Triggers>>,
    /// What carries out everything else, by name.
    pub performers: BTreeMap<String, Arc<dyn Performer>>,
}

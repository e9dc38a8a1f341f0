//! The plan of a release as text.

use crate::{damaged, format};
use segue_model::{Digest, EventKind, Failure, Plan};

/// A plan as it is stored: the very text that its digest names.
pub(crate) fn encode(plan: &Plan) -> Result<String, Failure> {
    serde_json::to_string(plan).map_err(damaged)
}

/// A plan out of its `text`, held against the release's first event, where there
/// is one already: what was reviewed is what runs (law 7).
pub(crate) fn decode(text: &str, first: Option<&str>) -> Result<Plan, Failure> {
    if let Some(first) = first
        && let EventKind::Started { plan, .. } = format::decode(first)?
        && plan != Digest::of(text.as_bytes())
    {
        return Err(damaged(format!(
            "the plan is not the one that the release was started with, {}",
            plan.short()
        )));
    }
    serde_json::from_str(text).map_err(damaged)
}

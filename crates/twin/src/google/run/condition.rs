//! How far something has got, in Cloud Run's words.

use super::{super::operations::Failure, now};
use serde_json::{Value, json};

/// A `GoogleCloudRunV2Condition`.
#[derive(Debug, Clone)]
pub(in crate::google) struct Condition {
    pub state: State,
    since: String,
}

/// The state of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::google) enum State {
    Reconciling,
    Succeeded,
    /// Why, and the field and name of the reason.
    Failed(Failure, Reason),
}

/// The field of a condition that holds its reason, and the reason.
pub(in crate::google) type Reason = (&'static str, &'static str);

impl Condition {
    /// A condition that has just come about.
    pub fn new(state: State) -> Self {
        Self {
            state,
            since: now(),
        }
    }

    /// What `outcome` says, for `reason` when it failed.
    pub fn of(outcome: &Result<(), Failure>, reason: Reason) -> Self {
        Self::new(match outcome {
            Ok(()) => State::Succeeded,
            Err(failure) => State::Failed(failure.clone(), reason),
        })
    }

    /// As the API answers it, as the condition named `kind`.
    pub fn view(&self, kind: &str) -> Value {
        let mut view = json!({"type": kind, "lastTransitionTime": self.since});
        match &self.state {
            State::Reconciling => view["state"] = json!("CONDITION_RECONCILING"),
            State::Succeeded => view["state"] = json!("CONDITION_SUCCEEDED"),
            State::Failed(failure, (field, reason)) => {
                view["state"] = json!("CONDITION_FAILED");
                view["severity"] = json!("ERROR");
                view["message"] = json!(failure.message);
                view[*field] = json!(reason);
            }
        }
        view
    }
}

//! What Cloud Run says of a service and of a revision.

use google_cloud_run_v2::model::{
    Condition, Revision, Service,
    condition::{Severity, State},
};

/// Where a revision stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// It can take traffic.
    Ready,
    /// It will not become ready; Cloud Run's words.
    Failed(String),
    /// Not yet decided.
    Pending,
}

/// Where the revision stands, by its condition `Ready`.
pub(crate) fn readiness(revision: &Revision) -> Readiness {
    let ready = revision
        .conditions
        .iter()
        .find(|condition| condition.r#type == "Ready");
    match ready.map(|condition| &condition.state) {
        Some(State::ConditionSucceeded) => Readiness::Ready,
        Some(State::ConditionFailed) => Readiness::Failed(failed(&revision.conditions)),
        _ => Readiness::Pending,
    }
}

/// What Cloud Run says is wrong with the service; empty when nothing is.
pub(crate) fn complaints(service: &Service) -> String {
    let all: Vec<_> = service
        .terminal_condition
        .iter()
        .chain(&service.conditions)
        .cloned()
        .collect();
    failed(&all)
}

/// The messages of the failed conditions, each once.
fn failed(conditions: &[Condition]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for condition in conditions {
        let is_failed = condition.state == State::ConditionFailed
            && !matches!(condition.severity, Severity::Info | Severity::Warning);
        if is_failed && !condition.message.is_empty() && !words.contains(&&*condition.message) {
            words.push(&condition.message);
        }
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(kind: &str, state: State, message: &str) -> Condition {
        Condition::new()
            .set_type(kind)
            .set_state(state)
            .set_message(message)
    }

    #[test]
    fn a_failed_revision_tells_each_reason_once() {
        let words = "Image 'x' not found.";
        let revision = Revision::new().set_conditions([
            condition("Ready", State::ConditionFailed, words),
            condition("ContainerReady", State::ConditionFailed, words),
            condition("ResourcesAvailable", State::ConditionSucceeded, ""),
        ]);
        assert_eq!(readiness(&revision), Readiness::Failed(words.into()));
    }

    #[test]
    fn a_revision_without_a_condition_is_not_decided() {
        assert_eq!(readiness(&Revision::new()), Readiness::Pending);
    }
}

//! What the API server refuses, as failures: the codes of this adapter, and
//! the one place where statuses become kinds.

use segue_model::{Failure, FailureKind, Fault};
use serde_json::Value;
use std::error::Error;

/// The kubeconfig or the address gives no access.
pub(crate) const ACCESS: &str = "SEG3001";
/// The cluster refused the credential or the permission.
pub(crate) const DENIED: &str = "SEG3002";
/// The API server is out of reach or asks to come back later.
pub(crate) const UNAVAILABLE: &str = "SEG3003";
/// Another field manager owns a field that Segue would change.
pub(crate) const CONFLICT: &str = "SEG3004";
/// The API server rejected a request.
pub(crate) const REJECTED: &str = "SEG3005";
/// An answer of the API server makes no sense.
pub(crate) const UNREADABLE: &str = "SEG3006";
/// An object belongs to another module.
pub(crate) const FOREIGN: &str = "SEG3007";
/// What the lock or the manifest says of a module is malformed.
pub(crate) const MALFORMED: &str = "SEG3008";
/// A key of a Secret object has no source.
pub(crate) const NO_SOURCE: &str = "SEG3009";
/// A container crashes.
pub(crate) const CRASH: &str = "SEG3010";
/// An image cannot be pulled.
pub(crate) const IMAGE: &str = "SEG3011";
/// A container cannot be created from its configuration.
pub(crate) const CONTAINER_CONFIG: &str = "SEG3012";
/// A rollout stopped making progress.
pub(crate) const NO_PROGRESS: &str = "SEG3013";
/// The cluster does not create the pods.
pub(crate) const NO_PODS: &str = "SEG3014";
/// A replica was ready and is no longer.
pub(crate) const TURNED_BAD: &str = "SEG3015";
/// A sidecar is missing.
pub(crate) const SIDECAR: &str = "SEG3016";
/// The service does not answer 200.
pub(crate) const HEALTH: &str = "SEG3017";
/// An object is missing or differs from what was locked.
pub(crate) const DIFFERS: &str = "SEG3018";
/// A Secret that the former state needs is gone.
pub(crate) const SECRET_GONE: &str = "SEG3019";
/// A CronJob cannot be paused or given back.
pub(crate) const CRON_JOB: &str = "SEG3020";

/// What the API server answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub status: u16,
    /// The header `Retry-After`, in milliseconds.
    pub retry_after_ms: Option<u64>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the API server itself speaks, with a `Status`, and not what it proxies to.
    pub fn is_status(&self) -> bool {
        let body = self.json();
        body["kind"] == "Status" && body["apiVersion"] == "v1"
    }

    /// The server's own words: the message of its `Status`, or the body's beginning.
    pub fn words(&self) -> String {
        match self.json()["message"].as_str() {
            Some(message) => message.to_owned(),
            None => String::from_utf8_lossy(&self.body)
                .trim()
                .chars()
                .take(300)
                .collect(),
        }
    }

    /// What a refusal means; `doing` says what was being done: `applying Service web`.
    pub fn refusal(&self, doing: &str) -> Failure {
        let body = self.json();
        let failure = match self.status {
            401 => Failure::denied(
                DENIED,
                format!("the cluster refused the credential, {doing}"),
            ),
            403 => Failure::denied(DENIED, format!("the cluster refused {doing}")),
            409 if !conflicts(&body).is_empty() => conflict(doing, &conflicts(&body)),
            408 | 409 | 429 | 500.. => Failure::unavailable(
                UNAVAILABLE,
                format!("the API server answered {}, {doing}", self.status),
            )
            .retry_after_ms(self.retry_after_ms.or_else(|| retry_after(&body))),
            status => Failure::step(
                REJECTED,
                format!("the API server rejected {doing} with {status}"),
            ),
        };
        failure.words(self.words())
    }
}

/// `retryAfterSeconds` of a `Status`, in milliseconds.
fn retry_after(status: &Value) -> Option<u64> {
    let seconds = status.pointer("/details/retryAfterSeconds")?.as_u64()?;
    (seconds > 0).then_some(seconds * 1000)
}

/// A field that another manager owns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub field: String,
    pub manager: String,
}

/// The field managers' conflicts that a `Status` tells of.
/// Source: Kubernetes documentation, "Server-Side Apply", conflicts; a cause
/// reads `conflict with "kubectl-edit" using apps/v1`.
pub(crate) fn conflicts(status: &Value) -> Vec<Conflict> {
    let causes = status
        .pointer("/details/causes")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    causes
        .iter()
        .filter(|cause| cause["reason"] == "FieldManagerConflict")
        .map(|cause| {
            let message = cause["message"].as_str().unwrap_or_default();
            Conflict {
                field: cause["field"].as_str().unwrap_or_default().to_owned(),
                manager: message.split('"').nth(1).unwrap_or(message).to_owned(),
            }
        })
        .collect()
}

fn conflict(doing: &str, conflicts: &[Conflict]) -> Failure {
    let fields: Vec<String> = conflicts
        .iter()
        .map(|c| format!("{} belongs to {}", c.field, c.manager))
        .collect();
    Failure::new(
        FailureKind::Step,
        Fault::User,
        CONFLICT,
        format!("{doing}: {}", fields.join(", ")),
    )
    .hint("decide who sets the field: take it out of the manifests, or let the other manager go of it")
}

/// A request that got no answer.
pub(crate) fn no_answer(doing: &str, error: &kube::Error) -> Failure {
    match error {
        kube::Error::Api(status) => Reply {
            status: status.code,
            retry_after_ms: None,
            body: serde_json::to_vec(status).unwrap_or_default(),
        }
        .refusal(doing),
        // A plugin that ran and gave no credential may have been cut off itself.
        kube::Error::Auth(kube::client::AuthError::AuthExecRun { .. }) => Failure::unavailable(
            UNAVAILABLE,
            format!("no credential for the cluster, {doing}"),
        )
        .words(chain(error)),
        kube::Error::Auth(_) => {
            Failure::denied(DENIED, format!("no credential for the cluster, {doing}"))
                .words(chain(error))
        }
        kube::Error::SerdeError(_) => unreadable(doing).words(chain(error)),
        _ => Failure::unavailable(
            UNAVAILABLE,
            format!("the API server is out of reach, {doing}"),
        )
        .words(chain(error)),
    }
}

/// A watch that broke.
pub(crate) fn broken_watch(doing: &str, error: kube::runtime::watcher::Error) -> Failure {
    use kube::runtime::watcher::Error as Watch;
    match error {
        Watch::InitialListFailed(error) | Watch::WatchStartFailed(error) => {
            no_answer(doing, &error)
        }
        Watch::WatchError(status) => no_answer(doing, &kube::Error::Api(status)),
        // A stream that broke off says nothing of the step, whatever broke it.
        error => Failure::unavailable(UNAVAILABLE, format!("the watch broke off, {doing}"))
            .words(chain(&error)),
    }
}

/// An answer that makes no sense.
pub(crate) fn unreadable(doing: &str) -> Failure {
    Failure::new(
        FailureKind::Step,
        Fault::Platform,
        UNREADABLE,
        format!("the API server's answer makes no sense, {doing}"),
    )
}

/// What the lock or the manifest says is malformed.
pub(crate) fn malformed(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Step, Fault::User, MALFORMED, what)
}

/// An error with all its causes: its own text often hides them.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(status: u16, body: &Value) -> Reply {
        Reply {
            status,
            retry_after_ms: None,
            body: body.to_string().into_bytes(),
        }
    }

    fn status(code: u16, message: &str) -> Reply {
        let body = json!({"kind": "Status", "apiVersion": "v1", "code": code, "message": message});
        reply(code, &body)
    }

    #[test]
    fn each_status_has_its_kind() {
        let kind = |code| status(code, "words").refusal("reading Pod p").kind;
        for code in [401, 403] {
            assert_eq!(kind(code), FailureKind::Denied, "{code}");
        }
        for code in [408, 409, 429, 500, 502, 503, 504] {
            assert_eq!(kind(code), FailureKind::Unavailable, "{code}");
        }
        for code in [400, 404, 405, 415, 422] {
            assert_eq!(kind(code), FailureKind::Step, "{code}");
        }
    }

    #[test]
    fn the_words_are_the_clouds_own() {
        assert_eq!(
            status(422, "spec.replicas: Invalid").refusal("x").words,
            "spec.replicas: Invalid"
        );
        let page = Reply {
            status: 502,
            body: b"<html>bad gateway".to_vec(),
            ..Reply::default()
        };
        assert_eq!(page.refusal("x").words, "<html>bad gateway");
    }

    #[test]
    fn the_wait_is_taken_from_the_header_or_the_status() {
        let body = json!({"kind": "Status", "details": {"retryAfterSeconds": 7}});
        assert_eq!(reply(429, &body).refusal("x").retry_after_ms, Some(7000));
        let header = Reply {
            retry_after_ms: Some(1000),
            ..reply(503, &body)
        };
        assert_eq!(header.refusal("x").retry_after_ms, Some(1000));
    }

    #[test]
    fn a_conflict_names_field_and_manager() {
        let body = json!({"kind": "Status", "details": {"causes": [{
            "reason": "FieldManagerConflict",
            "message": "conflict with \"kubectl-edit\" using apps/v1",
            "field": ".spec.replicas",
        }]}});
        let failure = reply(409, &body).refusal("applying Deployment web");
        assert_eq!(failure.code, CONFLICT);
        assert_eq!(failure.kind, FailureKind::Step);
        assert!(
            failure
                .what
                .contains(".spec.replicas belongs to kubectl-edit")
        );
    }

    #[test]
    fn only_a_status_is_the_servers_own_answer() {
        assert!(status(503, "no endpoints").is_status());
        assert!(!reply(503, &json!({"message": "starting"})).is_status());
    }
}

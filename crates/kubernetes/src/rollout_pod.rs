//! What one pod tells: whether it is ready, and what keeps it from being so.

use crate::{
    errors,
    object::{self, int, list, text},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde::Deserialize as _;
use serde_json::Value;

/// A container that will not get better by waiting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub code: &'static str,
    pub container: String,
    pub what: String,
    pub words: String,
}

/// Whether the condition `Ready` holds.
pub(crate) fn is_ready(pod: &Value) -> bool {
    list(pod, "/status/conditions")
        .iter()
        .any(|c| c["type"] == "Ready" && c["status"] == "True")
}

/// Whether a pod that is not ready was so before anybody watched: a pod that
/// never was has been not ready since it was initialized, within the second to
/// which Kubernetes tells times.
pub(crate) fn was_ready(pod: &Value) -> bool {
    let since = |condition: &str| {
        let found = list(pod, "/status/conditions")
            .iter()
            .find(|c| c["type"] == condition)?;
        let time = Time::deserialize(&found["lastTransitionTime"]).ok()?;
        Some(time.0.as_second())
    };
    matches!((since("Ready"), since("Initialized")), (Some(ready), Some(begin)) if ready > begin + 1)
}

/// How often its containers restarted, all together.
pub(crate) fn restarts(pod: &Value) -> i64 {
    statuses(pod)
        .filter_map(|status| int(status, "/restartCount"))
        .sum()
}

/// Whether the pod was made with the container `name`, as a sidecar of either form.
pub(crate) fn has_container(pod: &Value, name: &str) -> bool {
    ["/spec/containers", "/spec/initContainers"]
        .iter()
        .flat_map(|place| list(pod, place))
        .any(|container| container["name"] == name)
}

/// The first of `sidecars` that is not ready.
pub(crate) fn lacks_ready<'a>(pod: &Value, sidecars: &'a [String]) -> Option<&'a str> {
    sidecars
        .iter()
        .find(|name| !statuses(pod).any(|s| s["name"] == name.as_str() && s["ready"] == true))
        .map(String::as_str)
}

/// Why no node takes the pod, when none does. It may pass: a node may be added.
pub(crate) fn unschedulable(pod: &Value) -> Option<&str> {
    list(pod, "/status/conditions")
        .iter()
        .find(|c| c["type"] == "PodScheduled" && c["status"] == "False")
        .map(|c| text(c, "/message"))
}

/// The first container that will not get better by waiting.
pub(crate) fn trouble(pod: &Value) -> Option<Trouble> {
    statuses(pod).find_map(|status| {
        let (code, what) = diagnosis(status)?;
        Some(Trouble {
            code,
            container: text(status, "/name").to_owned(),
            what,
            words: status_words(status),
        })
    })
}

fn diagnosis(status: &Value) -> Option<(&'static str, String)> {
    let reason = text(status, "/state/waiting/reason");
    let code = match reason {
        "CrashLoopBackOff" | "RunContainerError" => errors::CRASH,
        "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull"
        | "ImageInspectError" => errors::IMAGE,
        "CreateContainerConfigError" | "CreateContainerError" => errors::CONTAINER_CONFIG,
        _ => {
            let restarts = int(status, "/restartCount").unwrap_or(0);
            let ended = status["state"]["terminated"].is_object();
            // A finished init container has ended too, and well.
            let failed = int(status, "/state/terminated/exitCode").unwrap_or(1) != 0;
            return (ended && failed && restarts >= 2)
                .then(|| (errors::CRASH, format!("ended, restarted {restarts} times")));
        }
    };
    Some((code, reason.to_owned()))
}

/// What the first container that is not well says.
pub(crate) fn words(pod: &Value) -> String {
    let not_ready = list(pod, "/status/conditions")
        .iter()
        .find(|c| c["type"] == "Ready" && c["status"] != "True");
    statuses(pod)
        .filter(|status| status["ready"] != true)
        .map(status_words)
        .find(|words| !words.is_empty())
        .or_else(|| not_ready.map(|c| text(c, "/message").to_owned()))
        .unwrap_or_default()
}

/// The waiting message, and how the container ended.
fn status_words(status: &Value) -> String {
    let waiting = match text(status, "/state/waiting/message") {
        "" => text(status, "/state/waiting/reason"),
        message => message,
    };
    let ended = ["/state/terminated", "/lastState/terminated"]
        .iter()
        .filter_map(|place| status.pointer(place))
        .find(|state| state.is_object())
        .map(end_words)
        .unwrap_or_default();
    [waiting, &ended]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

fn end_words(terminated: &Value) -> String {
    let mut words = match text(terminated, "/reason") {
        "" => "ended".to_owned(),
        reason => reason.to_owned(),
    };
    if let Some(code) = int(terminated, "/exitCode") {
        words.push_str(&format!(", exit code {code}"));
    }
    let message = text(terminated, "/message").trim();
    if !message.is_empty() {
        words.push_str(": ");
        words.push_str(message);
    }
    words
}

fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    ["/status/initContainerStatuses", "/status/containerStatuses"]
        .into_iter()
        .flat_map(|place| object::list(pod, place))
}

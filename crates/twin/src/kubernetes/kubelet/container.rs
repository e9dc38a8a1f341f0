//! One container of a pod: its image pulled, its environment found, its program
//! run and, when it ends, run again.

use super::{
    image::{self, Image},
    pod::Pod,
    references,
};
use crate::{
    kubernetes::object::{name, namespace, now, number, text, uid},
    workload::{Phase, Workload},
    world::Program,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How long an image takes to be pulled, in the twins' time.
const PULL: Duration = Duration::from_millis(100);

/// The kubelet waits this long before it tries again, then twice as long, at
/// most five minutes. Source: Kubernetes, "Pod Lifecycle: Restart policy".
const BACK_OFF: Duration = Duration::from_secs(10);
const BACK_OFF_AT_MOST: Duration = Duration::from_secs(300);

/// One container.
pub struct Container<'a> {
    pod: &'a Pod,
    list: &'static str,
    index: usize,
    spec: &'a Value,
    restarts: u32,
    last: Value,
}

impl<'a> Container<'a> {
    pub fn new(pod: &'a Pod, list: &'static str, index: usize) -> Self {
        Self {
            pod,
            list,
            index,
            spec: &pod.object["spec"][list][index],
            restarts: 0,
            last: json!({}),
        }
    }

    /// Runs an init container: through to its end, or, when it always restarts
    /// (a sidecar), until it has started.
    pub async fn prepare_pod(self) {
        self.pull().await;
        self.find_environment().await;
        let status = if text(self.spec, "/restartPolicy") == "Always" {
            self.running(true, &now())
        } else {
            let ended = json!({
                "exitCode": 0, "reason": "Completed", "startedAt": now(), "finishedAt": now(),
            });
            self.status(json!({"terminated": ended}), true, false)
        };
        self.pod.set(self.list, self.index, status);
    }

    /// Runs a container as long as its pod lives.
    pub async fn run(mut self) {
        let image = self.pull().await;
        self.find_environment().await;
        match image {
            Image::Sidecar => self
                .pod
                .set(self.list, self.index, self.running(true, &now())),
            Image::Program(program) => self.serve(&program).await,
        }
    }

    async fn pull(&self) -> Image {
        let image = text(self.spec, "/image");
        let mut wait = BACK_OFF;
        loop {
            self.pod
                .event(false, "Pulling", &format!("Pulling image \"{image}\""));
            self.pod.inner.shared.clock.sleep(PULL).await;
            if let Some(found) = image::find(&self.pod.inner, image) {
                let words = format!(
                    "Successfully pulled image \"{image}\" in {}ms",
                    PULL.as_millis()
                );
                self.pod.event(false, "Pulled", &words);
                return found;
            }
            let words = format!(
                "Failed to pull image \"{image}\": rpc error: code = NotFound desc = failed to pull \
                 and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
            );
            self.pod.event(true, "Failed", &words);
            self.pod.event(true, "Failed", "Error: ErrImagePull");
            self.wait_as("ErrImagePull", &words);
            self.pod.inner.shared.clock.sleep(PULL).await;
            let words = format!("Back-off pulling image \"{image}\"");
            self.pod.event(false, "BackOff", &words);
            self.wait_as("ImagePullBackOff", &words);
            self.pod.inner.shared.clock.sleep(wait).await;
            wait = (wait * 2).min(BACK_OFF_AT_MOST);
        }
    }

    async fn find_environment(&self) {
        let mut changes = self.pod.inner.store().subscribe();
        let mut said = None;
        loop {
            changes.mark_unchanged();
            let missing = {
                let store = self.pod.inner.store();
                references::missing_environment(&store, namespace(&self.pod.object), self.spec)
            };
            let Some(words) = missing else { return };
            if said.as_ref() != Some(&words) {
                self.pod.event(true, "Failed", &format!("Error: {words}"));
                self.wait_as("CreateContainerConfigError", &words);
                said = Some(words);
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    async fn serve(&mut self, program: &Arc<Program>) {
        let mut wait = BACK_OFF;
        loop {
            self.run_once(program).await;
            if self.pod.object["spec"]["restartPolicy"] == "Never" {
                let status = self.status(self.last.clone(), false, false);
                return self.pod.set(self.list, self.index, status);
            }
            // the first restart comes at once
            if self.restarts > 0 {
                self.back_off(wait).await;
                wait = (wait * 2).min(BACK_OFF_AT_MOST);
            }
            self.restarts += 1;
        }
    }

    /// Runs the program until it ends; how it ended is in `last` then.
    async fn run_once(&mut self, program: &Arc<Program>) {
        let since = now();
        let container = text(self.spec, "/name");
        self.pod
            .event(false, "Created", &format!("Created container: {container}"));
        let mut exit = 128;
        if let Ok(workload) = Workload::start(&self.pod.inner.shared, program.clone()).await {
            let phase = workload.watch();
            self.pod.runs(self.index, workload);
            self.pod
                .event(false, "Started", &format!("Started container {container}"));
            exit = self.follow(phase, &since).await;
            self.pod.stopped(self.index);
        }
        self.last = json!({"terminated": {
            "exitCode": exit, "reason": "Error", "startedAt": since, "finishedAt": now(),
            "containerID": self.container_id(),
        }});
    }

    /// Tells how the program is doing until it ends, and with which code it did.
    async fn follow(&self, mut phases: tokio::sync::watch::Receiver<Phase>, since: &str) -> i32 {
        let has_probe = self.spec.get("readinessProbe").is_some();
        loop {
            let phase = *phases.borrow_and_update();
            if phase == Phase::Exited {
                return 1;
            }
            let ready = !has_probe || phase == Phase::Ready;
            self.pod
                .set(self.list, self.index, self.running(ready, since));
            tokio::select! {
                changed = phases.changed() => if changed.is_err() { return 137 },
                () = self.complain(phase) => return 137,
            }
        }
    }

    /// What probes that fail lead to: an event, and when the liveness probe has
    /// failed often enough, the end of the program. Otherwise it never returns.
    async fn complain(&self, phase: Phase) {
        let code = match phase {
            Phase::Starting => 503,
            Phase::Unhealthy => 500,
            Phase::Ready | Phase::Exited => return std::future::pending().await,
        };
        let words = |probe: &str| {
            format!("{probe} probe failed: HTTP probe failed with statuscode: {code}")
        };
        let clock = &self.pod.inner.shared.clock;
        if let Some(probe) = self.spec.get("readinessProbe") {
            if phase == Phase::Starting {
                clock.sleep(seconds(probe, "periodSeconds")).await;
            }
            self.pod.event(true, "Unhealthy", &words("Readiness"));
        }
        let Some(probe) = self.spec.get("livenessProbe") else {
            return std::future::pending().await;
        };
        clock.sleep(seconds(probe, "initialDelaySeconds")).await;
        for _ in 0..number(probe, "/failureThreshold").max(1) {
            clock.sleep(seconds(probe, "periodSeconds")).await;
            self.pod.event(true, "Unhealthy", &words("Liveness"));
        }
        let container = text(self.spec, "/name");
        let words = format!("Container {container} failed liveness probe, will be restarted");
        self.pod.event(false, "Killing", &words);
    }

    async fn back_off(&self, wait: Duration) {
        let object = &self.pod.object;
        let container = text(self.spec, "/name");
        let whose = format!("{}_{}({})", name(object), namespace(object), uid(object));
        let words = format!("Back-off restarting failed container {container} in pod {whose}");
        self.pod.event(true, "BackOff", &words);
        let words = format!(
            "back-off {}s restarting failed container={container} pod={whose}",
            wait.as_secs()
        );
        self.wait_as("CrashLoopBackOff", &words);
        self.pod.inner.shared.clock.sleep(wait).await;
    }

    fn wait_as(&self, reason: &str, words: &str) {
        self.pod
            .set(self.list, self.index, self.waiting(reason, words));
    }

    /// The status of a container that does not run.
    pub fn waiting(&self, reason: &str, words: &str) -> Value {
        let mut waiting = json!({"reason": reason});
        if !words.is_empty() {
            waiting["message"] = json!(words);
        }
        self.status(json!({"waiting": waiting}), false, false)
    }

    fn running(&self, ready: bool, since: &str) -> Value {
        self.status(json!({"running": {"startedAt": since}}), ready, true)
    }

    fn status(&self, state: Value, ready: bool, started: bool) -> Value {
        let image = text(self.spec, "/image");
        let has_run = state.get("waiting").is_none();
        json!({
            "name": text(self.spec, "/name"), "image": image,
            "imageID": if has_run { image::pinned(&self.pod.inner, image) } else { String::new() },
            "containerID": if has_run { self.container_id() } else { String::new() },
            "ready": ready, "started": started, "restartCount": self.restarts,
            "state": state, "lastState": self.last,
        })
    }

    fn container_id(&self) -> String {
        format!(
            "containerd://{}-{}{}-{}",
            uid(&self.pod.object),
            self.list,
            self.index,
            self.restarts
        )
    }
}

fn seconds(probe: &Value, field: &str) -> Duration {
    let seconds = number(probe, &format!("/{field}"));
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

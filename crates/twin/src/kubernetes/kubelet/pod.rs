//! One pod: scheduled, its volumes mounted, its containers run, its status told.

use super::{container::Container, references};
use crate::{
    kubernetes::{
        Inner, kind,
        object::{items, name, namespace, now, text, uid},
    },
    workload::Workload,
};
use futures::future::join_all;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// How long the processes of a pod take to end, in the twins' time.
const ENDS: Duration = Duration::from_millis(500);

/// One pod, alive.
pub struct Pod {
    pub inner: Arc<Inner>,
    /// As it was created; `spec` does not change.
    pub object: Arc<Value>,
    /// The statuses of `initContainers` and `containers`, by list and index.
    statuses: Mutex<HashMap<(&'static str, usize), Value>>,
    /// What runs, by index of the container.
    workloads: Mutex<HashMap<usize, Workload>>,
    ip: String,
}

impl Pod {
    pub fn new(inner: Arc<Inner>, object: Arc<Value>) -> Self {
        Self {
            inner,
            object,
            statuses: Mutex::default(),
            workloads: Mutex::default(),
            ip: format!("10.244.{}.{}", fastrand::u8(..), fastrand::u8(1..255)),
        }
    }

    /// Lives until `end` says true or is dropped.
    pub async fn run(self, mut end: watch::Receiver<bool>) {
        tokio::select! {
            () = self.live() => {}
            _ = end.wait_for(|end| *end) => {}
        }
        self.end().await;
    }

    async fn live(&self) {
        self.schedule();
        self.mount().await;
        let spec = &self.object["spec"];
        for index in 0..items(spec, "/initContainers").len() {
            Container::new(self, "initContainers", index)
                .prepare_pod()
                .await;
        }
        let containers = 0..items(spec, "/containers").len();
        join_all(containers.map(|index| Container::new(self, "containers", index).run())).await;
        std::future::pending().await
    }

    fn schedule(&self) {
        let mut store = self.inner.store();
        store.edit(
            &kind::POD,
            namespace(&self.object),
            name(&self.object),
            |pod| {
                pod["spec"]["nodeName"] = json!("node-1");
            },
        );
        let words = format!(
            "Successfully assigned {}/{} to node-1",
            namespace(&self.object),
            name(&self.object)
        );
        store.event(
            "default-scheduler",
            &self.object,
            false,
            "Scheduled",
            &words,
        );
        drop(store);
        let spec = &self.object["spec"];
        let reason = if items(spec, "/initContainers").is_empty() {
            "ContainerCreating"
        } else {
            "PodInitializing"
        };
        for list in ["initContainers", "containers"] {
            for index in 0..items(spec, &format!("/{list}")).len() {
                let waiting = Container::new(self, list, index).waiting(reason, "");
                self.statuses().insert((list, index), waiting);
            }
        }
        self.tell();
    }

    async fn mount(&self) {
        let mut changes = self.inner.store().subscribe();
        let mut said = None;
        loop {
            changes.mark_unchanged();
            let missing = {
                let store = self.inner.store();
                references::missing_volume(&store, namespace(&self.object), &self.object["spec"])
            };
            let Some(words) = missing else { return };
            if said.as_ref() != Some(&words) {
                self.event(true, "FailedMount", &words);
                said = Some(words);
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Emits an event about the pod.
    pub fn event(&self, warning: bool, reason: &str, words: &str) {
        self.inner
            .store()
            .event("kubelet", &self.object, warning, reason, words);
    }

    /// Tells the status of one container.
    pub fn set(&self, list: &'static str, index: usize, status: Value) {
        self.statuses().insert((list, index), status);
        self.tell();
    }

    /// Keeps what runs in a container; the first one is where the pod listens.
    pub fn runs(&self, index: usize, workload: Workload) {
        let mut runtime = self.inner.runtime();
        if runtime.address(uid(&self.object)).is_none() {
            runtime.listens(uid(&self.object), workload.address);
        }
        drop(runtime);
        self.workloads().insert(index, workload);
    }

    /// Gives up what runs in a container.
    pub fn stopped(&self, index: usize) {
        self.inner.runtime().forget(uid(&self.object));
        self.workloads().remove(&index);
    }

    /// Ends what runs, which still answers what is on its way, and leaves the store.
    async fn end(&self) {
        self.inner.runtime().forget(uid(&self.object));
        let workloads: Vec<_> = self
            .workloads()
            .drain()
            .map(|(_, workload)| workload)
            .collect();
        workloads.into_iter().for_each(Workload::stop);
        self.inner.shared.clock.sleep(ENDS).await;
        let mut store = self.inner.store();
        let still_there = store
            .get(&kind::POD, namespace(&self.object), name(&self.object))
            .is_some_and(|stored| uid(stored) == uid(&self.object));
        if still_there {
            store.remove(&kind::POD, &self.object);
        }
    }

    fn tell(&self) {
        let statuses = self.statuses();
        let list = |list: &'static str| -> Vec<Value> {
            let count = items(&self.object["spec"], &format!("/{list}")).len();
            (0..count)
                .filter_map(|index| statuses.get(&(list, index)).cloned())
                .collect()
        };
        let (inits, containers) = (list("initContainers"), list("containers"));
        drop(statuses);
        let initialized = inits.iter().all(|status| {
            text(status, "/state/terminated/reason") == "Completed" || status["started"] == true
        });
        let ready = initialized && containers.iter().all(|status| status["ready"] == true);
        let mut store = self.inner.store();
        self.inner.runtime().is_ready(uid(&self.object), ready);
        store.edit(
            &kind::POD,
            namespace(&self.object),
            name(&self.object),
            |pod| {
                let status = &mut pod["status"];
                status["phase"] = json!(self.phase(initialized, &containers));
                status["hostIP"] = json!("10.0.0.4");
                status["podIP"] = json!(self.ip);
                status["podIPs"] = json!([{"ip": self.ip}]);
                if status["startTime"].is_null() {
                    status["startTime"] = json!(now());
                }
                if !inits.is_empty() {
                    status["initContainerStatuses"] = json!(inits);
                }
                status["containerStatuses"] = json!(containers);
                set_condition(status, "PodScheduled", true, "");
                set_condition(
                    status,
                    "Initialized",
                    initialized,
                    "ContainersNotInitialized",
                );
                set_condition(status, "ContainersReady", ready, "ContainersNotReady");
                set_condition(status, "Ready", ready, "ContainersNotReady");
            },
        );
    }

    fn phase(&self, initialized: bool, containers: &[Value]) -> &'static str {
        let never = self.object["spec"]["restartPolicy"] == "Never";
        let ended = |status: &Value| status["state"].get("terminated").is_some();
        let created = |status: &Value| {
            status["state"].get("waiting").is_none()
                || status["lastState"].get("terminated").is_some()
        };
        if !initialized || !containers.iter().all(created) {
            "Pending"
        } else if never && containers.iter().any(ended) {
            "Failed"
        } else {
            "Running"
        }
    }

    fn statuses(&self) -> MutexGuard<'_, HashMap<(&'static str, usize), Value>> {
        self.statuses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn workloads(&self) -> MutexGuard<'_, HashMap<usize, Workload>> {
        self.workloads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_condition(status: &mut Value, kind: &str, holds: bool, reason: &str) {
    let mut conditions = items(status, "/conditions").to_vec();
    let word = if holds { "True" } else { "False" };
    let former = conditions
        .iter()
        .find(|condition| condition["type"] == kind);
    if former.is_some_and(|former| former["status"] == word) {
        return;
    }
    let mut fresh = json!({"type": kind, "status": word, "lastTransitionTime": now()});
    if !holds {
        fresh["reason"] = json!(reason);
    }
    match conditions
        .iter_mut()
        .find(|condition| condition["type"] == kind)
    {
        Some(place) => *place = fresh,
        None => conditions.push(fresh),
    }
    status["conditions"] = json!(conditions);
}

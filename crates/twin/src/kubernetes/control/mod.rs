//! The controllers: after every change they look at everything and do what is
//! missing, until nothing is.

mod budget;
mod deployment;
mod endpoints;
mod garbage;
mod replica_set;
mod rollout_status;
mod scaling;

use super::{
    Inner, kind,
    kubelet::Kubelets,
    object::{has_condition, is_terminating, uid},
    runtime::Runtime,
    store::Store,
};
use crate::clock::Clock;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::Instant;

/// Runs until it is aborted; ends all pods when it is.
pub async fn run(inner: Arc<Inner>) {
    let mut changes = inner.store().subscribe();
    let mut kubelets = Kubelets::default();
    let mut progress = HashMap::new();
    loop {
        // marked before looking: what changes meanwhile is looked at again
        changes.mark_unchanged();
        let wake = look(&inner, &mut progress, &mut kubelets);
        let alarm = async {
            match wake {
                Some(wake) => tokio::time::sleep_until(wake).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = alarm => {}
        }
    }
}

/// One look at everything. Says when to look again even if nothing changes.
fn look(
    inner: &Arc<Inner>,
    progress: &mut HashMap<String, rollout_status::Progress>,
    kubelets: &mut Kubelets,
) -> Option<Instant> {
    let mut store = inner.store();
    let mut runtime = inner.runtime();
    let mut moment = Moment {
        clock: inner.shared.clock,
        now: Instant::now(),
        wake: None,
        runtime: &runtime,
    };
    garbage::furnish(&mut store);
    garbage::collect(&mut store);
    for deployment in all(&store, &kind::DEPLOYMENT) {
        let progress = progress.entry(uid(&deployment).to_owned()).or_default();
        deployment::sync(&mut store, &deployment, progress, &mut moment);
    }
    for set in all(&store, &kind::REPLICA_SET) {
        replica_set::sync(&mut store, &set, &mut moment);
    }
    for budget in all(&store, &kind::DISRUPTION_BUDGET) {
        budget::sync(&mut store, &budget);
    }
    let wake = moment.wake;
    endpoints::sync(&mut store, &mut runtime, &inner.shared.mesh);
    drop(runtime);
    // after the endpoints: a pod ends only when nothing is routed to it
    kubelets.sync(inner, &store);
    wake
}

fn all(store: &Store, kind: &'static super::kind::Kind) -> Vec<Arc<Value>> {
    store.list(kind, "").cloned().collect()
}

/// The time of one look, and when the next is due.
struct Moment<'a> {
    clock: Clock,
    now: Instant,
    wake: Option<Instant>,
    runtime: &'a Runtime,
}

impl Moment<'_> {
    /// Whether `seconds` of the twins' time have passed since `since`; when not,
    /// there will be a look at the moment when they have.
    fn has_passed(&mut self, since: Instant, seconds: i64) -> bool {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        let due = since + self.clock.real(Duration::from_secs(seconds));
        if due > self.now {
            self.wake = Some(self.wake.map_or(due, |wake| wake.min(due)));
        }
        due <= self.now
    }

    /// Whether a pod has been ready for `seconds`.
    fn is_available(&mut self, pod: &Value, seconds: i64) -> bool {
        is_ready(pod)
            && (seconds == 0
                || self
                    .runtime
                    .ready_since(uid(pod))
                    .is_some_and(|since| self.has_passed(since, seconds)))
    }
}

/// Whether a pod answers requests.
fn is_ready(pod: &Value) -> bool {
    !is_terminating(pod) && has_condition(pod, "Ready")
}

//! The scheduler and the kubelet: a task for each pod, from its creation to the
//! end of its deletion.

mod container;
mod image;
mod pod;
mod references;

use super::{
    Inner, kind,
    object::{is_terminating, uid},
    store::Store,
};
use pod::Pod;
use std::{collections::HashMap, sync::Arc};
use tokio::{sync::watch, task::JoinSet};

/// The tasks of all pods; dropping it ends them.
#[derive(Default)]
pub struct Kubelets {
    tasks: JoinSet<()>,
    /// By the pod's uid: true tells the pod to end.
    ends: HashMap<String, watch::Sender<bool>>,
}

impl Kubelets {
    /// Starts the pods that are new and ends those that are to end.
    pub fn sync(&mut self, inner: &Arc<Inner>, store: &Store) {
        while self.tasks.try_join_next().is_some() {}
        let mut gone = std::mem::take(&mut self.ends);
        for object in store.list(&kind::POD, "") {
            let known = gone.remove(uid(object));
            let end = known.unwrap_or_else(|| {
                let end = watch::Sender::new(false);
                let pod = Pod::new(inner.clone(), object.clone());
                self.tasks.spawn(pod.run(end.subscribe()));
                end
            });
            if is_terminating(object) {
                end.send_replace(true);
            }
            self.ends.insert(uid(object).to_owned(), end);
        }
        // dropping the senders of those that are gone from the store ends them too
    }
}

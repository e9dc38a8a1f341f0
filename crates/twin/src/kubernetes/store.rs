//! What etcd and the watch cache are to a real cluster: the objects, one
//! version counter, and the recent history that watches follow.

use super::{
    kind::{self, Kind},
    object::{self, name, namespace, new_uid, now, text, uid},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use tokio::sync::watch;

/// How many changes a watch may be behind before it gets 410.
const HISTORY: usize = 4096;

/// Where an object stands: kind (plural), namespace, name.
type Key = (&'static str, String, String);

/// One change of one object.
pub struct Change {
    pub version: u64,
    pub kind: &'static Kind,
    /// As it was; none when it was created.
    pub before: Option<Arc<Value>>,
    /// As it is; none when it was deleted.
    pub after: Option<Arc<Value>>,
    /// The state that a watch shows: the new one, or the last before the deletion.
    pub shown: Arc<Value>,
}

/// All objects of the cluster.
pub struct Store {
    objects: BTreeMap<Key, Arc<Value>>,
    history: VecDeque<Change>,
    version: watch::Sender<u64>,
}

impl Store {
    pub fn new() -> Self {
        Self {
            objects: BTreeMap::new(),
            history: VecDeque::new(),
            version: watch::Sender::new(1),
        }
    }

    /// The version of the newest change.
    pub fn version(&self) -> u64 {
        *self.version.borrow()
    }

    /// Tells of every change.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub fn get(&self, kind: &'static Kind, namespace: &str, name: &str) -> Option<&Arc<Value>> {
        self.objects
            .get(&(kind.plural, namespace.to_owned(), name.to_owned()))
    }

    /// The objects of one kind, in one namespace or in all (empty).
    pub fn list(&self, kind: &'static Kind, within: &str) -> impl Iterator<Item = &Arc<Value>> {
        let first = (kind.plural, within.to_owned(), String::new());
        let within = within.to_owned();
        self.objects
            .range(first..)
            .take_while(move |((plural, namespace, _), _)| {
                *plural == kind.plural && (within.is_empty() || *namespace == within)
            })
            .map(|(_, object)| object)
    }

    /// Every object, by kind.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.objects.values()
    }

    /// The oldest version from which a watch can still follow.
    pub fn oldest(&self) -> u64 {
        match self.history.front() {
            Some(change) if self.history.len() == HISTORY => change.version,
            _ => 1,
        }
    }

    /// What changed after `version`.
    pub fn since(&self, version: u64) -> impl Iterator<Item = &Change> {
        let first = self
            .history
            .partition_point(|change| change.version <= version);
        self.history.range(first..)
    }

    /// Puts an object, new or changed, and gives it its version (and, when it is
    /// new, its identity).
    pub fn put(&mut self, kind: &'static Kind, mut object: Value) -> Arc<Value> {
        let version = self.version() + 1;
        let key = key(kind, &object);
        let before = self.objects.get(&key).cloned();
        if uid(&object).is_empty() {
            object["metadata"]["uid"] = json!(new_uid());
            object["metadata"]["creationTimestamp"] = json!(now());
        }
        object["metadata"]["resourceVersion"] = json!(version.to_string());
        let object = Arc::new(object);
        self.objects.insert(key, object.clone());
        self.record(Change {
            version,
            kind,
            before,
            after: Some(object.clone()),
            shown: object.clone(),
        });
        object
    }

    /// Changes an object in place, when it exists and the change is one.
    pub fn edit(
        &mut self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        change: impl FnOnce(&mut Value),
    ) {
        let Some(before) = self.get(kind, namespace, name) else {
            return;
        };
        let mut after = Value::clone(before);
        change(&mut after);
        if after != **before {
            self.put(kind, after);
        }
    }

    /// Removes an object.
    pub fn remove(&mut self, kind: &'static Kind, object: &Value) {
        let Some(before) = self.objects.remove(&key(kind, object)) else {
            return;
        };
        let version = self.version() + 1;
        let mut shown = Value::clone(&before);
        shown["metadata"]["resourceVersion"] = json!(version.to_string());
        self.record(Change {
            version,
            kind,
            before: Some(before),
            after: None,
            shown: Arc::new(shown),
        });
    }

    /// Begins the deletion of an object: a pod ends first, anything else is gone
    /// at once.
    pub fn delete(&mut self, kind: &'static Kind, object: &Value) {
        let waits = kind.kind == "Pod" || !object::items(object, "/metadata/finalizers").is_empty();
        if !waits {
            return self.remove(kind, object);
        }
        self.edit(kind, namespace(object), name(object), |object| {
            if !object::is_terminating(object) {
                let grace = object
                    .pointer("/spec/terminationGracePeriodSeconds")
                    .cloned()
                    .unwrap_or_else(|| json!(0));
                object["metadata"]["deletionTimestamp"] = json!(now());
                object["metadata"]["deletionGracePeriodSeconds"] = grace;
            }
        });
    }

    /// Emits an event about an object; the same again is counted, not repeated.
    pub fn event(
        &mut self,
        component: &str,
        about: &Value,
        warning: bool,
        reason: &str,
        words: &str,
    ) {
        let same = |event: &Value| {
            text(event, "/involvedObject/uid") == uid(about)
                && text(event, "/reason") == reason
                && text(event, "/message") == words
        };
        let space = namespace(about).to_owned();
        let former = self
            .list(&kind::EVENT, &space)
            .find(|event| same(event))
            .map(|event| name(event).to_owned());
        if let Some(former) = former {
            return self.edit(&kind::EVENT, &space, &former, |event| {
                event["count"] = json!(object::number(event, "/count") + 1);
                event["lastTimestamp"] = json!(now());
            });
        }
        let event = json!({
            "apiVersion": "v1", "kind": "Event",
            "metadata": {
                "name": format!("{}.{:016x}", name(about), fastrand::u64(..)),
                "namespace": space,
            },
            "involvedObject": {
                "kind": about["kind"], "apiVersion": about["apiVersion"],
                "namespace": space, "name": name(about), "uid": uid(about),
                "resourceVersion": about["metadata"]["resourceVersion"],
            },
            "reason": reason, "message": words,
            "type": if warning { "Warning" } else { "Normal" },
            "source": {"component": component},
            "reportingComponent": component, "reportingInstance": "",
            "count": 1, "firstTimestamp": now(), "lastTimestamp": now(),
        });
        self.put(&kind::EVENT, event);
    }

    fn record(&mut self, change: Change) {
        let version = change.version;
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(change);
        self.version.send_replace(version);
    }
}

fn key(kind: &'static Kind, object: &Value) -> Key {
    let namespace = if kind.namespaced {
        namespace(object)
    } else {
        ""
    };
    (kind.plural, namespace.to_owned(), name(object).to_owned())
}

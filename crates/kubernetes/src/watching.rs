//! The watches of one workload, its ReplicaSets and its pods, as one scene that
//! is always whole.

use crate::{errors, kinds::Kind, object, rollout::Scene, server::Server};
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::{
    Api,
    core::{DynamicObject, Selector},
    runtime::watcher::{self, Event},
};
use segue_model::{Failure, FailureKind, Fault};
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What one watch tells.
pub(crate) type Watch = BoxStream<'static, watcher::Result<Event<DynamicObject>>>;

/// Which of the three watches an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Workload,
    ReplicaSets,
    Pods,
}

/// The watches of one workload, and what they have told so far.
pub(crate) struct Watching {
    doing: String,
    events: BoxStream<'static, (Of, watcher::Result<Event<DynamicObject>>)>,
    scene: Scene,
    /// The watches whose first list is not complete yet.
    incomplete: BTreeSet<Of>,
}

impl Watching {
    pub async fn start(server: &Server, wanted: &Value) -> Result<Self, Failure> {
        let title = object::title(wanted);
        let doing = format!("watching {title}");
        let kind = server.kind_of(wanted).await?;
        let name = object::name(wanted);
        let Some(workload) = server.get(&kind, name).await? else {
            return Err(missing(&title));
        };
        let pods = watcher::Config::default().labels(&selector(&workload, &doing)?);
        let mut watches = vec![
            (
                Of::Workload,
                watch(
                    server,
                    &kind,
                    watcher::Config::default().fields(&format!("metadata.name={name}")),
                ),
            ),
            (Of::Pods, watch_known(server, "Pod", pods.clone())),
        ];
        if kind.kind == "Deployment" {
            watches.push((Of::ReplicaSets, watch_known(server, "ReplicaSet", pods)));
        }
        let incomplete = watches.iter().map(|(of, _)| *of).collect();
        let events = stream::select_all(
            watches
                .into_iter()
                .map(|(of, watch)| watch.map(move |event| (of, event)).boxed()),
        );
        Ok(Self {
            doing,
            events: events.boxed(),
            scene: Scene {
                workload,
                ..Scene::default()
            },
            incomplete,
        })
    }

    /// The next event of any of the watches.
    pub async fn next(&mut self) -> Result<(Of, Event<DynamicObject>), Failure> {
        loop {
            match self.events.next().await {
                Some((of, Ok(event))) => return Ok((of, event)),
                // The server forgot where the watch stood; it begins again by itself.
                Some((_, Err(watcher::Error::WatchError(status)))) if status.code == 410 => {}
                Some((_, Err(error))) => return Err(errors::broken_watch(&self.doing, error)),
                None => {
                    return Err(Failure::unavailable(
                        errors::UNAVAILABLE,
                        format!("the watch ended, {}", self.doing),
                    ));
                }
            }
        }
    }

    /// Takes an event in; the scene, once everything was listed.
    pub fn take(
        &mut self,
        (of, event): (Of, Event<DynamicObject>),
    ) -> Result<Option<&Scene>, Failure> {
        match (of, event) {
            (_, Event::InitDone) => {
                self.incomplete.remove(&of);
            }
            (Of::Workload, Event::Init) => {
                self.incomplete.insert(of);
            }
            (Of::Workload, Event::Delete(_)) => {
                return Err(missing(&object::title(&self.scene.workload)));
            }
            (Of::Workload, Event::Apply(seen) | Event::InitApply(seen)) => {
                let (api_version, kind) = (
                    self.scene.workload["apiVersion"].take(),
                    self.scene.workload["kind"].take(),
                );
                self.scene.workload = value(&seen);
                self.scene.workload["apiVersion"] = api_version;
                self.scene.workload["kind"] = kind;
            }
            (Of::ReplicaSets, event) => {
                let incomplete = &mut self.incomplete;
                keep(&mut self.scene.replica_sets, event, || {
                    incomplete.insert(of)
                });
            }
            (Of::Pods, event) => {
                let incomplete = &mut self.incomplete;
                keep(&mut self.scene.pods, event, || incomplete.insert(of));
            }
        }
        Ok(self.incomplete.is_empty().then_some(&self.scene))
    }
}

/// Keeps `objects` as the watch tells them; `begin` is called when it lists anew.
pub(crate) fn keep(
    objects: &mut BTreeMap<String, Value>,
    event: Event<DynamicObject>,
    begin: impl FnOnce() -> bool,
) {
    let name = |o: &DynamicObject| o.metadata.name.clone().unwrap_or_default();
    match event {
        Event::Init => {
            objects.clear();
            begin();
        }
        Event::InitApply(seen) | Event::Apply(seen) => {
            objects.insert(name(&seen), value(&seen));
        }
        Event::Delete(seen) => {
            objects.remove(&name(&seen));
        }
        Event::InitDone => {}
    }
}

fn value(object: &DynamicObject) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}

fn missing(title: &str) -> Failure {
    Failure::new(
        FailureKind::Step,
        Fault::Platform,
        errors::DIFFERS,
        format!("{title} is not there"),
    )
}

/// The selector of the workload's pods, as a query writes it.
fn selector(workload: &Value, doing: &str) -> Result<String, Failure> {
    let read = LabelSelector::deserialize(&workload["spec"]["selector"])
        .map_err(|error| error.to_string())
        .and_then(|s| Selector::try_from(s).map_err(|error| error.to_string()));
    match read {
        Ok(selector) => Ok(selector.to_string()),
        Err(words) => Err(errors::unreadable(doing).words(words)),
    }
}

fn watch_known(server: &Server, kind: &str, config: watcher::Config) -> Watch {
    match Kind::known("", kind) {
        Some(kind) => watch(server, &kind, config),
        None => stream::empty().boxed(),
    }
}

/// Follows the objects of `kind` that `config` selects.
pub(crate) fn watch(server: &Server, kind: &Kind, config: watcher::Config) -> Watch {
    let resource = kind.resource();
    let api: Api<DynamicObject> = if kind.namespaced {
        Api::namespaced_with(server.client.clone(), &server.namespace, &resource)
    } else {
        Api::all_with(server.client.clone(), &resource)
    };
    watcher::watcher(api, config).boxed()
}

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
use segue_platform::{Timeouts, asking};
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::timeout;

/// What one watch tells.
pub(crate) type Watch = BoxStream<'static, watcher::Result<Event<DynamicObject>>>;

/// Which of the three watches an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Workload,
    ReplicaSets,
    Pods,
}

type Events = BoxStream<'static, (Of, watcher::Result<Event<DynamicObject>>)>;

/// The watches of one workload, and what they have told so far.
pub(crate) struct Watching {
    doing: String,
    server: Server,
    kind: Kind,
    name: String,
    /// The selector of the workload's pods.
    pods: String,
    events: Events,
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
        let mut watching = Self {
            pods: selector(&workload, &doing)?,
            doing,
            server: server.clone(),
            kind,
            name: name.to_owned(),
            events: stream::empty().boxed(),
            scene: Scene {
                workload,
                ..Scene::default()
            },
            incomplete: BTreeSet::new(),
        };
        watching.again();
        Ok(watching)
    }

    /// Lists everything anew, over watches that are begun anew. The scene is
    /// complete again when all of it was listed.
    pub fn again(&mut self) {
        let this = watcher::Config::default().fields(&format!("metadata.name={}", self.name));
        let pods = watcher::Config::default().labels(&self.pods);
        let mut watches = vec![
            (Of::Workload, watch(&self.server, &self.kind, this)),
            (Of::Pods, watch_known(&self.server, "Pod", pods.clone())),
        ];
        if self.kind.kind == "Deployment" {
            let replica_sets = watch_known(&self.server, "ReplicaSet", pods);
            watches.push((Of::ReplicaSets, replica_sets));
        }
        self.incomplete = watches.iter().map(|(of, _)| *of).collect();
        self.events = stream::select_all(
            watches
                .into_iter()
                .map(|(of, watch)| watch.map(move |event| (of, event)).boxed()),
        )
        .boxed();
    }

    /// The next event of any of the watches. A watch that is silent for long
    /// begins anew: over a connection that is half open nothing ever comes, and
    /// it looks just like a cluster in which nothing happens.
    ///
    /// # Errors
    /// When the watches break, or a list is not complete in time.
    pub async fn next(&mut self) -> Result<(Of, Event<DynamicObject>), Failure> {
        loop {
            let Timeouts {
                answer, silence, ..
            } = self.server.timeouts;
            let event = match self.incomplete.is_empty() {
                true => timeout(silence, self.events.next()).await,
                false => timeout(answer, asking(self.events.next())).await,
            };
            let Ok(event) = event else {
                self.silent()?;
                continue;
            };
            match event {
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

    /// Nothing was told for too long.
    fn silent(&mut self) -> Result<(), Failure> {
        if self.incomplete.is_empty() {
            self.again();
            return Ok(());
        }
        Err(untold(&self.server, &self.doing))
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

/// A list that did not come.
pub(crate) fn untold(server: &Server, doing: &str) -> Failure {
    let limit = server.timeouts.answer;
    Failure::unavailable(
        errors::UNAVAILABLE,
        format!("the API server gave no answer in {limit:?}, {doing}"),
    )
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

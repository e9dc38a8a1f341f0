//! The watches: until workloads are rolled out and stay so, until objects are gone.

use crate::{
    errors,
    kinds::{self, Kind},
    object::{self, Id},
    observe::{self, Live},
    rollout::{self, Memory, Rollout, Scene},
    server::Server,
};
use futures::{
    StreamExt as _,
    future::try_join_all,
    stream::{self, BoxStream},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use kube::{
    Api,
    core::{DynamicObject, Selector},
    runtime::watcher::{self, Event},
};
use segue_model::{Failure, FailureKind, Fault, ModuleId};
use segue_platform::Call;
use serde::Deserialize as _;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::Instant;

type Watch = BoxStream<'static, watcher::Result<Event<DynamicObject>>>;

/// Waits until every workload among `objects` is rolled out and stays so for
/// `stable`. Says what was seen; empty when there is no workload.
pub(crate) async fn until_ready(
    server: &Server,
    call: &Call,
    objects: &[Value],
    sidecars: &[String],
    stable: Duration,
) -> Result<String, Failure> {
    let workloads: Vec<&Value> = objects
        .iter()
        .filter(|o| kinds::is_workload(object::text(o, "/kind")))
        .collect();
    let several = workloads.len() > 1;
    let lines = try_join_all(workloads.into_iter().map(async |workload| {
        let name = several.then(|| format!("{}: ", object::name(workload)));
        let name = name.unwrap_or_default();
        until_rolled_out(server, call, workload, sidecars, stable, &name).await
    }))
    .await?;
    Ok(lines.join(", "))
}

async fn until_rolled_out(
    server: &Server,
    call: &Call,
    wanted: &Value,
    sidecars: &[String],
    stable: Duration,
    name: &str,
) -> Result<String, Failure> {
    let mut watching = Watching::start(server, wanted).await?;
    let mut memory = Memory::default();
    let mut said = String::new();
    let mut ready: Option<(Instant, String)> = None;
    loop {
        let event = match &ready {
            None => watching.next().await?,
            Some((until, line)) => match tokio::time::timeout_at(*until, watching.next()).await {
                Ok(event) => event?,
                Err(_) => return Ok(format!("{name}{line}")),
            },
        };
        let Some(scene) = watching.take(event)? else {
            continue;
        };
        match rollout::assess(scene, &memory, sidecars) {
            Rollout::Failed { failure, about } => {
                return Err(with_event(server, *failure, &about).await);
            }
            Rollout::Waiting(line) => {
                ready = None;
                if line != said {
                    call.progress(format_args!("{name}{line}"));
                    said = line;
                }
            }
            Rollout::Ready(line) => {
                let until = ready
                    .take()
                    .map_or_else(|| Instant::now() + stable, |(until, _)| until);
                if line != said {
                    call.progress(format_args!("{name}{line}"));
                    said.clone_from(&line);
                }
                ready = Some((until, line));
            }
        }
        memory.note(scene);
    }
}

async fn with_event(server: &Server, mut failure: Failure, about: &str) -> Failure {
    if let Some(event) = server.last_event(about).await {
        if !failure.words.is_empty() {
            failure.words.push_str("; ");
        }
        failure.words.push_str(&event);
    }
    failure.hint(format!(
        "kubectl -n {} describe pods,deployments; kubectl logs",
        server.namespace
    ))
}

/// Which of the three watches an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Workload,
    ReplicaSets,
    Pods,
}

/// The watches of one workload, and what they have told so far.
struct Watching {
    doing: String,
    events: BoxStream<'static, (Of, watcher::Result<Event<DynamicObject>>)>,
    scene: Scene,
    /// The watches whose first list is not complete yet.
    incomplete: BTreeSet<Of>,
}

impl Watching {
    async fn start(server: &Server, wanted: &Value) -> Result<Self, Failure> {
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

    async fn next(&mut self) -> Result<(Of, Event<DynamicObject>), Failure> {
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
    fn take(&mut self, (of, event): (Of, Event<DynamicObject>)) -> Result<Option<&Scene>, Failure> {
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

fn keep(
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

fn watch(server: &Server, kind: &Kind, config: watcher::Config) -> Watch {
    let resource = kind.resource();
    let api: Api<DynamicObject> = if kind.namespaced {
        Api::namespaced_with(server.client.clone(), &server.namespace, &resource)
    } else {
        Api::all_with(server.client.clone(), &resource)
    };
    watcher::watcher(api, config).boxed()
}

/// Waits until none of `doomed` is there any more.
pub(crate) async fn until_gone(
    server: &Server,
    call: &Call,
    module: &ModuleId,
    doomed: &[Live],
) -> Result<(), Failure> {
    let mut by_kind: BTreeMap<&Kind, BTreeSet<String>> = BTreeMap::new();
    for live in doomed {
        by_kind
            .entry(&live.kind)
            .or_default()
            .insert(object::name(&live.object).to_owned());
    }
    try_join_all(
        by_kind
            .into_iter()
            .map(|(kind, names)| until_kind_gone(server, call, module, kind, names)),
    )
    .await
    .map(drop)
}

async fn until_kind_gone(
    server: &Server,
    call: &Call,
    module: &ModuleId,
    kind: &Kind,
    names: BTreeSet<String>,
) -> Result<(), Failure> {
    let doing = format!("waiting until {} are gone", kind.plural);
    let there = |objects: &[Value]| -> Vec<String> {
        objects
            .iter()
            .filter(|o| names.contains(object::name(o)))
            .map(|o| Id::of(o).to_string())
            .collect()
    };
    let selector = observe::selector(module);
    let left = there(&server.list(kind, &selector).await?);
    if left.is_empty() {
        return Ok(());
    }
    call.progress(format_args!("{} going", left.join(", ")));
    let mut events = watch(server, kind, watcher::Config::default().labels(&selector));
    let mut seen = BTreeMap::new();
    let mut listed = false;
    while let Some(event) = events.next().await {
        let event = event.map_err(|error| errors::broken_watch(&doing, error))?;
        listed |= matches!(event, Event::InitDone);
        keep(&mut seen, event, || true);
        if listed && !seen.keys().any(|name| names.contains(name)) {
            return Ok(());
        }
    }
    Err(Failure::unavailable(
        errors::UNAVAILABLE,
        format!("the watch ended, {doing}"),
    ))
}

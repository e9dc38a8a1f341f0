//! Segue's side: a platform that does nothing, and releases on a real journal.

use crate::graph::{Graph, Node};
use async_trait::async_trait;
use segue_engine::{Clock, Conclusion, Engine, Setup};
use segue_journal::{Claim, Entry, Journal, Lock, Locked, Sqlite};
use segue_model::{
    Action, Digest, Direction, Ending, EventKind, Evidence, Failure, Observation, Operation,
    OperationId, PLAN_FORMAT, Plan, ReleaseId, Subject, Undo, Unit, Verb, Version,
};
use segue_platform::{Call, Capabilities, Patience, Platform, Registry, Shifting};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    error::Error,
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::mpsc::unbounded_channel;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Answer = std::result::Result<Evidence, Failure>;

const ENVIRONMENT: &str = "production";
const FINGERPRINT: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// When a call began and ended.
#[derive(Default)]
struct Stamp(OnceLock<Instant>, OnceLock<Instant>);

/// Does nothing, for as long as it is told, and keeps the time.
struct Nothing(Vec<Stamp>);

impl Nothing {
    async fn carry_out(&self, call: &Call, unit: &Unit) -> Answer {
        let at = usize::try_from(unit.settings["at"].as_u64().unwrap_or(0)).unwrap_or(0);
        let Stamp(began, ended) = &self.0[at];
        let _ = began.set(Instant::now());
        call.before_effect()?;
        let sleep_ms = unit.settings["sleep_ms"].as_u64().unwrap_or(0);
        if sleep_ms > 0 {
            tokio::time::sleep(Duration::from_millis(sleep_ms)).await;
        }
        let _ = ended.set(Instant::now());
        Ok(seen())
    }
}

#[async_trait]
impl Platform for Nothing {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::WithStage,
            settles: false,
        }
    }

    async fn observe(&self, _: &Unit) -> std::result::Result<Observation, Failure> {
        Ok(Observation::absent())
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Answer {
        self.carry_out(call, unit).await
    }

    async fn verify(&self, _: &Call, _: &Unit) -> Answer {
        Ok(seen())
    }

    async fn shift(&self, _: &Call, _: &Unit, _: u8, _: &Observation) -> Answer {
        Ok(seen())
    }

    async fn settle(&self, _: &Call, _: &Unit, _: &Observation) -> Answer {
        Ok(seen())
    }

    async fn revert(&self, _: &Call, _: &Unit, _: &Observation) -> Answer {
        Ok(seen())
    }
}

fn seen() -> Evidence {
    Evidence {
        summary: "3 of 3 replicas ready, /healthz answered 200".into(),
        output: Value::Null,
        fingerprint: FINGERPRINT.into(),
    }
}

/// Counts. Events of one append bear one time, so that appends can be counted.
#[derive(Default)]
struct Ticks(AtomicI64);

impl Clock for Ticks {
    fn now_ms(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

fn name(at: usize) -> OperationId {
    OperationId::new(format!("module-{at}@europe/stage"))
}

fn operation(at: usize, node: &Node, version: &Version, artifact: &Value) -> Operation {
    let unit = Unit {
        module: format!("module-{at}").as_str().into(),
        target: "europe".into(),
        version: version.clone(),
        artifact: artifact.clone(),
        settings: json!({ "at": at, "sleep_ms": node.sleep_ms }),
    };
    Operation {
        id: name(at),
        verb: Verb::Stage,
        subject: Subject::Module(unit.module.clone(), unit.target.clone()),
        after: node.after.iter().map(|&need| name(need)).collect(),
        undo: Some(Undo {
            verb: Verb::Revert,
            action: Action::Revert {
                unit: unit.clone(),
                former: Observation::absent(),
            },
        }),
        action: Action::Stage(unit),
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: 600,
    }
}

/// A plan as wide as the graph; each operation bears `artifact` of so many bytes.
fn plan(graph: &Graph, artifact: usize) -> Result<Plan> {
    let version = "2.0.0".parse()?;
    let artifact = Value::String("x".repeat(artifact));
    let nodes = graph.nodes.iter().enumerate();
    Ok(Plan {
        format: PLAN_FORMAT,
        environment: ENVIRONMENT.into(),
        manifest: Digest::of(b""),
        lock: Digest::of(b""),
        changes: vec![],
        operations: nodes
            .map(|(at, node)| operation(at, node, &version, &artifact))
            .collect(),
        parallel: graph.nodes.len(),
        hold: false,
        rolls_back: None,
    })
}

/// The journal in `directory`, with its environment's lock.
pub async fn open(directory: &Path) -> Result<(Arc<dyn Journal>, Locked)> {
    let journal = Sqlite::open(&directory.join("journal.db"))?;
    let claim = Claim {
        holder: "bench".into(),
        doing: "a benchmark".into(),
    };
    match journal.lock(ENVIRONMENT, &claim, 0).await? {
        Lock::Ours(locked) => Ok((Arc::new(journal), locked)),
        Lock::Theirs(_) => Err("somebody else holds the benchmark's lock".into()),
    }
}

fn release() -> ReleaseId {
    ReleaseId::new("20300101T000000Z-bench")
}

/// Writes down a release of `graph` of which nothing has happened yet.
pub async fn create(directory: &Path, graph: &Graph, artifact: usize) -> Result<()> {
    let (journal, locked) = open(directory).await?;
    let entry = Entry {
        id: release(),
        environment: ENVIRONMENT.into(),
        sandbox: false,
        began_ms: 0,
    };
    let plan = plan(graph, artifact)?;
    Ok(journal.create(&locked, &entry, &plan).await?)
}

/// What carrying out a release took.
pub struct Run {
    /// From the call of the engine to the end of the release, on the disk.
    pub took: Duration,
    /// How many times the journal was appended to: each is one fdatasync.
    pub appends: usize,
    /// How many bytes of events, with their hashes.
    pub bytes: usize,
    stamps: Arc<Nothing>,
}

impl Run {
    /// For each operation that waited: from the end of its last need's call to the
    /// beginning of its own, in ascending order.
    pub fn begun_after(&self, graph: &Graph) -> Vec<Duration> {
        let Nothing(stamps) = &*self.stamps;
        let waited = graph.nodes.iter().zip(stamps).filter_map(|(node, own)| {
            let needs = node.after.iter().filter_map(|&need| stamps[need].1.get());
            Some(own.0.get()?.saturating_duration_since(*needs.max()?))
        });
        let mut waited: Vec<_> = waited.collect();
        waited.sort_unstable();
        waited
    }

    /// When the call of operation `at` began.
    pub fn began(&self, at: usize) -> Option<Instant> {
        self.stamps.0[at].0.get().copied()
    }
}

/// Carries the release in `directory` out, from wherever it stands.
pub async fn carry_out(directory: &Path, graph: &Graph) -> Result<Run> {
    let (journal, locked) = open(directory).await?;
    let stamps = Arc::new(Nothing(
        graph.nodes.iter().map(|_| Stamp::default()).collect(),
    ));
    let platform: Arc<dyn Platform> = stamps.clone();
    let (notices, mut heard) = unbounded_channel();
    // Somebody watches, as somebody does when a person releases.
    let watcher = tokio::spawn(async move { while heard.recv().await.is_some() {} });
    let engine = Engine::new(Setup {
        journal: journal.clone(),
        locked,
        release: release(),
        registry: Registry {
            platforms: BTreeMap::from([("europe".into(), platform)]),
            ..Registry::default()
        },
        clock: Arc::new(Ticks::default()),
        notices,
        patience: Patience::default(),
        by: "bench".into(),
    })
    .await?;
    let began = Instant::now();
    let conclusion = engine.run().await?;
    let took = began.elapsed();
    if conclusion != Conclusion::Ended(Ending::Succeeded) {
        return Err(format!("{}: {conclusion:?}", graph.name).into());
    }
    watcher.await?;
    let events = journal.events(&release(), 0).await?;
    let mut times: Vec<_> = events.iter().map(|event| event.at_ms).collect();
    times.dedup();
    let bytes = |kind: &EventKind| serde_json::to_string(kind).map_or(0, |body| body.len() + 64);
    Ok(Run {
        took,
        appends: times.len(),
        bytes: events.iter().map(|event| bytes(&event.kind)).sum(),
        stamps,
    })
}

/// Journals that the release began and that all its operations but the last
/// succeeded: as many events as the graph has operations.
pub async fn carry_out_on_paper(directory: &Path, graph: &Graph) -> Result<()> {
    let (journal, locked) = open(directory).await?;
    let plan = plan(graph, 0)?.digest();
    let by = "bench".to_owned();
    let mut kinds = vec![EventKind::Started { plan, by }];
    kinds.extend((1..graph.nodes.len()).map(|at| EventKind::Succeeded {
        operation: name(at - 1),
        direction: Direction::Do,
        evidence: seen(),
    }));
    journal.append(&locked, &release(), &kinds, 0).await?;
    Ok(())
}

//! Releases through the engine, over a sandbox in this process: projects, a
//! world for one release, and what is seen of it when it is over.

use crate::journal::{Cancel, Watched};
use segue_artifact::Lock;
use segue_connect::{Endpoints, Waiting, observe, registry, units};
use segue_engine::{Conclusion, Engine, Setup, SystemClock};
use segue_journal::{Claim, Entry, Journal as _, Sqlite};
use segue_manifest::{Manifest, Source, parse};
use segue_model::{
    Action, Digest, EventKind, Failure, Notice, OperationId, OperationKey, Plan, ReleaseId, Verb,
};
use segue_plan::{Input, Seen, plan};
use segue_platform::{Call, Patience, Registry};
use segue_sandbox::{Effect, Former, Options, Project, Sandbox, World as Before};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};

/// How many worlds may be under trial at once in this process.
pub static WORLDS: Semaphore = Semaphore::const_new(8);

/// The one release of each world.
pub fn release() -> ReleaseId {
    ReleaseId::new("r1")
}

fn directory() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront")
}

/// What variables are in a sandbox.
fn variables() -> impl Fn(&str) -> Option<String> {
    let sandboxed = Endpoints {
        outside: Some(String::new()),
        ..Endpoints::default()
    };
    let variables = sandboxed.variables();
    move |name| variables.get(name)
}

/// The manifest's text; healthy for a moment is long enough in a test.
fn text() -> String {
    let text = std::fs::read_to_string(directory().join("segue.yaml")).unwrap();
    text.replace("stable: 1s", "stable: 40ms")
}

/// The whole storefront: nine modules on five platforms.
pub fn storefront() -> Project {
    let manifest = manifest(&text());
    let lock = Lock::read(&directory().join("segue.lock")).unwrap();
    Project::read(&directory(), &text(), manifest, lock, &variables()).unwrap()
}

/// A part of the storefront: one module on each platform, all three triggers,
/// and a front door that comes last.
pub fn small() -> Project {
    const MODULES: [&str; 5] = [
        "common-config",
        "auth-service",
        "event-processor-fn",
        "notifier",
        "reporting-fn",
    ];
    let whole = storefront();
    let former_text = std::fs::read_to_string(directory().join("sandbox/former.yaml")).unwrap();
    let mut now: Value = serde_saphyr::from_str(&text()).unwrap();
    let former: Value = serde_saphyr::from_str(&former_text).unwrap();
    let keep = |modules: &mut Value| {
        let modules = modules.as_object_mut().unwrap();
        modules.retain(|name, _| MODULES.contains(&name.as_str()));
    };
    keep(&mut now["modules"]);
    now["modules"]["common-config"]["on"] = json!("aks");
    now["modules"]["notifier"]["order"] = json!("last");
    now["modules"]["notifier"]["needs"] = json!(["common-config", "auth-service"]);
    let invokers = now["modules"]["notifier"]["invokers"]
        .as_array_mut()
        .unwrap();
    invokers.push(json!("allUsers"));
    now["modules"]["notifier"]["checks"] = json!([{"artifact-registry": {
        "repository": "europe-docker.pkg.dev/storefront-prod/storefront",
        "reader": "serviceAccount:notifier@storefront-prod.iam.gserviceaccount.com",
    }}]);
    now["modules"]["reporting-fn"]["needs"] = json!(["auth-service"]);
    let gates = now["gates"].as_object_mut().unwrap();
    gates.retain(|name, _| name == "qa");
    for module in ["event-processor-fn", "notifier"] {
        now["modules"][module]
            .as_object_mut()
            .unwrap()
            .remove("verify");
    }
    now["targets"].as_object_mut().unwrap().remove("gke");
    let mut then = now.clone();
    for (name, changed) in former["modules"].as_object().unwrap() {
        if MODULES.contains(&name.as_str()) {
            for (key, value) in changed.as_object().unwrap() {
                then["modules"][name][key] = value.clone();
            }
        }
    }
    let part = |lock: &Lock| {
        let mut lock = lock.clone();
        lock.modules.retain(|id, _| MODULES.contains(&id.as_str()));
        for module in lock.modules.values_mut() {
            module.targets.retain(|id, _| id.as_str() != "gke");
        }
        let notifier = lock.modules.get_mut("notifier").unwrap();
        let range = ">=1.0, <3".parse().unwrap();
        notifier.needs.insert("auth-service".into(), range);
        lock
    };
    Project {
        directory: directory(),
        manifest: manifest(&now.to_string()),
        lock: part(&whole.lock),
        former: Former {
            manifest: manifest(&then.to_string()),
            lock: part(&whole.former.lock),
        },
        world: Before {
            load_through: Some("notifier".into()),
            ..whole.world
        },
    }
}

fn manifest(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &variables());
    for problem in &parsed.diagnostics {
        eprintln!("{}", problem.render(&source, false));
    }
    parsed.manifest.unwrap()
}

/// A sandbox in which one release is carried out, and its journal.
pub struct World {
    pub project: Project,
    pub sandbox: Sandbox,
    pub plan: Plan,
    /// What looks on; each process that carries the release out has its own.
    registry: Registry,
    /// The state of each trigger before the release.
    triggers: BTreeMap<String, Value>,
    directory: TempDir,
}

/// What is seen when a release is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub conclusion: Conclusion,
    /// By module and target.
    pub live: BTreeMap<String, Live>,
    /// By trigger: whether it is as it was.
    pub triggers: BTreeMap<String, bool>,
    /// Every effect, in alphabetical order: nothing twice, nothing less.
    pub ledger: Vec<Effect>,
    pub tags: Vec<String>,
}

/// What is live of a module. Fingerprints have the ports of their sandbox in
/// them, and compare within it only.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    pub version: String,
    pub is_as_wanted: bool,
    pub is_as_before: bool,
}

/// A release on its way.
pub struct Running {
    pub task: JoinHandle<Result<Conclusion, Failure>>,
    /// What whoever watches it is told.
    pub notices: mpsc::UnboundedReceiver<Notice>,
}

impl World {
    /// A sandbox with the former versions live, and the plan of a release.
    pub async fn start(project: &Project, scale: f64) -> Self {
        // Another test of this binary may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = Options {
            scale,
            load_per_second: 20,
        };
        let sandbox = Sandbox::start(project, options).await.unwrap();
        let registry = registry(
            &project.manifest,
            &project.directory,
            &sandbox.running.endpoints,
        );
        let registry = registry.await.unwrap();
        let plan = planned(project, &registry).await;
        let world = Self {
            project: project.clone(),
            sandbox,
            triggers: triggers(&plan, &registry).await,
            registry,
            plan,
            directory: tempfile::tempdir().unwrap(),
        };
        let (journal, locked) = world.journal(None).await;
        let entry = Entry {
            id: release(),
            environment: world.plan.environment.clone(),
            sandbox: true,
            began_ms: 0,
        };
        journal.create(&locked, &entry, &world.plan).await.unwrap();
        // What made the world is nobody's release.
        let shared = world.sandbox.shared();
        shared.effects.tripwire().reset();
        world
    }

    /// Opens the journal as a new process would, and takes the lock.
    async fn journal(&self, cancel: Option<Cancel>) -> (Watched, segue_journal::Locked) {
        let journal = Sqlite::open(&self.directory.path().join("journal.db")).unwrap();
        let tripwire = self.sandbox.shared().effects.tripwire().clone();
        let journal = Watched::new(journal, tripwire, cancel);
        let claim = Claim {
            holder: "test".into(),
            doing: "boundaries".into(),
        };
        let environment = &self.plan.environment;
        // Operations that were ended hold it until they are dropped.
        for _ in 0..2000 {
            match journal.lock(environment, &claim, 0).await.unwrap() {
                segue_journal::Lock::Ours(locked) => return (journal, locked),
                segue_journal::Lock::Theirs(_) => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        panic!("what was ended still holds the lock");
    }

    /// What the journal holds.
    pub async fn events(&self) -> Vec<EventKind> {
        let journal = Sqlite::open(&self.directory.path().join("journal.db")).unwrap();
        let events = journal.events(&release(), 0).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// Takes the release up, as a new process would: everything is connected anew.
    /// It is cancelled when the operation `cancelled` has succeeded.
    pub async fn run(&self, endpoints: &Endpoints, cancelled: Option<&str>) -> Running {
        let reach = Arc::new(OnceLock::new());
        let cancel = cancelled.map(|operation| Cancel {
            after: OperationId::new(operation),
            reach: reach.clone(),
        });
        let events = self.events().await;
        let due = cancel.as_ref().is_some_and(|it| it.is_due(&events));
        let (journal, locked) = self.journal(cancel).await;
        let (sender, notices) = mpsc::unbounded_channel();
        let registry = registry(&self.project.manifest, &self.project.directory, endpoints);
        let engine = Engine::new(Setup {
            journal: Arc::new(journal),
            locked,
            release: release(),
            registry: registry.await.unwrap(),
            clock: Arc::new(SystemClock),
            notices: sender,
            patience: Patience {
                first_wait: Duration::from_millis(20),
                longest_wait: Duration::from_millis(100),
                budget: Duration::from_secs(60),
            },
            by: "test".into(),
        });
        let engine = engine.await.unwrap();
        let handle = engine.handle();
        if due {
            handle.cancel("test", "");
        }
        let _ = reach.set(handle);
        Running {
            task: tokio::spawn(engine.run()),
            notices,
        }
    }

    /// What is seen now.
    pub async fn outcome(&self, conclusion: Conclusion) -> Outcome {
        let registry = &self.registry;
        let units = units(&self.project.manifest, &self.project.lock).unwrap();
        let quiet: Waiting = Arc::new(|_, _, _| {});
        let seen = observe(registry, &units, &quiet).await.unwrap();
        let changes = &self.plan.changes;
        let live = units.iter().zip(seen).map(|(unit, seen)| {
            let name = format!("{}@{}", unit.module, unit.target);
            let change = changes
                .iter()
                .find(|it| it.module == unit.module && it.target == unit.target);
            let live = Live {
                is_as_wanted: registry.platforms[&unit.target].matches(unit, &seen),
                is_as_before: change.unwrap().former.fingerprint == seen.fingerprint,
                version: seen.version.map_or("none".into(), |it| it.to_string()),
            };
            (name, live)
        });
        let triggers = triggers(&self.plan, registry).await;
        let triggers = triggers
            .into_iter()
            .map(|(name, state)| (name.clone(), self.triggers[&name] == state));
        let mut ledger = self.sandbox.shared().effects.all();
        ledger.sort();
        Outcome {
            conclusion,
            live: live.collect(),
            triggers: triggers.collect(),
            ledger,
            tags: self.tags(),
        }
    }

    fn tags(&self) -> Vec<String> {
        let place = self.sandbox.running.endpoints.repository.as_ref().unwrap();
        let tags = git2::Repository::open(place)
            .unwrap()
            .tag_names(None)
            .unwrap();
        tags.iter().flatten().flatten().map(str::to_owned).collect()
    }
}

/// The state of each trigger that the plan leases.
async fn triggers(plan: &Plan, registry: &Registry) -> BTreeMap<String, Value> {
    let mut states = BTreeMap::new();
    for operation in &plan.operations {
        let (
            Verb::Lease,
            Action::Trigger {
                target, settings, ..
            },
        ) = (operation.verb, &operation.action)
        else {
            continue;
        };
        let key = OperationKey::new(&release(), &OperationId::new("read"), false);
        let call = Call::detached(key);
        let read = registry.triggers[target].read(&call, settings);
        states.insert(operation.id.to_string(), read.await.unwrap().output);
    }
    states
}

/// The plan of what `project` wants, from what is live.
async fn planned(project: &Project, registry: &Registry) -> Plan {
    let units = units(&project.manifest, &project.lock).unwrap();
    let quiet: Waiting = Arc::new(|_, _, _| {});
    let live = observe(registry, &units, &quiet).await.unwrap();
    let seen = units.into_iter().zip(live).map(|(unit, live)| {
        let platform = &registry.platforms[&unit.target];
        Seen {
            changed: !platform.matches(&unit, &live),
            capabilities: platform.capabilities(),
            unit,
            live,
        }
    });
    let input = Input {
        manifest: &project.manifest,
        manifest_digest: Digest::of(b"manifest"),
        lock_digest: Digest::of(b"lock"),
        seen: seen.collect(),
        on_failure: None,
    };
    plan(&input).unwrap()
}

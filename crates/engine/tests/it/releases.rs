//! Whole releases: well, badly, killed at every step, stopped.

use crate::{cloud::Cloud, crash::Points};
use segue_engine::{Conclusion, Engine, Handle, Setup, SystemClock};
use segue_journal::{Claim, Entry, Journal, Lock, Locked, Sqlite};
use segue_model::{
    Action, Digest, Ending, Failure, FailureKind, Observation, Operation, PLAN_FORMAT, Plan,
    ReleaseId, Subject, Undo, Unit, Verb,
};
use segue_platform::{Patience, Registry};
use std::{future::Future, path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;

const MODULES: [&str; 4] = ["config", "auth", "billing", "gateway"];

fn unit(module: &str) -> Unit {
    Unit {
        module: module.into(),
        target: "cloud".into(),
        version: "2.0.0".parse().unwrap(),
        artifact: serde_json::Value::Null,
        settings: serde_json::Value::Null,
    }
}

fn former() -> Observation {
    Observation {
        version: None,
        revision: "1.0.0".into(),
        fingerprint: String::new(),
        detail: serde_json::Value::Null,
    }
}

fn operation(id: &str, verb: Verb, after: &[&str], action: Action) -> Operation {
    Operation {
        id: id.into(),
        verb,
        subject: Subject::Release(id.into()),
        after: after.iter().map(|&it| it.into()).collect(),
        action,
        undo: None,
        always: false,
        finishing: false,
        no_return: false,
        overridable: false,
        deadline_s: 60,
    }
}

fn trigger(lease: Option<&str>) -> Action {
    Action::Trigger {
        target: "cloud".into(),
        settings: serde_json::Value::Null,
        lease: lease.map(Into::into),
    }
}

/// Four modules in a chain, between a trigger's pause and its return.
fn plan() -> Plan {
    let mut operations = vec![
        operation("lease", Verb::Lease, &[], trigger(None)),
        operation("pause", Verb::Pause, &["lease"], trigger(Some("lease"))),
    ];
    let mut last = "pause";
    for module in MODULES {
        let stage = Action::Stage(unit(module));
        let mut stage = operation(module, Verb::Stage, &[last], stage);
        stage.undo = Some(Undo {
            verb: Verb::Revert,
            action: Action::Revert {
                unit: unit(module),
                former: former(),
            },
        });
        operations.push(stage);
        last = module;
    }
    operations.push(Operation {
        always: true,
        finishing: true,
        ..operation("resume", Verb::Resume, &[last], trigger(Some("lease")))
    });
    Plan {
        format: PLAN_FORMAT,
        environment: "test".into(),
        manifest: Digest::of(b""),
        lock: Digest::of(b""),
        changes: vec![],
        operations,
        parallel: 4,
        hold: false,
        rolls_back: None,
    }
}

struct Site {
    directory: TempDir,
    cloud: Cloud,
}

impl Site {
    fn new() -> Self {
        let site = Self {
            directory: tempfile::tempdir().unwrap(),
            cloud: Cloud::default(),
        };
        let mut state = site.cloud.0.lock().unwrap();
        for module in MODULES {
            state.live.insert(module.into(), "1.0.0".into());
        }
        drop(state);
        block_on(async {
            let (journal, locked) = open(site.directory.path()).await;
            let entry = Entry {
                id: ReleaseId::new("r1"),
                environment: "test".into(),
                sandbox: false,
                began_ms: 0,
            };
            journal.create(&locked, &entry, &plan()).await.unwrap();
        });
        site
    }

    async fn engine(&self) -> Engine {
        self.engine_with(Patience {
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            budget: Duration::from_millis(20),
        })
        .await
    }

    async fn engine_with(&self, patience: Patience) -> Engine {
        let (journal, locked) = open(self.directory.path()).await;
        let mut registry = Registry::default();
        let cloud = Arc::new(self.cloud.clone());
        registry.platforms.insert("cloud".into(), cloud.clone());
        registry.triggers.insert("cloud".into(), cloud);
        let (notices, _) = tokio::sync::mpsc::unbounded_channel();
        Engine::new(Setup {
            journal,
            locked,
            release: ReleaseId::new("r1"),
            registry,
            clock: Arc::new(SystemClock),
            notices,
            patience,
            by: "test".into(),
        })
        .await
        .unwrap()
    }

    async fn run(&self) -> Result<Conclusion, Failure> {
        self.engine().await.run().await
    }

    fn failing(&self, module: &str, times: u32, kind: FailureKind) {
        let mut state = self.cloud.0.lock().unwrap();
        state.failing.insert(module.into(), (times, kind));
    }

    fn versions(&self) -> Vec<String> {
        self.cloud
            .0
            .lock()
            .unwrap()
            .live
            .values()
            .cloned()
            .collect()
    }

    fn effects(&self) -> String {
        self.cloud.0.lock().unwrap().effects.join(" ")
    }
}

async fn open(directory: &Path) -> (Arc<dyn Journal>, Locked) {
    let journal = Arc::new(Sqlite::open(&directory.join("journal.db")).unwrap());
    let claim = Claim {
        holder: "t".into(),
        doing: "t".into(),
    };
    match journal.lock("test", &claim, 0).await.unwrap() {
        Lock::Ours(locked) => (journal, locked),
        Lock::Theirs(held) => panic!("{held:?}"),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

const ALL_NEW: &str = "config=2.0.0 auth=2.0.0 billing=2.0.0 gateway=2.0.0";

#[test]
fn all_goes_well() {
    let site = Site::new();
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    assert_eq!(site.effects(), ALL_NEW);
    assert!(!site.cloud.0.lock().unwrap().paused);
}

#[test]
fn a_trigger_that_was_paused_stays_paused() {
    let site = Site::new();
    site.cloud.0.lock().unwrap().paused = true;
    block_on(site.run()).unwrap();
    assert!(site.cloud.0.lock().unwrap().paused);
}

#[test]
fn a_failed_step_is_undone_backwards() {
    let site = Site::new();
    site.failing("billing", 1, FailureKind::Step);
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
    assert_eq!(
        site.effects(),
        "config=2.0.0 auth=2.0.0 billing=2.0.0 billing=1.0.0 auth=1.0.0 config=1.0.0"
    );
    assert!(!site.cloud.0.lock().unwrap().paused);
}

#[test]
fn a_passing_outage_fails_nothing_and_a_lasting_one_stops_safely() {
    let site = Site::new();
    site.failing("auth", 3, FailureKind::Unavailable);
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));

    let site = Site::new();
    site.failing("auth", 1_000_000, FailureKind::Unavailable);
    let conclusion = block_on(site.run()).unwrap();
    assert!(matches!(conclusion, Conclusion::Stopped(Some(_))));
    site.failing("auth", 0, FailureKind::Unavailable);
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    assert_eq!(site.effects(), ALL_NEW);
}

/// Whether the release ended before it came to the point where it dies.
async fn run_until_killed(site: &Site) -> bool {
    tokio::select! {
        conclusion = site.run() => conclusion.is_ok(),
        () = site.cloud.1.died() => false,
    }
}

#[test]
fn killed_anywhere_and_resumed_nothing_is_done_twice() {
    let mut tried = 0;
    for fatal in 1.. {
        let mut site = Site::new();
        site.cloud.1 = Arc::new(Points::dying_at(fatal));
        if block_on(run_until_killed(&site)) {
            break;
        }
        let conclusion = block_on(site.run()).unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        assert_eq!(site.effects(), ALL_NEW, "killed at point {fatal}");
        assert!(!site.cloud.0.lock().unwrap().paused);
        tried += 1;
    }
    println!("killed at {tried} points");
    // The lease is one point, its pause and return two each, each module two.
    assert_eq!(tried, 1 + 2 + 2 + 2 * MODULES.len());
}

#[test]
fn stopped_begins_nothing_more_and_resume_goes_on() {
    let site = Site::new();
    let engine = block_on(site.engine());
    let handle: Handle = engine.handle();
    handle.stop("ana");
    let conclusion = block_on(engine.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Stopped(None));
    assert_eq!(site.versions(), vec!["1.0.0"; 4]);
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
}

#[test]
fn asked_twice_to_stop_it_does_not_wait_and_resume_goes_on() {
    let site = Site::new();
    site.failing("auth", 1_000_000, FailureKind::Unavailable);
    let conclusion = block_on(async {
        let patience = Patience {
            budget: Duration::from_secs(3600),
            ..Patience::default()
        };
        let engine = site.engine_with(patience).await;
        let handle = engine.handle();
        let run = tokio::spawn(engine.run());
        while site.versions()[0] != "2.0.0" {
            tokio::task::yield_now().await;
        }
        handle.stop("ana");
        handle.stop("ana");
        run.await.unwrap().unwrap()
    });
    assert_eq!(conclusion, Conclusion::Stopped(None));
    site.failing("auth", 0, FailureKind::Unavailable);
    let conclusion = block_on(site.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    assert_eq!(site.effects(), ALL_NEW);
}

#[test]
fn cancelled_gives_everything_back() {
    let site = Site::new();
    let engine = block_on(site.engine());
    engine.handle().cancel("ana", "");
    let conclusion = block_on(engine.run()).unwrap();
    assert_eq!(conclusion, Conclusion::Ended(Ending::Cancelled));
    assert_eq!(site.versions(), vec!["1.0.0"; 4]);
    assert!(!site.cloud.0.lock().unwrap().paused);
}

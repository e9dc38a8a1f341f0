//! The network as it is: whole releases through wires that break again and again,
//! in the middle of whatever goes over them. What breaks is tried again, nothing is
//! done twice, nothing is undone for it, and nothing is taken for done unseen.

use crate::{
    wire::{Weather, Wire},
    world::{Outcome, WORLDS, World, release, small},
};
use segue_connect::{Endpoints, registry};
use segue_engine::Conclusion;
use segue_model::{Action, Ending, EventKind, Failure, FailureKind, Notice, OperationKey, Verb};
use segue_platform::{Call, Timeouts};
use segue_sandbox::{FaultKind, Project};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::task::JoinSet;

const SCALE: f64 = 0.05;

/// A wire turns bad about once in so many pieces that go over it.
const EVERY: usize = 25;

/// How long one release may take, however bad its network is.
const PATIENCE: Duration = Duration::from_secs(180);

fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_millis(700),
        answer: Duration::from_millis(1500),
        outside: Duration::from_millis(1500),
        silence: Duration::from_millis(500),
    }
}

/// A wire before each API of a world.
struct Net {
    wires: BTreeMap<String, Wire>,
    endpoints: Endpoints,
}

impl Net {
    async fn around(world: &World) -> Self {
        let mut endpoints = world.sandbox.running.endpoints.clone();
        endpoints.timeouts = timeouts();
        let mut places: Vec<(String, &mut String)> = Vec::new();
        for (target, cluster) in &mut endpoints.kubernetes {
            places.push((format!("kubernetes {target}"), &mut cluster.url));
        }
        if let Some(azure) = &mut endpoints.azure {
            places.push(("resource manager".into(), &mut azure.arm));
            for (vault, url) in &mut azure.vaults {
                places.push((format!("key vault {vault}"), url));
            }
        }
        if let Some(google) = &mut endpoints.google {
            let apis = [
                ("run", &mut google.run),
                ("functions", &mut google.functions),
                ("scheduler", &mut google.scheduler),
                ("pubsub", &mut google.pubsub),
                ("artifact registry", &mut google.artifact_registry),
            ];
            for (name, url) in apis {
                places.push((name.into(), url.as_mut().unwrap()));
            }
        }
        places.push(("outside".into(), endpoints.outside.as_mut().unwrap()));
        let mut wires = BTreeMap::new();
        for (name, url) in places {
            let (scheme, upstream) = url.split_once("://").unwrap();
            let upstream: SocketAddr = upstream.trim_end_matches('/').parse().unwrap();
            let wire = Wire::to(upstream).await;
            *url = format!("{scheme}://{}", wire.address);
            wires.insert(name, wire);
        }
        Self { wires, endpoints }
    }

    fn clear(&self) {
        self.wires.values().for_each(Wire::clear);
    }
}

/// What came of a release through wires.
struct Passage {
    outcome: Outcome,
    /// Pieces that went over each wire.
    sent: BTreeMap<String, usize>,
    /// How often each wire turned bad.
    strikes: BTreeMap<String, usize>,
    /// Why something was tried again.
    retried: Vec<Failure>,
    events: Vec<EventKind>,
}

/// Carries a release out. Each wire turns to `weather` at the pieces that
/// `forecast` says, and clears when something is tried again.
async fn passage(
    project: &Project,
    undone: bool,
    weather: Weather,
    forecast: impl Fn(&str) -> Vec<usize>,
) -> Passage {
    let world = World::start(project, SCALE).await;
    if undone {
        let faults = &world.sandbox.shared().faults;
        faults.set("notifier", FaultKind::CrashLoop);
    }
    let net = Net::around(&world).await;
    for (name, wire) in &net.wires {
        wire.forecast(forecast(name), weather);
    }
    let mut running = world.run(&net.endpoints, None).await;
    let mut retried = Vec::new();
    while let Some(notice) = running.notices.recv().await {
        if let Notice::Retrying { failure, .. } = notice {
            retried.push(failure);
            net.clear();
        }
    }
    let conclusion = running.task.await.unwrap().unwrap();
    let each = |of: fn(&Wire) -> usize| {
        let wires = net.wires.iter();
        wires.map(|(name, wire)| (name.clone(), of(wire))).collect()
    };
    Passage {
        outcome: world.outcome(conclusion).await,
        sent: each(Wire::sent),
        strikes: each(Wire::strikes),
        retried,
        events: world.events().await,
    }
}

/// Where a wire that `sent` pieces go over turns bad: spread evenly, another
/// place in each of `rounds`.
fn places(sent: usize, round: usize, rounds: usize) -> Vec<usize> {
    let times = 1 + sent / EVERY;
    (0..times)
        .map(|time| (time * rounds + round) * sent / (times * rounds))
        .collect()
}

async fn survives(undone: bool, rounds: usize) {
    let project = Arc::new(small());
    let calm = passage(&project, undone, Weather::Clear, |_| vec![]).await;
    let expected = if undone {
        Ending::Undone
    } else {
        Ending::Succeeded
    };
    assert_eq!(calm.outcome.conclusion, Conclusion::Ended(expected));
    let calm = Arc::new(calm);
    let mut passages = JoinSet::new();
    for (weather, round) in Weather::BAD
        .into_iter()
        .flat_map(|weather| (0..rounds).map(move |round| (weather, round)))
    {
        let (project, calm) = (project.clone(), calm.clone());
        passages.spawn(async move {
            let _one = WORLDS.acquire().await.unwrap();
            let forecast = |name: &str| places(calm.sent[name], round, rounds);
            let passage = passage(&project, undone, weather, forecast);
            let passage = tokio::time::timeout(PATIENCE, passage).await;
            (weather, round, passage.expect("it comes to its end"))
        });
    }
    while let Some(passage) = passages.join_next().await {
        let (weather, round, passage) = passage.unwrap();
        let strikes: usize = passage.strikes.values().sum();
        println!(
            "{weather:?} {round}: {strikes} times bad over {} wires, {} times tried again",
            passage.strikes.len(),
            passage.retried.len()
        );
        for failure in &passage.retried {
            assert_eq!(failure.kind, FailureKind::Unavailable);
        }
        for (name, wire) in &passage.strikes {
            assert!(*wire > 0, "{weather:?} {round} never struck {name}");
        }
        // Cut connections may all have been idle; otherwise something was noticed.
        assert!(!passage.retried.is_empty(), "{weather:?} {round}");
        let failed = |events: &[EventKind]| {
            let failed = events
                .iter()
                .filter(|it| matches!(it, EventKind::Failed { .. }));
            failed.count()
        };
        assert_eq!(failed(&passage.events), failed(&calm.events), "{weather:?}");
        assert_eq!(passage.outcome, calm.outcome, "{weather:?} {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_succeeds_over_a_broken_network() {
    survives(false, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_undone_over_a_broken_network() {
    survives(true, 1).await;
}

/// A name that resolves nowhere (RFC 6761, section 6.4).
const NOWHERE: &str = "segue-test.invalid:1";

/// Everything is somewhere that does not resolve.
fn nowhere(endpoints: &Endpoints) -> Endpoints {
    let mut endpoints = endpoints.clone();
    endpoints.timeouts = Timeouts::default();
    for cluster in endpoints.kubernetes.values_mut() {
        cluster.url = format!("http://{NOWHERE}");
    }
    let azure = endpoints.azure.as_mut().unwrap();
    azure.arm = format!("https://{NOWHERE}");
    for vault in azure.vaults.values_mut() {
        *vault = format!("https://{NOWHERE}");
    }
    let google = endpoints.google.as_mut().unwrap();
    for api in [
        &mut google.run,
        &mut google.functions,
        &mut google.scheduler,
        &mut google.pubsub,
        &mut google.artifact_registry,
    ] {
        *api = Some(format!("http://{NOWHERE}"));
    }
    endpoints.outside = Some(format!("http://{NOWHERE}"));
    endpoints
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_resolve_is_no_failed_step() {
    let world = World::start(&small(), SCALE).await;
    let endpoints = nowhere(&world.sandbox.running.endpoints);
    let registry = registry(
        &world.project.manifest,
        &world.project.directory,
        &endpoints,
    );
    let registry = registry.await.unwrap();
    let mut asked = BTreeMap::new();
    for operation in &world.plan.operations {
        let key = OperationKey::new(&release(), &operation.id, false);
        let call = Call::detached(key);
        let outcome = match &operation.action {
            Action::Stage(unit) => registry.platforms[&unit.target].stage(&call, unit).await,
            Action::Verify(unit) => registry.platforms[&unit.target].verify(&call, unit).await,
            Action::Trigger {
                target, settings, ..
            } => registry.triggers[target].read(&call, settings).await,
            Action::Perform { by, input } if by != "git.tag" => {
                registry.performers[by].perform(&call, input).await
            }
            _ => continue,
        };
        let failure = outcome.unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::Unavailable,
            "{}: {failure}",
            operation.id
        );
        // Which words depends on the resolver; that they are its own does not.
        let words = failure.words.to_lowercase();
        assert!(words.contains("dns"), "{}: {failure}", operation.id);
        *asked.entry(operation.verb).or_insert(0) += 1;
    }
    for verb in [
        Verb::Gate,
        Verb::Check,
        Verb::Lease,
        Verb::Stage,
        Verb::Rotate,
        Verb::Notify,
    ] {
        assert!(asked.contains_key(&verb), "{verb} was not asked: {asked:?}");
    }
}

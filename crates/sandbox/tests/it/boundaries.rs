//! Every boundary: a release that is ended at any point, and resumed, comes to
//! the same end as one that nobody disturbed, with nothing done twice.
//!
//! A point lies before and after every request that changes something, after
//! everything that such a request began and that ends later, and before and after
//! every event that is journaled. `SEGUE_BOUNDARIES=storefront` tries the whole
//! storefront; docs/boundaries.md has the figures.

use crate::world::{Outcome, WORLDS, World, small, storefront};
use segue_engine::Conclusion;
use segue_model::{Ending, EventKind, Failure};
use segue_sandbox::{FaultKind, Project};
use segue_twin::tripwire::{Point, Stop};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::{JoinHandle, JoinSet};

/// How long delays of the twins take, compared with the clouds'.
const SCALE: f64 = 0.05;

/// How often a point is tried that a run did not pass: which of two operations
/// comes first is chance, and now and then a request is sent once more or less.
const TRIES: usize = 4;

/// How long one release may take, crashes included.
const PATIENCE: Duration = Duration::from_secs(120);

/// The way that a release takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Everything succeeds.
    Forward,
    /// The last module's new version crashes.
    Undo,
    /// A person cancels when the last module is staged.
    Cancel,
}

/// What is tried.
#[derive(Clone)]
struct Trial {
    project: Arc<Project>,
    way: Way,
    /// The module that comes last.
    last: &'static str,
}

/// What came of one run.
struct Run {
    outcome: Outcome,
    /// Where it was ended.
    ended_at: Vec<Point>,
    /// All points that it passed, in order.
    passed: Vec<Point>,
    /// Requests of the load that failed, in their own words.
    failed: Vec<String>,
}

impl Trial {
    /// Carries the release out, ended at each of `stops` in turn.
    async fn run(&self, stops: &[Stop]) -> Run {
        let world = World::start(&self.project, SCALE).await;
        let shared = world.sandbox.shared().clone();
        if self.way == Way::Undo {
            shared.faults.set(self.last, FaultKind::CrashLoop);
        }
        let client = world.sandbox.client().unwrap();
        client.start_load().await.unwrap();
        let tripwire = shared.effects.tripwire();
        let mut ended_at = Vec::new();
        for stop in stops {
            let told = tripwire.arm(stop.clone());
            let Some(mut running) = self.take_up(&world).await else {
                break;
            };
            tokio::select! {
                biased;
                point = told => {
                    // Dropped where it is; what it held is let go of, and no more.
                    running.abort();
                    let _ = running.await;
                    ended_at.push(point.unwrap());
                }
                _ = &mut running => break,
            }
        }
        tripwire.disarm();
        let conclusion = match self.take_up(&world).await {
            Some(running) => running.await.unwrap().unwrap(),
            None => Conclusion::Ended(ended(&world).await.unwrap()),
        };
        let load = client.stop_load(1).await.unwrap();
        let failed = load.samples.iter().map(|it| it.words.clone()).collect();
        Run {
            outcome: world.outcome(conclusion).await,
            ended_at,
            passed: tripwire.passed(),
            failed,
        }
    }

    /// A new process takes the release up; none when it is over.
    async fn take_up(&self, world: &World) -> Option<JoinHandle<Result<Conclusion, Failure>>> {
        if ended(world).await.is_some() {
            return None;
        }
        let cancelled = (self.way == Way::Cancel).then(|| format!("{}@run/stage", self.last));
        let endpoints = &world.sandbox.running.endpoints;
        Some(world.run(endpoints, cancelled.as_deref()).await.task)
    }

    /// Runs that end at every point that an undisturbed one passes, and what is
    /// wrong with them. `stops` makes of a point all places to end at.
    async fn everywhere(&self, points: &[Point], calm: &Run, stops: impl Fn(usize) -> Vec<Stop>) {
        let began = Instant::now();
        let mut runs = JoinSet::new();
        for (at, point) in points.iter().enumerate() {
            let (trial, stops) = (self.clone(), stops(at));
            let point = point.clone();
            runs.spawn(async move {
                let _one = WORLDS.acquire().await.unwrap();
                for _ in 0..TRIES {
                    let run = tokio::time::timeout(PATIENCE, trial.run(&stops)).await;
                    let run = run.map_err(|_| "it does not come to its end".to_owned());
                    // A second end may find nothing left to end.
                    if run.as_ref().is_ok_and(|run| run.ended_at.is_empty()) {
                        continue;
                    }
                    return (point, run);
                }
                (point, Err("no run passes this point".into()))
            });
        }
        let mut wrong = Vec::new();
        let (mut tried, mut ends) = (0, 0);
        while let Some(run) = runs.join_next().await {
            match run {
                Err(panicked) => wrong.push(panicked.to_string()),
                Ok((point, Err(words))) => wrong.push(format!("{point}: {words}")),
                Ok((_, Ok(run))) => {
                    tried += 1;
                    ends += run.ended_at.len();
                    let differs = run.differs(calm);
                    let at: Vec<_> = run.ended_at.iter().map(ToString::to_string).collect();
                    wrong.extend(differs.map(|it| format!("{}: {it}", at.join(", then "))));
                }
            }
        }
        println!(
            "{:?}: ended at {tried} of {} points, {ends} times in all, in {:.0?}",
            self.way,
            points.len(),
            began.elapsed()
        );
        assert!(wrong.is_empty(), "{:?}:\n{}", self.way, wrong.join("\n"));
        assert_eq!(tried, points.len());
    }
}

impl Run {
    /// How this run differs from an undisturbed one.
    fn differs(&self, calm: &Self) -> Option<String> {
        if self.outcome != calm.outcome {
            let (is, was) = (
                format!("{:#?}", self.outcome),
                format!("{:#?}", calm.outcome),
            );
            let lines = is.lines().zip(was.lines()).filter(|(is, was)| is != was);
            let lines = lines
                .take(4)
                .map(|(is, was)| format!("{} ≠ {}", is.trim(), was.trim()));
            return Some(lines.collect::<Vec<_>>().join("; "));
        }
        (!self.failed.is_empty()).then(|| format!("requests failed: {}", self.failed.join("; ")))
    }
}

/// How the release ended, if it has.
async fn ended(world: &World) -> Option<Ending> {
    world
        .events()
        .await
        .into_iter()
        .find_map(|kind| match kind {
            EventKind::Finished { ending } => Some(ending),
            _ => None,
        })
}

async fn try_all(project: Project, last: &'static str, way: Way) {
    let trial = Trial {
        project: Arc::new(project),
        way,
        last,
    };
    let began = Instant::now();
    let calm = trial.run(&[]).await;
    println!("{way:?}: one release in {:.1?}", began.elapsed());
    let expected = match way {
        Way::Forward => Ending::Succeeded,
        Way::Undo => Ending::Undone,
        Way::Cancel => Ending::Cancelled,
    };
    assert_eq!(calm.outcome.conclusion, Conclusion::Ended(expected));
    assert_eq!(calm.differs(&calm), None);
    // A release that nobody disturbs is always the same, or nothing could be compared.
    let again = trial.run(&[]).await;
    assert_eq!(again.differs(&calm), None);
    let set = |run: &Run| run.passed.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(set(&again), set(&calm));
    let mut points = calm.passed.clone();
    if !whole() {
        // Until it turns back, a release is like one that succeeds.
        let turns = |it: &Point| {
            it.what.starts_with("journal failed") || it.what.starts_with("journal asked")
        };
        let turn = points.iter().position(turns);
        points.drain(..turn.unwrap_or_default());
    }
    // The second end comes at one of the points after the first: before or after the
    // event that it was resumed, or what follows.
    let first = |at: usize| Stop::At(points[at].clone());
    let again = |at: usize| Stop::Next(1 + at / 2 % 12);
    if whole() {
        trial.everywhere(&points, &calm, |at| vec![first(at)]).await;
        let twice = |at| vec![first(at), again(at)];
        trial.everywhere(&points, &calm, twice).await;
    } else {
        // Every other run is ended twice.
        let stops = |at| match at % 2 {
            0 => vec![first(at)],
            _ => vec![first(at), again(at)],
        };
        trial.everywhere(&points, &calm, stops).await;
    }
}

fn whole() -> bool {
    std::env::var("SEGUE_BOUNDARIES").is_ok_and(|it| it == "storefront")
}

async fn chosen(way: Way) {
    match whole() {
        true => try_all(storefront(), "api-gateway", way).await,
        false => try_all(small(), "notifier", way).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_succeeds() {
    chosen(Way::Forward).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_undone() {
    chosen(Way::Undo).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_cancelled() {
    chosen(Way::Cancel).await;
}

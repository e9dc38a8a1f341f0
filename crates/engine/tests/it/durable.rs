//! The journal's disk and clock: appends that take long or never come back,
//! times that jump, and many outcomes in one append.

use crate::{
    points::Points,
    shapes::{chain, operation, plan},
    site::{Room, Site, block_on},
    tap::{Fault, Tap},
};
use async_trait::async_trait;
use segue_engine::{Clock, Conclusion};
use segue_model::{Action, Ending, Evidence, Failure, FailureKind, Notice, Operation, Plan, Verb};
use segue_platform::{Call, Patience, Performer};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Takes as long as it is told.
struct Sleeper;

#[async_trait]
impl Performer for Sleeper {
    async fn perform(&self, _: &Call, input: &Value) -> Result<Evidence, Failure> {
        if let Some(ms @ 1..) = input["ms"].as_u64() {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        Ok(Evidence::seen("slept"))
    }
}

fn sleeping(id: &str, after: &[&str], ms: u64) -> Operation {
    let action = Action::Perform {
        by: "sleeper".into(),
        input: json!({ "ms": ms }),
    };
    operation(id, Verb::Notify, after, action)
}

/// How many appends a release of `operations` takes, on a disk this slow.
fn appends(operations: Vec<Operation>, slow: Duration) -> usize {
    let room = Room::new();
    let plan = Plan {
        parallel: operations.len(),
        ..plan(operations)
    };
    block_on(async {
        let site = Site::new(&room, &plan).await;
        let appends = Arc::new(AtomicUsize::new(0));
        let tap = Tap {
            slow,
            appends: appends.clone(),
            ..Tap::new(site.journal.clone(), Arc::new(Points::default()))
        };
        let (engine, _told) = site
            .engine_with(tap, site.lock().await, |registry| {
                registry
                    .performers
                    .insert("sleeper".into(), Arc::new(Sleeper));
            })
            .await
            .unwrap();
        let conclusion = engine.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        appends.load(Ordering::SeqCst)
    })
}

#[test]
fn a_thousand_that_end_together_are_one_append() {
    let operations = (0..1000).map(|n| sleeping(&format!("o{n}"), &[], 0));
    // The beginning, the outcomes, the end.
    assert_eq!(appends(operations.collect(), Duration::ZERO), 3);
}

#[test]
fn what_ends_while_the_disk_is_slow_is_one_append() {
    let operations = (0..1000).map(|n| sleeping(&format!("o{n}"), &[], 1 + n % 100));
    let appends = appends(operations.collect(), Duration::from_millis(20));
    // A hundred different instants, and a disk that takes twenty of them.
    assert!(appends <= 9, "{appends}");
}

#[test]
fn each_layer_of_a_graph_is_one_append() {
    let mut operations: Vec<Operation> = Vec::new();
    for layer in 0..20 {
        for place in 0..50 {
            let above = |step: usize| format!("{}-{}", layer - 1, (place + step) % 50);
            let after: Vec<String> = match layer {
                0 => vec![],
                _ => [0, 7, 13].map(above).to_vec(),
            };
            let after: Vec<&str> = after.iter().map(String::as_str).collect();
            operations.push(sleeping(&format!("{layer}-{place}"), &after, 0));
        }
    }
    assert_eq!(appends(operations, Duration::ZERO), 22);
}

/// A clock that somebody sets.
struct Jumping(AtomicI64, Vec<i64>);

impl Clock for Jumping {
    fn now_ms(&self) -> i64 {
        let at = usize::try_from(self.0.fetch_add(1, Ordering::SeqCst)).unwrap();
        self.1[at % self.1.len()]
    }
}

#[test]
fn journaled_times_never_run_backwards_and_a_jump_ahead_stays() {
    let room = Room::new();
    block_on(async {
        let mut site = Site::new(&room, &chain(&["config", "auth"])).await;
        let day = 24 * 3600 * 1000;
        site.clock = Arc::new(Jumping(
            AtomicI64::new(0),
            vec![5 * day, 3 * day, i64::MIN, 900 * day, 0],
        ));
        site.run().await.unwrap();
        let times: Vec<i64> = site.events().await.iter().map(|it| it.at_ms).collect();
        assert!(times.is_sorted(), "{times:?}");
        assert_eq!((times[0], *times.last().unwrap()), (5 * day, 900 * day));
    });
}

/// The journal is away and does not come back.
async fn with_a_journal_that_stays_away(
    site: &Site,
    stop: bool,
) -> (Result<Conclusion, Failure>, usize) {
    let inner = Tap {
        fault: Some((1, Fault::Away)),
        ..Tap::new(site.journal.clone(), Arc::default())
    };
    // Away for two appends, twice over, and so on: for ever.
    let mut tap = Tap::new(Arc::new(inner), Arc::default());
    for _ in 0..1000 {
        tap = Tap {
            fault: Some((1, Fault::Away)),
            ..Tap::new(Arc::new(tap), Arc::default())
        };
    }
    let (engine, mut told) = site.engine(tap, site.lock().await).await.unwrap();
    let handle = engine.handle();
    let run = tokio::spawn(engine.run());
    let mut waits = 0;
    while let Some(notice) = told.recv().await {
        if matches!(notice, Notice::JournalAway { .. }) {
            waits += 1;
            if stop && waits == 3 {
                handle.stop("ana");
            }
        }
    }
    (run.await.unwrap(), waits)
}

#[test]
fn a_journal_that_stays_away_ends_the_run_and_nothing_was_begun() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &chain(&["config"])).await;
        let (conclusion, waits) = with_a_journal_that_stays_away(&site, false).await;
        assert_eq!(conclusion.unwrap_err().kind, FailureKind::Unavailable);
        assert!(waits > 3);
        assert_eq!(site.effects(), Vec::<String>::new());
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

#[test]
fn who_asks_to_stop_does_not_wait_for_a_journal_that_is_away() {
    let room = Room::new();
    block_on(async {
        let mut site = Site::new(&room, &chain(&["config"])).await;
        site.patience = Patience {
            budget: Duration::from_secs(3600),
            ..Patience::default()
        };
        let (conclusion, waits) = with_a_journal_that_stays_away(&site, true).await;
        assert_eq!(conclusion.unwrap_err().kind, FailureKind::Unavailable);
        assert_eq!(waits, 3);
    });
}

//! What people decide, from here and from elsewhere.

use crate::{
    points::Points,
    shapes::{chain, gate, operation, plan, stage},
    site::{Person, Room, Site, When, block_on},
    tap::Tap,
};
use async_trait::async_trait;
use segue_engine::{Clock, Conclusion};
use segue_journal::Journal;
use segue_model::{
    Action, Ending, Event, EventKind, Evidence, Failure, Notice, Operation, Plan, Verb, Wish,
};
use segue_platform::{Call, Performer};
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A gate that two of three open, then a module.
fn gated() -> Plan {
    plan(vec![
        gate("uat", &[], &["ana", "ben", "eva"], 2),
        stage("auth", "cloud", &["uat"]),
    ])
}

fn approve(name: &'static str, operation: &str) -> Person {
    let operation = operation.into();
    Person::afar(name, When::Awaiting("uat"), Wish::Approve { operation })
}

fn evidence(events: &[Event], id: &str) -> String {
    let of = |event: &Event| match &event.kind {
        EventKind::Succeeded {
            operation,
            evidence,
            ..
        } if operation.as_str() == id => Some(evidence.summary.clone()),
        _ => None,
    };
    events.iter().find_map(of).unwrap()
}

fn told(site: &Site) -> Vec<Notice> {
    site.notices.lock().unwrap().clone()
}

#[test]
fn a_gate_waits_and_says_for_whom_and_who_has_approved() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        let people = [approve("ana", "uat"), approve("ben", "uat")];
        let conclusion = site.run_with(&people).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        assert_eq!(
            evidence(&site.events().await, "uat"),
            "approved by ana: so be it; ben: so be it"
        );
        let waits = told(&site).into_iter().find_map(|it| match it {
            Notice::Awaiting {
                from,
                count,
                approved,
                ..
            } => Some((from, count, approved)),
            _ => None,
        });
        let from = ["ana", "ben", "eva"].map(String::from).to_vec();
        assert_eq!(waits, Some((from, 2, vec![])));
    });
}

#[test]
fn who_may_not_decide_is_written_down_and_told_and_changes_nothing() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        let people = [
            approve("mallory", "uat"),
            approve("ana", "no-such-gate"),
            approve("eva", "auth"),
            approve("ana", "uat"),
            approve("ben", "uat"),
        ];
        let conclusion = site.run_with(&people).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        let asked = |it: &Event| {
            matches!(
                it.kind,
                EventKind::Asked {
                    request: Some(_),
                    ..
                }
            )
        };
        let events = site.events().await;
        assert_eq!(events.iter().filter(|it| asked(it)).count(), 5);
        let refused = told(&site).into_iter().filter_map(|it| match it {
            Notice::Refused { by, why, .. } => Some(format!("{by}: {why}")),
            _ => None,
        });
        assert_eq!(
            refused.collect::<Vec<_>>(),
            [
                "mallory: `uat` is for ana, ben, eva to decide",
                "ana: the plan has no operation `no-such-gate`",
                "eva: `auth` is nobody's to decide",
            ]
        );
    });
}

#[test]
fn a_rejected_gate_turns_the_release_back() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        let operation = "uat".into();
        let reject = Person::here(When::Awaiting("uat"), Wish::Reject { operation });
        let conclusion = site.run_with(&[reject]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(site.story().await, "!uat");
        assert_eq!(site.version("auth@cloud"), "1.0.0");
    });
}

#[test]
fn a_request_is_taken_up_once_whoever_comes_and_goes() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        for name in ["ana", "ben"] {
            let stop = Person {
                name,
                ..Person::here(When::Awaiting("uat"), Wish::Stop)
            };
            let conclusion = site.run_with(&[stop]).await.unwrap();
            assert_eq!(
                conclusion,
                Conclusion::Stopped(None),
                "it does not wait for people"
            );
            let operation = "uat".into();
            let wish = Wish::Approve { operation };
            let asking = site.afar.ask(&site.release, &wish, name, "", 0);
            asking.await.unwrap();
        }
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        let events = site.events().await;
        let requests = events.iter().filter_map(|it| match it.kind {
            EventKind::Asked { request, .. } => request,
            _ => None,
        });
        assert_eq!(requests.collect::<Vec<_>>(), [1, 2]);
    });
}

#[test]
fn of_decisions_that_waited_the_last_word_counts() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        let stop = Person::here(When::Awaiting("uat"), Wish::Stop);
        site.run_with(&[stop]).await.unwrap();
        let operation = || "uat".into();
        let approve = || Wish::Approve {
            operation: operation(),
        };
        let reject = Wish::Reject {
            operation: operation(),
        };
        for (name, wish) in [("ana", approve()), ("ben", approve()), ("eva", reject)] {
            let asking = site.afar.ask(&site.release, &wish, name, "", 0);
            asking.await.unwrap();
        }
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(site.version("auth@cloud"), "1.0.0");
    });
}

/// A clock that stands still until somebody moves it.
struct Still(AtomicI64);

impl Clock for Still {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

fn failure(events: &[Event]) -> &Failure {
    events
        .iter()
        .find_map(|it| match &it.kind {
            EventKind::Failed { failure, .. } => Some(failure),
            _ => None,
        })
        .unwrap()
}

#[test]
fn nobody_came() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &gated()).await;
        let conclusion = site.run_with(&[approve("ana", "uat")]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        let events = site.events().await;
        let failure = failure(&events);
        assert_eq!(
            (
                failure.code.as_str(),
                failure.what.as_str(),
                failure.words.as_str()
            ),
            (
                "SEG6021",
                "`uat` was not approved within 1 h",
                "approved by ana only"
            )
        );
    });
}

#[test]
fn the_time_before_a_restart_counts() {
    let room = Room::new();
    block_on(async {
        let mut site = Site::new(&room, &gated()).await;
        let clock = Arc::new(Still(AtomicI64::new(1_000)));
        site.clock = clock.clone();
        let stop = Person::here(When::Awaiting("uat"), Wish::Stop);
        site.run_with(&[stop]).await.unwrap();
        clock.0.fetch_add(59 * 60_000, Ordering::SeqCst);
        let before = tokio::time::Instant::now();
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        // By the paused clock of this test, which moves when nothing else can.
        let waited = before.elapsed().as_secs();
        assert!((59..=61).contains(&waited), "{waited} s of the last minute");
    });
}

#[test]
fn an_approval_that_waits_in_the_journal_counts_however_late_the_process_comes() {
    let room = Room::new();
    block_on(async {
        let mut site = Site::new(&room, &gated()).await;
        let clock = Arc::new(Still(AtomicI64::new(0)));
        site.clock = clock.clone();
        let stop = Person::here(When::Awaiting("uat"), Wish::Stop);
        site.run_with(&[stop]).await.unwrap();
        clock.0.fetch_add(48 * 3_600_000, Ordering::SeqCst);
        let early = |name| Person {
            when: When::AtOnce,
            ..approve(name, "uat")
        };
        let conclusion = site.run_with(&[early("ana"), early("ben")]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

/// A window that does not open.
struct Closed;

#[async_trait]
impl Performer for Closed {
    async fn perform(&self, _: &Call, _: &Value) -> Result<Evidence, Failure> {
        std::future::pending().await
    }
}

#[test]
fn who_overrides_a_closed_window_ends_the_wait_for_it() {
    let room = Room::new();
    let action = Action::Perform {
        by: "sql".into(),
        input: Value::Null,
    };
    let window = Operation {
        overridable: true,
        deadline_s: 1_000_000_000,
        ..operation("window", Verb::Gate, &[], action)
    };
    let plan = plan(vec![window, stage("auth", "cloud", &["window"])]);
    block_on(async {
        let site = Site::new(&room, &plan).await;
        let tap = Tap::new(site.journal.clone(), Arc::new(Points::default()));
        let (engine, mut told) = site
            .engine_with(tap, site.lock().await, |registry| {
                registry.performers.insert("sql".into(), Arc::new(Closed));
            })
            .await
            .unwrap();
        let handle = engine.handle();
        let run = tokio::spawn(engine.run());
        while !matches!(told.recv().await, Some(Notice::Begun { .. })) {}
        let operation = "window".into();
        handle.ask(Wish::Approve { operation }, "ana", "the fix cannot wait");
        let conclusion = run.await.unwrap().unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        let summary = evidence(&site.events().await, "window");
        assert_eq!(summary, "overridden by ana: the fix cannot wait");
    });
}

#[test]
fn an_undo_that_comes_too_late_is_told_so() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &chain(&["config"])).await;
        site.ail("config", crate::cloud::Ailment::Crashes);
        let undo = Person::here(When::Done("config"), Wish::Undo);
        site.run_with(&[undo]).await.unwrap();
        let refused = |it: &Notice| {
            matches!(
                it,
                Notice::Refused {
                    wish: Wish::Undo,
                    ..
                }
            )
        };
        assert!(told(&site).iter().any(refused));
    });
}

//! Whole releases: well, stopped, cancelled, and what a process tells.

use crate::{
    cloud::Ailment,
    points::Points,
    shapes::{chain, operation, plan},
    site::{Person, Room, Site, When, block_on},
    tap::Tap,
};
use async_trait::async_trait;
use segue_engine::Conclusion;
use segue_model::{Action, Ending, EventKind, Evidence, Failure, Notice, Plan, Verb, Wish};
use segue_platform::{Call, Patience, Performer, Registry};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

async fn site(room: &Room) -> Site {
    Site::new(room, &chain(&["config", "auth", "gateway"])).await
}

#[test]
fn all_goes_well() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        assert_eq!(
            site.effects().join(", "),
            "orders paused, config@cloud=2.0.0, auth@cloud=2.0.0, gateway@cloud=2.0.0, \
             orders running"
        );
    });
}

#[test]
fn a_failed_step_is_undone_backwards() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.ail("gateway", Ailment::Crashes);
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(
            site.story().await,
            "orders-lease orders-pause config auth !gateway -gateway -auth -config orders-resume"
        );
    });
}

#[test]
fn a_release_that_is_over_stays_as_it_is() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.run().await.unwrap();
        let events = site.events().await;
        let again = site.run().await.unwrap();
        assert_eq!(again, Conclusion::Ended(Ending::Succeeded));
        assert_eq!(site.events().await, events);
    });
}

#[test]
fn stopped_begins_nothing_more_and_says_who_asked() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        let stop = Person::here(When::AtOnce, Wish::Stop);
        let conclusion = site.run_with(&[stop]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Stopped(None));
        assert_eq!(site.effects(), Vec::<String>::new());
        let asked = |kind: &EventKind| matches!(kind, EventKind::Asked { by, wish: Wish::Stop, .. } if by == "ana");
        assert!(site.events().await.iter().any(|it| asked(&it.kind)));
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

/// A stop that somebody asked for while nobody carried the release out is no
/// reason to stop whoever resumes it later.
#[test]
fn a_stop_from_before_does_not_stop_who_resumes() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.run_with(&[Person::here(When::AtOnce, Wish::Stop)])
            .await
            .unwrap();
        let late = Person::afar("ben", When::AtOnce, Wish::Stop);
        let conclusion = site.run_with(&[late]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

/// `cancel --undo` of a release that nobody carries out begins nothing new first.
#[test]
fn what_was_asked_before_comes_first() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.ail("auth", Ailment::Away);
        site.run().await.unwrap();
        site.mend();
        let undo = Person::here(When::AtOnce, Wish::Undo);
        let conclusion = site.run_with(&[undo]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Cancelled));
        // What may be in flight comes to its outcome first.
        assert_eq!(
            site.story().await,
            "orders-lease orders-pause config !auth auth -auth -config orders-resume"
        );
        let kinds = site.events().await;
        let place = |is: fn(&EventKind) -> bool| kinds.iter().position(|it| is(&it.kind));
        let undo = place(|it| matches!(it, EventKind::Asked { .. }));
        assert!(undo.is_some() && undo < place(|it| matches!(it, EventKind::Resumed { .. })));
    });
}

#[test]
fn an_abandoned_release_is_not_taken_up_again() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.ail("auth", Ailment::Away);
        site.run().await.unwrap();
        let leave = Person::here(When::AtOnce, Wish::Abandon);
        let conclusion = site.run_with(&[leave]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Abandoned));
        assert_eq!(
            site.effects().join(", "),
            "orders paused, config@cloud=2.0.0, orders running"
        );
        let resumed = |it: &segue_model::Event| matches!(it.kind, EventKind::Resumed { .. });
        assert!(!site.events().await.iter().any(resumed));
    });
}

#[test]
fn asked_twice_to_stop_it_does_not_wait_and_resume_goes_on() {
    let room = Room::new();
    block_on(async {
        let mut site = site(&room).await;
        site.patience = Patience {
            budget: Duration::from_secs(3600),
            ..Patience::default()
        };
        site.ail("auth", Ailment::Away);
        let tap = Tap::new(site.journal.clone(), Arc::new(Points::default()));
        let (engine, mut told) = site.engine(tap, site.lock().await).await.unwrap();
        let handle = engine.handle();
        let run = tokio::spawn(engine.run());
        while !matches!(told.recv().await, Some(Notice::Retrying { .. })) {}
        handle.stop("ana");
        handle.stop("ana");
        let conclusion = run.await.unwrap().unwrap();
        assert_eq!(conclusion, Conclusion::Stopped(None));
        site.mend();
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

/// A plan that a newer program made.
fn strange() -> Plan {
    let action = Action::Perform {
        by: "nobody".into(),
        input: Value::Null,
    };
    plan(vec![operation("strange", Verb::Notify, &[], action)])
}

#[test]
fn what_nobody_can_carry_out_stops_the_release() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &strange()).await;
        let conclusion = site.run().await.unwrap();
        assert!(
            matches!(conclusion, Conclusion::Stopped(Some(failure)) if failure.code == "SEG6011")
        );
    });
}

/// Carries out nothing, and has a bug.
struct Broken;

#[async_trait]
impl Performer for Broken {
    async fn perform(&self, _: &Call, _: &Value) -> Result<Evidence, Failure> {
        panic!("as wanted")
    }
}

#[test]
fn a_bug_ends_the_run_and_fails_no_step() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &strange()).await;
        let tap = Tap::new(site.journal.clone(), Arc::default());
        let broken = |registry: &mut Registry| {
            registry
                .performers
                .insert("nobody".into(), Arc::new(Broken));
        };
        let engine = site.engine_with(tap, site.lock().await, broken).await;
        let failure = engine.unwrap().0.run().await.unwrap_err();
        assert_eq!(failure.code, "SEG6013");
        assert_eq!(site.story().await, "");
    });
}

/// Asked while the last operation in flight ends: the release is stopped by then,
/// and undone all the same.
#[test]
fn an_undo_at_the_last_moment_is_not_lost() {
    let room = Room::new();
    block_on(async {
        let site = site(&room).await;
        site.ail("auth", Ailment::Away);
        let tap = Tap::new(site.journal.clone(), Arc::default());
        let (engine, mut told) = site.engine(tap, site.lock().await).await.unwrap();
        let handle = engine.handle();
        let mut run = std::pin::pin!(engine.run());
        let is_away = |notice: &Notice| {
            matches!(notice, Notice::Journaled(event)
            if matches!(event.kind, EventKind::Failed { .. }))
        };
        let conclusion = loop {
            tokio::select! {
                biased;
                Some(notice) = told.recv() => if is_away(&notice) {
                    site.mend();
                    handle.cancel("ana", "it takes too long");
                },
                conclusion = &mut run => break conclusion.unwrap(),
            }
        };
        assert_eq!(conclusion, Conclusion::Ended(Ending::Cancelled));
        assert_eq!(site.version("config@cloud"), "1.0.0");
    });
}

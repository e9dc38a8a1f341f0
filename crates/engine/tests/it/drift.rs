//! A change made by hand during the release is seen and told, not overwritten.

use crate::{
    cloud::{Ailment, STEPWISE, Service},
    points::Points,
    shapes::{chain, plan, stage, stage_from, stepwise, unit},
    site::{Person, Room, Site, When, block_on},
    tap::Tap,
};
use segue_engine::Conclusion;
use segue_model::{Ending, Event, EventKind, Failure, FailureKind, Observation, Plan, Wish};
use segue_platform::Platform;
use std::sync::Arc;

/// One process, in the midst of which somebody changes everything by hand.
async fn run_with_a_hand(
    site: &Site,
    point: usize,
    change: impl Fn(&mut Service) + Send + 'static,
) -> Conclusion {
    let state = site.cloud.state.clone();
    let points = Points::acting_at(point, move || {
        state.lock().unwrap().live.values_mut().for_each(change);
    });
    let tap = Tap::new(site.journal.clone(), Arc::new(points));
    let concluded = site.process(tap, site.lock().await, &[]).await;
    concluded.unwrap().unwrap()
}

fn failures(events: &[Event]) -> Vec<&Failure> {
    let failed = events.iter().filter_map(|it| match &it.kind {
        EventKind::Failed { failure, .. } => Some(failure),
        _ => None,
    });
    failed.collect()
}

/// `config`, then `auth`: what is changed in between is `auth` alone.
fn two() -> Plan {
    chain(&["config", "auth"])
}

#[test]
fn what_was_changed_before_its_stage_is_not_overwritten() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &two()).await;
        site.cloud
            .state()
            .live
            .insert("auth@cloud".into(), Service::at("1.5.0"));
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(
            site.story().await,
            "orders-lease orders-pause config !auth -config orders-resume"
        );
        assert_eq!(site.version("auth@cloud"), "1.5.0");
        let events = site.events().await;
        let failure = failures(&events)[0];
        assert_eq!(
            (failure.kind, failure.code.as_str()),
            (FailureKind::Moved, "SEG6022")
        );
        assert_eq!(
            failure.words,
            "expected 1.0.0 (revision-1.0.0), as when the plan was made, found 1.5.0 \
             (revision-1.5.0); differs in version"
        );
    });
}

#[test]
fn a_module_that_appeared_meanwhile_is_not_overwritten() {
    let room = Room::new();
    let absent = stage_from("auth", "cloud", &[], Observation::absent());
    block_on(async {
        let site = Site::new(&room, &plan(vec![absent])).await;
        site.cloud
            .state()
            .live
            .insert("auth@cloud".into(), Service::at("1.5.0"));
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(site.effects(), Vec::<String>::new());
    });
}

#[test]
fn what_was_changed_between_two_steps_is_not_overwritten() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &plan(stepwise("billing", &[]))).await;
        // The beginning, the stage and the first shift are two points each, and so
        // is the append of each outcome.
        let by_hand = |service: &mut Service| service.by_hand += 1;
        let conclusion = run_with_a_hand(&site, 10, by_hand).await;
        // Nor by bringing the former version back.
        assert_eq!(conclusion, Conclusion::Ended(Ending::Stuck));
        assert_eq!(
            site.story().await,
            "billing billing-50 !billing-100 !billing"
        );
        let events = site.events().await;
        for failure in failures(&events) {
            assert_eq!(failure.kind, FailureKind::Moved);
            assert!(
                failure
                    .words
                    .starts_with("expected what this release left there")
            );
        }
        // Put back, it goes on where it was.
        for service in site.cloud.state().live.values_mut() {
            service.by_hand = 0;
        }
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Undone));
        assert_eq!(site.version(&format!("billing@{STEPWISE}")), "1.0.0");
    });
}

#[test]
fn what_was_changed_while_nobody_carried_it_out_is_seen_by_who_resumes() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &plan(stepwise("billing", &[]))).await;
        let stop = Person::here(When::Done("billing"), Wish::Stop);
        let conclusion = site.run_with(&[stop]).await.unwrap();
        assert_eq!(conclusion, Conclusion::Stopped(None));
        for service in site.cloud.state().live.values_mut() {
            service.by_hand += 1;
        }
        site.run().await.unwrap();
        let events = site.events().await;
        assert!(!failures(&events).is_empty());
        assert!(
            failures(&events)
                .iter()
                .all(|it| it.kind == FailureKind::Moved)
        );
    });
}

#[test]
fn a_held_release_does_not_overwrite_it_either_when_it_is_resumed() {
    let room = Room::new();
    let plan = Plan {
        hold: true,
        ..two()
    };
    block_on(async {
        let site = Site::new(&room, &plan).await;
        let name = "auth@cloud";
        site.cloud
            .state()
            .live
            .insert(name.into(), Service::at("1.5.0"));
        for _ in 0..2 {
            let conclusion = site.run().await.unwrap();
            assert!(matches!(conclusion, Conclusion::Stopped(Some(_))));
            assert_eq!(site.version(name), "1.5.0");
        }
        site.cloud
            .state()
            .live
            .insert(name.into(), Service::at("1.0.0"));
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
    });
}

#[test]
fn after_a_step_that_failed_midway_only_a_third_version_stays() {
    let room = Room::new();
    for (version, ending) in [("2.0.0", Ending::Undone), ("1.5.0", Ending::Stuck)] {
        block_on(async {
            let site = Site::new(&room, &plan(vec![stage("auth", "cloud", &[])])).await;
            site.ail("auth", Ailment::Crashes);
            let half = move |service: &mut Service| {
                service.version = version.into();
                service.by_hand = 7;
            };
            // The beginning is two points; the fourth comes after the effect.
            let conclusion = run_with_a_hand(&site, 4, half).await;
            assert_eq!(conclusion, Conclusion::Ended(ending), "{version}");
        });
    }
}

#[test]
fn every_change_says_what_it_left() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &plan(stepwise("billing", &[]))).await;
        site.run().await.unwrap();
        let left = site
            .events()
            .await
            .into_iter()
            .filter_map(|it| match it.kind {
                EventKind::Succeeded { evidence, .. } => Some(evidence.fingerprint),
                _ => None,
            });
        let left: Vec<String> = left.collect();
        assert!(left.len() == 3 && left.iter().all(|it| !it.is_empty()));
        let unit = unit("billing", STEPWISE);
        let live = site.cloud.observe(&unit).await.unwrap();
        assert_eq!(left.last(), Some(&live.fingerprint));
    });
}

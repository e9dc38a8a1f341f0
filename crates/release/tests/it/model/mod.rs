//! The model check: every law in everything that can happen.

mod graphs;
mod sameness;
mod scenes;
mod search;

use crate::world::{Budget, Law};
use graphs::Needs;
use scenes::{Kind, scene};
use search::{Found, search};
use std::{
    sync::{Mutex, OnceLock, PoisonError},
    thread,
};

/// One release that is tried.
type Job = (Needs, Kind, Budget);

fn budget(together: u8) -> Budget {
    Budget {
        failures: 1,
        deaths: 2,
        undo: 1,
        stop: 1,
        abandon: 1,
        rejections: 1,
        together,
    }
}

/// All of `together` may happen in one release, each once.
fn jobs() -> Vec<Job> {
    let together: [u8; 5] = match std::env::var("SEGUE_MODEL").as_deref() {
        Ok("whole") => [8, 5, 5, 4, 3],
        Ok("small") => [3, 2, 2, 0, 0],
        _ => [4, 3, 3, 2, 2],
    };
    let mut jobs = vec![];
    for (modules, together) in (0..).zip(together) {
        for needs in Needs::all(modules) {
            for kind in kinds(&needs) {
                // People may speak at any time: less else happens to them.
                let people = u8::from(matches!(kind, Kind::Gated | Kind::Windowed));
                let budget = budget(together.saturating_sub(people));
                jobs.push((needs.clone(), kind, budget));
            }
        }
    }
    jobs.reverse();
    jobs
}

fn kinds(needs: &Needs) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::Plain,
        Kind::Gated,
        Kind::Windowed,
        Kind::Holding,
        Kind::Narrow(1),
        Kind::Narrow(2),
    ];
    // Of modules that may change places one is enough.
    let orders = needs.symmetries();
    let first = |&it: &usize| orders.iter().all(|order| it <= order[it]);
    kinds.extend((0..needs.0.len()).filter(first).map(Kind::NoReturn));
    kinds
}

struct Report {
    graphs: usize,
    releases: usize,
    found: Found,
}

/// Looked into once, for all laws together.
fn report() -> &'static Report {
    static REPORT: OnceLock<Report> = OnceLock::new();
    REPORT.get_or_init(|| {
        let jobs = jobs();
        let (graphs, releases) = (
            (0..5).map(|count| Needs::all(count).len()).sum(),
            jobs.len(),
        );
        let (jobs, found) = (Mutex::new(jobs), Mutex::new(Found::default()));
        let workers = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| work(&jobs, &found));
            }
        });
        Report {
            graphs,
            releases,
            found: found.into_inner().unwrap_or_else(PoisonError::into_inner),
        }
    })
}

fn work(jobs: &Mutex<Vec<Job>>, found: &Mutex<Found>) {
    loop {
        let job = jobs.lock().unwrap().pop();
        let Some((needs, kind, budget)) = job else {
            return;
        };
        let title = format!("{needs:?} {kind:?}");
        let began = std::time::Instant::now();
        let one = search(scene(&needs, kind, budget), &title);
        if std::env::var("SEGUE_MODEL").is_ok() {
            println!(
                "{title}: {} states, {} steps, {:?}",
                one.states,
                one.steps,
                began.elapsed()
            );
        }
        found.lock().unwrap().add(one);
    }
}

fn holds(law: Law) {
    let breach = report().found.breaches.get(&law);
    assert!(breach.is_none(), "{law:?} is broken: {}", breach.unwrap());
}

#[test]
fn law_1_order() {
    holds(Law::Order);
}

#[test]
fn law_3_intent_before_effect() {
    holds(Law::IntentBeforeEffect);
}

#[test]
fn law_4_nothing_done_twice() {
    holds(Law::NothingTwice);
}

#[test]
fn law_5_triggers_come_back() {
    holds(Law::TriggersComeBack);
}

#[test]
fn law_6_undo_runs_backwards() {
    holds(Law::UndoRunsBackwards);
}

#[test]
fn law_8_lost_lock_changes_nothing() {
    holds(Law::LostLock);
}

#[test]
fn law_10_only_a_typed_failure_compensates() {
    holds(Law::TypedFailures);
}

#[test]
fn a_gate_opens_by_people_alone() {
    holds(Law::Approvals);
}

#[test]
fn a_release_that_holds_waits_for_a_person() {
    holds(Law::Holds);
}

#[test]
fn points_of_no_return_stay() {
    holds(Law::NoReturn);
}

#[test]
fn a_stopped_release_begins_nothing() {
    holds(Law::Stops);
}

#[test]
fn an_abandoned_release_undoes_nothing() {
    holds(Law::Abandons);
}

#[test]
fn every_release_ends() {
    holds(Law::Ends);
}

#[test]
fn every_end_was_planned_for() {
    holds(Law::PlannedEnd);
}

#[test]
fn replay_gives_the_same_machine() {
    holds(Law::Replay);
}

#[test]
fn the_machine_never_panics() {
    holds(Law::NoPanic);
}

#[test]
fn what_was_tried() {
    let report = report();
    println!(
        "{} graphs, {} releases, {} states, {} steps",
        report.graphs, report.releases, report.found.states, report.found.steps
    );
    assert!(report.found.states > 50_000, "{}", report.found.states);
}

//! The laws that the engine keeps, each at every point of every story.

use crate::{
    points::Points,
    shapes::chain,
    site::{Room, Site, block_on},
    stories::{Mishap, Story, UNDISTURBED, all},
    tap::{Fault, Tap},
};
use segue_engine::Conclusion;
use segue_journal::{Guard, Locked};
use segue_model::{Direction, Ending, EventKind, Failure, FailureKind, Fault as Whose};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;

/// Each effect of every test of this suite is held against the journal at the
/// moment in which it happens; here that is held to be so.
#[test]
fn law_3_intent_before_effect() {
    let room = Room::new();
    for story in all() {
        let told = story.tell(&room, UNDISTURBED);
        assert!(!told.effects.is_empty(), "{}", story.name);
    }
    // An effect that nobody was told to have is caught.
    let rogue = std::thread::spawn(|| {
        let room = Room::new();
        block_on(async {
            let site = Site::new(&room, &chain(&["config"])).await;
            let call = segue_platform::Call::detached(segue_model::OperationKey::new(
                &site.release,
                &"config".into(),
                false,
            ));
            let unit = crate::shapes::unit("config", "cloud");
            segue_platform::Platform::stage(&site.cloud, &call, &unit).await
        })
    });
    assert!(rogue.join().is_err(), "an effect without its intent passed");
}

/// What there is that others can see.
async fn seen(site: &Site) -> (usize, usize) {
    (site.effects().len(), site.events().await.len())
}

/// Carries the first process of `story` out; `lose` makes it lose the lock at
/// `point`. Nothing may happen from there on. False when it ended before that.
async fn loses_the_lock(
    story: &Story,
    site: &Site,
    locked: Locked,
    point: usize,
    lose: impl FnOnce() + Send + 'static,
) -> bool {
    (story.steps[0].before)(site);
    let at = Arc::new(Mutex::new(None));
    let (cloud, journal, release) = (
        site.cloud.state.clone(),
        site.afar.clone(),
        site.release.clone(),
    );
    let noted = at.clone();
    let points = Points::acting_at(point, move || {
        lose();
        let effects = cloud.lock().unwrap().effects.len();
        let head = segue_journal::Journal::head(&*journal, &release);
        let events = crate::site::block_on_here(head).unwrap().seq;
        *noted.lock().unwrap() = Some((effects, events as usize));
    });
    let tap = Tap::new(site.journal.clone(), Arc::new(points));
    let concluded = site.process(tap, locked, &story.steps[0].people).await;
    let Some(at) = *at.lock().unwrap() else {
        return false;
    };
    let name = story.name;
    assert_eq!(seen(site).await, at, "{name}: lost the lock at {point}");
    match concluded.unwrap() {
        Err(failure) => assert_eq!(failure.kind, FailureKind::LostLock, "{name} at {point}"),
        // The last point of all is passed when everything is written.
        Ok(_) => assert!(
            site.events().await.iter().any(is_the_last),
            "{name} at {point}"
        ),
    }
    true
}

fn is_the_last(event: &segue_model::Event) -> bool {
    match &event.kind {
        EventKind::Finished { .. } | EventKind::Failed { .. } => true,
        EventKind::Asked { wish, .. } => *wish == segue_model::Wish::Stop,
        _ => false,
    }
}

/// Somebody takes the lock over: every effect and every append is refused.
#[test]
fn law_8_whoever_lost_the_lock_changes_nothing_more() {
    let room = Room::new();
    let mut tried = 0;
    for story in all() {
        for point in 1.. {
            let lost = block_on(async {
                let site = Site::new(&room, &story.plan).await;
                let theirs = Arc::new(Mutex::new(None));
                let (steal, held) = (room.steal(&site.environment), theirs.clone());
                let lose = move || *held.lock().unwrap() = Some(steal());
                let locked = site.lock().await;
                loses_the_lock(&story, &site, locked, point, lose).await
            });
            if !lost {
                break;
            }
            tried += 1;
        }
    }
    println!("lost the lock at {tried} points");
    assert!(tried > 200);
}

/// A lock that says by itself when it is lost.
#[derive(Default)]
struct Loud {
    lost: AtomicBool,
    told: Notify,
}

impl Guard for Loud {
    fn check(&self) -> Result<(), Failure> {
        match self.lost.load(Ordering::SeqCst) {
            true => Err(lost()),
            false => Ok(()),
        }
    }

    fn lost(&self) -> Pin<Box<dyn Future<Output = Failure> + Send + '_>> {
        Box::pin(async {
            while !self.lost.load(Ordering::SeqCst) {
                self.told.notified().await;
            }
            lost()
        })
    }
}

fn lost() -> Failure {
    Failure::new(FailureKind::LostLock, Whose::User, "SEG6005", "it is gone")
}

/// The engine ends by itself when it hears that the lock is lost: this journal
/// would take what it appends.
#[test]
fn law_8_a_lock_that_is_known_to_be_lost_ends_the_run() {
    let room = Room::new();
    let mut tried = 0;
    for story in all() {
        for point in 1.. {
            let lost = block_on(async {
                let site = Site::new(&room, &story.plan).await;
                let guard = Arc::new(Loud::default());
                let real = site.lock().await;
                let locked = Locked::new(&site.environment, real.token(), guard.clone());
                let lose = move || {
                    guard.lost.store(true, Ordering::SeqCst);
                    guard.told.notify_waiters();
                };
                loses_the_lock(&story, &site, locked, point, lose).await
            });
            if !lost {
                break;
            }
            tried += 1;
        }
    }
    println!("heard at {tried} points that the lock is lost");
    assert!(tried > 200);
}

/// Tells every story with `fault` at each of its appends.
fn at_every_append(fault: Fault, hold: impl Fn(&Story, &crate::stories::Told)) {
    let room = Room::new();
    let mut tried = 0;
    for story in all() {
        let whole = story.tell(&room, UNDISTURBED);
        for append in 1..=whole.appends {
            let told = story.tell(&room, Mishap::Disk(append, fault));
            let at = format!("{}: {fault:?} at append {append}", story.name);
            assert_eq!(told.world, whole.world, "{at}");
            hold(&story, &told);
            tried += 1;
        }
    }
    println!("{fault:?} at {tried} appends");
    assert!(tried > 100);
}

#[test]
fn law_10_a_full_disk_is_no_failed_step() {
    at_every_append(Fault::Full, |story, told| {
        assert_eq!(told.mishaps, 1, "{}", story.name);
        assert_eq!(told.failures[0].kind, FailureKind::Internal);
    });
    // Nothing was undone because of it.
    let room = Room::new();
    let well = &all()[0];
    for append in 1..=well.tell(&room, UNDISTURBED).appends {
        let told = well.tell(&room, Mishap::Disk(append, Fault::Full));
        let back = |it: &String| it.ends_with("=1.0.0");
        assert!(!told.effects.iter().any(back), "{:?}", told.effects);
    }
}

/// It was written, and the process heard that it was not: nothing comes of it
/// here, and the next process finds it.
#[test]
fn law_10_what_was_written_after_all_is_done_once() {
    at_every_append(Fault::HalfWritten, |story, told| {
        assert_eq!(told.mishaps, 1, "{}", story.name);
    });
}

#[test]
fn law_10_a_journal_that_is_away_for_a_while_stops_nothing() {
    at_every_append(Fault::Away, |story, told| {
        assert_eq!(told.mishaps, 0, "{}", story.name);
    });
}

/// The database wrote it, and the connection broke before it could say so.
#[test]
fn law_10_an_answer_that_was_lost_is_found_in_the_journal() {
    at_every_append(Fault::AnswerLost, |story, told| {
        assert_eq!(told.mishaps, 0, "{}", story.name);
    });
}

#[test]
fn law_10_a_platform_that_stays_away_is_no_failed_step() {
    let room = Room::new();
    block_on(async {
        let site = Site::new(&room, &chain(&["config", "auth"])).await;
        site.ail("auth", crate::cloud::Ailment::Away);
        let conclusion = site.run().await.unwrap();
        assert!(matches!(conclusion, Conclusion::Stopped(Some(failure))
            if failure.kind == FailureKind::Unavailable));
        site.mend();
        let conclusion = site.run().await.unwrap();
        assert_eq!(conclusion, Conclusion::Ended(Ending::Succeeded));
        let undone = |it: &segue_model::Event| matches!(&it.kind, EventKind::Succeeded { direction, .. } if *direction == Direction::Undo);
        assert!(!site.events().await.iter().any(undone));
    });
}

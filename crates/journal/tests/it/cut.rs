//! A team's journal over a network that is cut, and processes that stand still.

use crate::{
    child::{Holder, QUICK},
    conformance::{entry, plan, r1, resumed, started, written},
    proxy::Proxy,
    server::server,
    store::{Store, lock_of, on_postgres},
};
use segue_journal::{Claim, Journal, Lock, Locked, Place, Postgres, Waits};
use segue_model::FailureKind;
use std::time::Duration;

/// A lease that outlives any of these tests.
const LONG_TERM: Waits = Waits {
    term: Duration::from_secs(600),
    ..QUICK
};

/// A journal behind a proxy, with its lock and release r1 of one event.
async fn far(store: &Store, waits: Waits) -> (Proxy, Postgres, Locked) {
    let Place::Postgres(url) = &store.place else {
        panic!("it is for the database");
    };
    let port = server().unwrap().port;
    let proxy = Proxy::to(port).await;
    let url = url.replace(&format!(":{port}/"), &format!(":{}/", proxy.port));
    let journal = Postgres::open_with(&url, waits).await.unwrap();
    let claim = Claim {
        holder: "ana@far".into(),
        doing: "release r1".into(),
    };
    let Lock::Ours(locked) = journal.lock("production", &claim, 1).await.unwrap() else {
        panic!("the lock is free");
    };
    let created = journal.create(&locked, &entry("r1", 1), &plan()).await;
    created.unwrap();
    let appended = journal.append(&locked, &r1(), &[started()], 1).await;
    appended.unwrap();
    (proxy, journal, locked)
}

async fn until(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come to be");
}

/// The names in the events of r1 after the first.
async fn names(journal: &dyn Journal) -> Vec<String> {
    let events = journal.events(&r1(), 1).await.unwrap();
    let name = |event: segue_model::Event| match event.kind {
        segue_model::EventKind::Resumed { by } => by,
        other => panic!("{other:?}"),
    };
    events.into_iter().map(name).collect()
}

#[test]
fn law_8_a_process_that_stood_still_for_longer_than_its_term_changes_nothing_more() {
    on_postgres(|store| async move {
        drop(written(&store).await);
        let journal = store.open().await;
        let mut holder = Holder::start(&store.address());
        assert_eq!(holder.does("append"), "ok");
        holder.signal("STOP");
        // What it was asked for it finds when it goes on.
        holder.asked("check");
        holder.asked("append");
        holder.asked("check");
        assert!(lock_of(&*journal, "production").await.is_none());
        let mut taken = None;
        until(async || {
            taken = lock_of(&*journal, "production").await;
            taken.is_some()
        })
        .await;
        holder.signal("CONT");
        let first = holder.answer();
        assert!(first == "SEG6016" || first == "SEG6005", "{first}");
        assert_eq!([holder.answer(), holder.answer()], ["SEG6005", "SEG6005"]);
        assert_eq!(journal.head(&r1()).await.unwrap().seq, 4);
        taken.unwrap().fence().check().unwrap();
    });
}

#[test]
fn law_8_who_was_cut_off_for_longer_than_the_term_changes_nothing_more() {
    on_postgres(|store| async move {
        let (proxy, journal, locked) = far(&store, QUICK).await;
        let near = store.open().await;
        let fence = locked.fence();
        until(async || fence.check().is_ok()).await;
        proxy.stall();
        let mut taken = None;
        until(async || {
            taken = lock_of(&*near, "production").await;
            taken.is_some()
        })
        .await;
        // Before anybody else could take it, this one knew.
        let unsure = fence.check().unwrap_err();
        assert_eq!(
            (unsure.kind, unsure.code.as_str()),
            (FailureKind::Unavailable, "SEG6016")
        );
        proxy.go_on();
        assert_eq!(fence.lost().await.kind, FailureKind::LostLock);
        assert_eq!(fence.check().unwrap_err().kind, FailureKind::LostLock);
        let late = journal.append(&locked, &r1(), &[resumed("late")], 2).await;
        assert_eq!(late.unwrap_err().kind, FailureKind::LostLock);
        assert_eq!(names(&*near).await, Vec::<String>::new());
        let (theirs, ours) = (taken.unwrap(), [resumed("theirs")]);
        near.append(&theirs, &r1(), &ours, 2).await.unwrap();
    });
}

#[test]
fn a_cut_that_nobody_used_is_nobodys_failure() {
    on_postgres(|store| async move {
        let (proxy, journal, locked) = far(&store, QUICK).await;
        let fence = locked.fence();
        proxy.stall();
        until(async || fence.check().is_err()).await;
        proxy.go_on();
        until(async || fence.check().is_ok()).await;
        let appended = journal.append(&locked, &r1(), &[resumed("on")], 2).await;
        appended.unwrap();
        assert_eq!(names(&journal).await, ["on"]);
        let held = store.open().await.held("production").await.unwrap();
        assert_eq!(held.unwrap().holder, "ana@far");
    });
}

#[test]
fn a_server_that_ends_all_sessions_takes_no_lock_away() {
    on_postgres(|store| async move {
        let (_proxy, journal, locked) = far(&store, LONG_TERM).await;
        let near = store.open().await;
        for _ in 0..3 {
            store
                .sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
            locked.fence().check().unwrap();
            assert!(lock_of(&*near, "production").await.is_none());
            let appended = journal.append(&locked, &r1(), &[resumed("a")], 2).await;
            appended.unwrap();
        }
        assert_eq!(names(&*near).await, ["a", "a", "a"]);
    });
}

#[test]
fn an_append_whose_answer_or_request_was_lost_is_there_once() {
    on_postgres(|store| async move {
        let (proxy, journal, locked) = far(&store, LONG_TERM).await;
        for round in 0..4 {
            match round % 2 {
                0 => proxy.lose_next_answer(),
                _ => proxy.lose_next_request(),
            }
            let kinds = [resumed("one"), resumed("two")];
            let events = journal.append(&locked, &r1(), &kinds, 2).await.unwrap();
            assert_eq!(events[0].seq, 2 + 2 * round);
        }
        assert_eq!(names(&journal).await, ["one", "two"].repeat(4));
    });
}

#[test]
fn a_release_or_a_request_whose_answer_was_lost_is_there_once() {
    on_postgres(|store| async move {
        let (proxy, journal, locked) = far(&store, LONG_TERM).await;
        proxy.lose_next_answer();
        let created = journal.create(&locked, &entry("r2", 2), &plan()).await;
        created.unwrap();
        let again = journal.create(&locked, &entry("r2", 2), &plan()).await;
        assert_eq!(again.unwrap_err().kind, FailureKind::Internal);
        proxy.lose_next_answer();
        let stop = segue_model::Wish::Stop;
        let asked = journal.ask(&r1(), &stop, "ana", "", 1).await.unwrap();
        assert_eq!(journal.requests(&r1(), 0).await, Ok(vec![asked]));
    });
}

#[test]
fn what_comes_late_is_not_appended_to_what_was_read() {
    on_postgres(|store| async move {
        let (proxy, journal, locked) = far(&store, LONG_TERM).await;
        proxy.stall();
        let cut = journal.append(&locked, &r1(), &[resumed("lost?")], 2).await;
        let failure = cut.unwrap_err();
        assert_eq!(
            (failure.kind, failure.code.as_str()),
            (FailureKind::Unavailable, "SEG6015")
        );
        assert!(failure.words.contains("not known whether"), "{failure}");
        proxy.pass_new_ones();
        // Nothing is appended by whoever has not looked.
        let blind = journal.append(&locked, &r1(), &[resumed("blind")], 3).await;
        assert_eq!(blind.unwrap_err().kind, FailureKind::Unavailable);
        assert_eq!(names(&journal).await, Vec::<String>::new());
        let seen = journal.append(&locked, &r1(), &[resumed("seen")], 3).await;
        seen.unwrap();
        // What was on its way arrives.
        proxy.go_on();
        let busy = "SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'active'
                      AND pid <> pg_backend_pid()";
        let server = server().unwrap();
        let address = store.address();
        let (_, database) = address.rsplit_once('/').unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        until(async || server.sql(database, busy).await.is_empty()).await;
        assert_eq!(names(&journal).await, ["seen"]);
    });
}

#[test]
fn a_server_that_is_away_is_said_to_be() {
    on_postgres(|store| async move {
        let (proxy, journal, _locked) = far(&store, LONG_TERM).await;
        proxy.close(true);
        proxy.lose_next_request();
        let failure = journal.releases().await.unwrap_err();
        assert_eq!(
            (failure.kind, failure.code.as_str()),
            (FailureKind::Unavailable, "SEG6015")
        );
        proxy.close(false);
        assert_eq!(journal.releases().await.unwrap().len(), 1);
    });
}

#[test]
fn a_watch_that_was_cut_goes_on() {
    on_postgres(|store| async move {
        let (proxy, journal, _locked) = far(&store, LONG_TERM).await;
        let mut changes = journal.watch().await.unwrap();
        proxy.lose_next_answer();
        let near = store.open().await;
        for id in 1..=3 {
            let stop = segue_model::Wish::Stop;
            near.ask(&r1(), &stop, "ana", "", 1).await.unwrap();
            while journal.requests(&r1(), id - 1).await.unwrap().is_empty() {
                changes.next().await.unwrap();
            }
        }
    });
}

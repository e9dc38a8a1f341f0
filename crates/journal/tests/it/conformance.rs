//! What a journal promises, whatever keeps it.

use crate::{
    child::Holder,
    store::{Store, lock, lock_of},
};
use segue_journal::{Claim, Entry, Head, Journal, Lock, Locked, verify};
use segue_model::{Digest, EventKind, FailureKind, PLAN_FORMAT, Plan, ReleaseId, Wish};
use std::{sync::Arc, time::Duration};

/// Far longer than anything here takes; a test that waits so long has failed.
const LONG: Duration = Duration::from_secs(60);

pub fn plan() -> Plan {
    Plan {
        format: PLAN_FORMAT,
        environment: "production".into(),
        manifest: Digest::of(b"m"),
        lock: Digest::of(b"l"),
        changes: vec![],
        operations: vec![],
        parallel: 1,
        hold: false,
        rolls_back: None,
    }
}

pub fn entry(id: &str, began_ms: i64) -> Entry {
    Entry {
        id: ReleaseId::new(id),
        environment: "production".into(),
        sandbox: true,
        began_ms,
    }
}

pub fn started() -> EventKind {
    let plan = plan().digest();
    let by = "ana".into();
    EventKind::Started { plan, by }
}

pub fn resumed(by: &str) -> EventKind {
    EventKind::Resumed { by: by.into() }
}

pub fn r1() -> ReleaseId {
    ReleaseId::new("r1")
}

/// A journal with release r1 of three events, and its lock.
pub async fn written(store: &Store) -> (Arc<dyn Journal>, Locked) {
    let journal = store.open().await;
    let locked = lock(&*journal).await;
    journal
        .create(&locked, &entry("r1", 10), &plan())
        .await
        .unwrap();
    let first = journal.append(&locked, &r1(), &[started()], 11).await;
    assert_eq!(first.unwrap()[0].seq, 1);
    let more = [resumed("bo"), resumed("cy")];
    let events = journal.append(&locked, &r1(), &more, 12).await.unwrap();
    let seqs: Vec<_> = events.iter().map(|it| (it.seq, &it.kind)).collect();
    assert_eq!(seqs, [(2, &more[0]), (3, &more[1])]);
    (journal, locked)
}

pub async fn what_was_appended_is_read_by_the_next_process(store: Store) {
    let (first, _locked) = written(&store).await;
    let journal = store.open().await;
    assert_eq!(journal.plan(&r1()).await, Ok(Some(plan())));
    assert_eq!(journal.releases().await, Ok(vec![entry("r1", 10)]));
    let events = journal.events(&r1(), 0).await.unwrap();
    let got: Vec<_> = events
        .iter()
        .map(|it| (it.seq, it.at_ms, it.kind.clone()))
        .collect();
    let want = [
        (1, 11, started()),
        (2, 12, resumed("bo")),
        (3, 12, resumed("cy")),
    ];
    assert_eq!(got, want);
    assert_eq!(first.head(&r1()).await, journal.head(&r1()).await);
}

pub async fn an_append_is_seen_whole_or_not_at_all(store: Store) {
    let (journal, locked) = written(&store).await;
    let other = store.open().await;
    let reader = tokio::spawn(async move {
        loop {
            let events = other.events(&r1(), 0).await.unwrap();
            assert_eq!(events.len() % 3, 0, "half an append");
            if events.len() == 63 {
                return;
            }
        }
    });
    for _ in 0..20 {
        let three = [resumed("a"), resumed("b"), resumed("c")];
        journal.append(&locked, &r1(), &three, 13).await.unwrap();
    }
    tokio::time::timeout(LONG, reader).await.unwrap().unwrap();
}

pub async fn the_hash_of_the_head_is_that_of_the_chain(store: Store) {
    let (journal, locked) = written(&store).await;
    let early = journal.head(&r1()).await.unwrap();
    journal
        .append(&locked, &r1(), &[resumed("d")], 14)
        .await
        .unwrap();
    let records = journal.records(&r1(), 3).await.unwrap();
    assert_eq!((records[0].seq, &records[0].hash), (3, &early.hash));
    let head = journal.head(&r1()).await.unwrap();
    assert_eq!((head.seq, &head.hash), (4, &records[1].hash));
    let verified = verify(&*journal, &r1(), Some(&early)).await.unwrap();
    assert_eq!(verified.head, head);
    assert_eq!(verified.plan, Some(plan().digest()));
    // Cut off since it was recorded: nothing else can see it.
    store.sql("DELETE FROM event WHERE seq = 4").await;
    assert!(verify(&*journal, &r1(), Some(&early)).await.is_ok());
    let failure = verify(&*journal, &r1(), Some(&head)).await.unwrap_err();
    assert!(
        failure.words.starts_with("event 4 of release r1"),
        "{failure}"
    );
}

pub async fn events_are_read_after_any_number(store: Store) {
    let (journal, _locked) = written(&store).await;
    for after in 0..=3 {
        let events = journal.events(&r1(), after).await.unwrap();
        let seqs: Vec<_> = events.iter().map(|it| it.seq).collect();
        assert_eq!(seqs, (after + 1..=3).collect::<Vec<_>>());
    }
    // An event that was read once and is not there any more.
    assert_eq!(journal.events(&r1(), 4).await.unwrap_err().code, "SEG6002");
}

pub async fn what_is_not_there_is_said(store: Store) {
    let (journal, _locked) = written(&store).await;
    let other = ReleaseId::new("r2");
    assert_eq!(journal.plan(&other).await, Ok(None));
    assert_eq!(journal.head(&other).await, Ok(Head::default()));
    assert_eq!(journal.events(&other, 0).await, Ok(vec![]));
    assert_eq!(journal.requests(&other, 0).await, Ok(vec![]));
    assert_eq!(journal.held("staging").await, Ok(None));
    let failure = verify(&*journal, &other, None).await.unwrap_err();
    assert_eq!(failure.code, "SEG6002");
    assert!(!journal.place().is_empty());
}

pub async fn the_same_release_is_not_created_twice(store: Store) {
    let (journal, locked) = written(&store).await;
    let again = journal.create(&locked, &entry("r1", 20), &plan()).await;
    assert_eq!(again.unwrap_err().kind, FailureKind::Internal);
    assert_eq!(journal.releases().await.unwrap()[0].began_ms, 10);
    let nowhere = ReleaseId::new("r2");
    let orphan = journal.append(&locked, &nowhere, &[started()], 1).await;
    assert_eq!(orphan.unwrap_err().kind, FailureKind::Internal);
    assert_eq!(journal.events(&nowhere, 0).await, Ok(vec![]));
}

pub async fn the_newest_release_is_first(store: Store) {
    let (journal, locked) = written(&store).await;
    for (id, began_ms) in [("r3", 30), ("r0", 20), ("r4", 30)] {
        let entry = entry(id, began_ms);
        journal.create(&locked, &entry, &plan()).await.unwrap();
    }
    let entries = journal.releases().await.unwrap();
    let ids: Vec<_> = entries.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["r4", "r3", "r0", "r1"]);
}

pub async fn any_text_is_kept_as_it_is(store: Store) {
    let (journal, locked) = written(&store).await;
    let texts = [
        "",
        "nul \0",
        "日本 🚀 עברית e\u{301}",
        "'; DROP TABLE event; --",
        "\r\n\t\\u0000",
    ];
    for (text, after) in texts.iter().zip(3..) {
        let kind = resumed(text);
        journal
            .append(&locked, &r1(), std::slice::from_ref(&kind), 1)
            .await
            .unwrap();
        let events = journal.events(&r1(), after).await.unwrap();
        assert_eq!(events[0].kind, kind);
        let asked = journal
            .ask(&r1(), &Wish::Stop, text, text, 1)
            .await
            .unwrap();
        let read = journal.requests(&r1(), asked.id - 1).await.unwrap();
        assert_eq!(read, [asked]);
    }
}

pub async fn a_large_event_is_kept(store: Store) {
    let (journal, locked) = written(&store).await;
    let kind = resumed(&"0123456789abcdef".repeat(256 * 1024));
    let two = [kind.clone(), resumed("small")];
    journal.append(&locked, &r1(), &two, 1).await.unwrap();
    let events = journal.events(&r1(), 3).await.unwrap();
    assert!(events[0].kind == kind && events.len() == 2);
}

pub async fn a_clock_that_runs_backwards_is_nobodys_failure(store: Store) {
    let (journal, locked) = written(&store).await;
    for at_ms in [7, -1, i64::MAX, i64::MIN, 0] {
        let kinds = [resumed("a")];
        journal.append(&locked, &r1(), &kinds, at_ms).await.unwrap();
    }
    let events = journal.events(&r1(), 3).await.unwrap();
    let times: Vec<_> = events.iter().map(|it| it.at_ms).collect();
    assert_eq!(times, [7, -1, i64::MAX, i64::MIN, 0]);
}

pub async fn an_altered_event_is_seen(store: Store) {
    let (journal, _locked) = written(&store).await;
    for (damage, repair, first) in [
        (
            "UPDATE event SET at_ms = 99 WHERE seq = 2",
            "UPDATE event SET at_ms = 12 WHERE seq = 2",
            2,
        ),
        (
            "UPDATE event SET body = replace(body, 'cy', 'dy') WHERE seq = 3",
            "UPDATE event SET body = replace(body, 'dy', 'cy') WHERE seq = 3",
            3,
        ),
        (
            "UPDATE event SET hash = upper(hash) WHERE seq = 1",
            "UPDATE event SET hash = lower(hash) WHERE seq = 1",
            1,
        ),
        ("DELETE FROM event WHERE seq = 2", "", 2),
    ] {
        store.sql(damage).await;
        let failure = journal.events(&r1(), 0).await.unwrap_err();
        let words = format!("event {first} of release r1 is not the one that was written");
        assert_eq!((failure.code.as_str(), failure.words), ("SEG6002", words));
        assert!(verify(&*journal, &r1(), None).await.is_err());
        if !repair.is_empty() {
            store.sql(repair).await;
            journal.events(&r1(), 0).await.unwrap();
        }
    }
}

pub async fn an_altered_plan_is_seen(store: Store) {
    let (journal, _locked) = written(&store).await;
    store
        .sql("UPDATE release SET plan = replace(plan, '\"parallel\":1', '\"parallel\":9')")
        .await;
    assert_eq!(journal.plan(&r1()).await.unwrap_err().code, "SEG6002");
    let failure = verify(&*journal, &r1(), None).await.unwrap_err();
    assert_eq!(failure.code, "SEG6002");
}

pub async fn a_journal_of_a_newer_segue_is_refused(store: Store) {
    drop(written(&store).await);
    store.sql(store.newer()).await;
    let failure = segue_journal::open(&store.place).await.err().unwrap();
    assert_eq!(failure.code, "SEG6003");
    assert!(failure.words.contains("99"), "{failure}");
}

pub async fn two_open_a_new_journal_at_once(store: Store) {
    let store = Arc::new(store);
    let openers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.open().await.releases().await })
        })
        .collect();
    for opener in openers {
        assert_eq!(opener.await.unwrap(), Ok(vec![]));
    }
}

pub async fn law_8_one_at_a_time(store: Store) {
    let (first, second) = (store.open().await, store.open().await);
    assert_eq!(first.held("production").await, Ok(None));
    let locked = lock(&*first).await;
    let claim = Claim {
        holder: "bo@host".into(),
        doing: "release r2".into(),
    };
    let asked = second.lock("production", &claim, 6).await.unwrap();
    let Lock::Theirs(held) = asked else {
        panic!("two hold one lock");
    };
    assert_eq!(
        (held.holder.as_str(), held.doing.as_str(), held.since_ms),
        ("ana@host", "release r1", 5)
    );
    assert_eq!(second.held("production").await, Ok(Some(held.clone())));
    assert_eq!(first.held("production").await, Ok(Some(held)));
    // A fence holds the lock as long as it is there.
    let fence = locked.fence();
    drop(locked);
    assert!(second.held("production").await.unwrap().is_some());
    drop(fence);
    assert_eq!(second.held("production").await, Ok(None));
    assert!(lock_of(&*second, "production").await.is_some());
}

pub async fn law_8_tokens_increase(store: Store) {
    let journal = store.open().await;
    let mut last = 0;
    for _ in 0..5 {
        let locked = lock(&*journal).await;
        assert!(locked.token() > last);
        assert_eq!(locked.environment(), "production");
        last = locked.token();
    }
}

pub async fn law_8_environments_are_locked_apart(store: Store) {
    let journal = store.open().await;
    let production = lock(&*journal).await;
    let staging = lock_of(&*journal, "staging (日本)").await.unwrap();
    production.fence().check().unwrap();
    staging.fence().check().unwrap();
    drop(production);
    assert!(journal.held("staging (日本)").await.unwrap().is_some());
    staging.fence().check().unwrap();
}

pub async fn law_8_two_ask_at_once_and_one_gets_it(store: Store) {
    let store = Arc::new(store);
    let contenders: Vec<_> = (0..6)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let journal = store.open().await;
                (lock_of(&*journal, "production").await, journal)
            })
        })
        .collect();
    let mut got = Vec::new();
    for contender in contenders {
        got.push(contender.await.unwrap());
    }
    let holders = got.iter().filter(|(locked, _)| locked.is_some()).count();
    assert_eq!(holders, 1);
}

pub async fn law_8_who_lost_the_lock_changes_nothing_more(store: Store) {
    let (journal, locked) = written(&store).await;
    locked.fence().check().unwrap();
    // Somebody else took it, as their token tells.
    store.sql("UPDATE lock SET token = token + 1").await;
    let kinds = [resumed("late")];
    let refused = journal.append(&locked, &r1(), &kinds, 1).await;
    assert_eq!(refused.unwrap_err().kind, FailureKind::LostLock);
    let refused = journal.create(&locked, &entry("r2", 1), &plan()).await;
    assert_eq!(refused.unwrap_err().kind, FailureKind::LostLock);
    assert_eq!(journal.head(&r1()).await.unwrap().seq, 3);
    assert_eq!(journal.releases().await.unwrap().len(), 1);
    // What the append was told, the fence knows.
    let failure = locked.fence().check().unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
}

pub async fn law_8_the_lock_of_a_killed_process_is_free(store: Store) {
    let journal = store.open().await;
    let holder = Holder::start(&store.address());
    assert!(journal.held("production").await.unwrap().is_some());
    holder.kill();
    assert_eq!(journal.held("production").await, Ok(None));
    assert_eq!(lock(&*journal).await.token(), 2);
}

pub async fn law_8_the_lock_of_a_living_process_is_not(store: Store) {
    let (journal, locked) = written(&store).await;
    drop(locked);
    let mut holder = Holder::start(&store.address());
    assert!(lock_of(&*journal, "production").await.is_none());
    assert_eq!(holder.does("check"), "ok");
    assert_eq!(holder.does("append"), "ok");
    assert_eq!(journal.head(&r1()).await.unwrap().seq, 4);
}

pub async fn requests_are_numbered_from_1(store: Store) {
    let (journal, _locked) = written(&store).await;
    let approve = Wish::Approve {
        operation: "uat/gate".into(),
    };
    let first = journal.ask(&r1(), &approve, "ana", "green", 50).await;
    let first = first.unwrap();
    assert_eq!((first.id, first.at_ms, &first.wish), (1, 50, &approve));
    let second = journal.ask(&r1(), &Wish::Stop, "bo", "", 49).await.unwrap();
    assert_eq!(second.id, 2);
    let other = store.open().await;
    let all = other.requests(&r1(), 0).await.unwrap();
    assert_eq!(all, [first, second.clone()]);
    assert_eq!(other.requests(&r1(), 1).await, Ok(vec![second]));
    assert_eq!(other.requests(&r1(), 2).await, Ok(vec![]));
}

pub async fn two_who_ask_at_once_are_both_heard(store: Store) {
    let (journal, _locked) = written(&store).await;
    let store = Arc::new(store);
    let askers: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let journal = store.open().await;
                for _ in 0..10 {
                    journal.ask(&r1(), &Wish::Undo, "ana", "", 1).await.unwrap();
                }
            })
        })
        .collect();
    for asker in askers {
        asker.await.unwrap();
    }
    let requests = journal.requests(&r1(), 0).await.unwrap();
    let ids: Vec<_> = requests.iter().map(|it| it.id).collect();
    assert_eq!(ids, (1..=40).collect::<Vec<_>>());
}

pub async fn a_request_needs_no_lock(store: Store) {
    drop(written(&store).await);
    let journal = store.open().await;
    let asked = journal.ask(&r1(), &Wish::Abandon, "ana", "", 1).await;
    assert_eq!(asked.unwrap().id, 1);
    let nowhere = ReleaseId::new("r2");
    let asked = journal.ask(&nowhere, &Wish::Abandon, "ana", "", 1).await;
    assert_eq!(asked.unwrap_err().kind, FailureKind::Internal);
}

pub async fn others_writing_is_told(store: Store) {
    let (journal, locked) = written(&store).await;
    let watcher = store.open().await;
    let mut changes = watcher.watch().await.unwrap();
    journal
        .append(&locked, &r1(), &[resumed("a")], 1)
        .await
        .unwrap();
    while watcher.head(&r1()).await.unwrap().seq < 4 {
        let told = tokio::time::timeout(LONG, changes.next()).await;
        told.unwrap().unwrap();
    }
    journal.ask(&r1(), &Wish::Stop, "ana", "", 1).await.unwrap();
    while watcher.requests(&r1(), 0).await.unwrap().is_empty() {
        let told = tokio::time::timeout(LONG, changes.next()).await;
        told.unwrap().unwrap();
    }
}

pub async fn nothing_is_lost_between_watch_and_next(store: Store) {
    let (journal, _locked) = written(&store).await;
    let watcher = store.open().await;
    for id in 1..=20 {
        let mut changes = watcher.watch().await.unwrap();
        let asked = journal.ask(&r1(), &Wish::Stop, "ana", "", 1).await.unwrap();
        // Whoever was dropped while it waited has lost nothing either.
        let _ = tokio::time::timeout(Duration::ZERO, changes.next()).await;
        let told = tokio::time::timeout(LONG, async {
            while watcher.requests(&r1(), id - 1).await.unwrap().is_empty() {
                changes.next().await.unwrap();
            }
        });
        told.await.unwrap();
        assert_eq!(asked.id, id);
    }
}

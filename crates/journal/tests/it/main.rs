//! The journal's promises, on real files.

#![allow(clippy::unwrap_used)]

use segue_journal::{Journal, Lock, Locked};
use segue_model::{Digest, EventKind, FailureKind, PLAN_FORMAT, Plan, ReleaseId};
use std::path::Path;

fn plan() -> Plan {
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

fn open(directory: &Path) -> Journal {
    Journal::open(&directory.join("journal.db")).unwrap()
}

fn lock(journal: &mut Journal, directory: &Path) -> Locked {
    match journal.lock(directory, "production", "ana@host", "release r1", 5) {
        Ok(Lock::Ours(locked)) => locked,
        _ => panic!("the lock is free"),
    }
}

/// A journal with one release of two events.
fn written(directory: &Path) -> (Journal, ReleaseId) {
    let mut journal = open(directory);
    let locked = lock(&mut journal, directory);
    let release = ReleaseId::new("r1");
    journal
        .create(&locked, &release, true, &plan(), 10)
        .unwrap();
    let started = EventKind::Started {
        plan: plan().digest(),
        by: String::new(),
    };
    journal.append(&locked, &release, &[started], 11).unwrap();
    journal
        .append(
            &locked,
            &release,
            &[
                EventKind::Resumed { by: String::new() },
                EventKind::Resumed { by: String::new() },
            ],
            12,
        )
        .unwrap();
    (journal, release)
}

#[test]
fn what_was_appended_is_read_by_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let (_, release) = written(directory.path());
    let journal = open(directory.path());
    assert_eq!(journal.plan(&release).unwrap(), Some(plan()));
    let events = journal.events(&release).unwrap();
    let seqs: Vec<_> = events
        .iter()
        .map(|event| (event.seq, event.at_ms))
        .collect();
    assert_eq!(seqs, [(1, 11), (2, 12), (3, 12)]);
    assert!(journal.releases().unwrap()[0].sandbox);
    assert_eq!(journal.plan(&ReleaseId::new("other")).unwrap(), None);
}

#[test]
fn an_altered_or_missing_event_is_seen() {
    for damage in [
        "UPDATE event SET at_ms = 99 WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "UPDATE event SET body = '\"resumed\"' WHERE seq = 1",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let (journal, release) = written(directory.path());
        let other = rusqlite::Connection::open(directory.path().join("journal.db")).unwrap();
        other.execute(damage, []).unwrap();
        let failure = journal.events(&release).unwrap_err();
        assert_eq!(failure.code, "SEG6002", "{damage}");
    }
}

#[test]
fn a_journal_of_a_newer_segue_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, _) = written(directory.path());
    drop(journal);
    let other = rusqlite::Connection::open(directory.path().join("journal.db")).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    let failure = Journal::open(&directory.path().join("journal.db"))
        .err()
        .unwrap();
    assert_eq!(failure.code, "SEG6003");
}

#[test]
fn law_8_one_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = open(directory.path());
    let mut second = open(directory.path());
    let locked = lock(&mut first, directory.path());
    match second.lock(directory.path(), "production", "bo@host", "release r2", 6) {
        Ok(Lock::Theirs(held)) => {
            assert_eq!((held.holder.as_str(), held.since_ms), ("ana@host", 5));
        }
        _ => panic!("two hold one lock"),
    }
    let held = |at: &Journal| at.held(directory.path(), "production").unwrap();
    assert_eq!(held(&second).unwrap().holder, "ana@host");
    drop(locked);
    assert_eq!(held(&second), None);
    assert_eq!(lock(&mut second, directory.path()).token(), 2);
}

#[test]
fn law_8_who_lost_the_lock_changes_nothing_more() {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = open(directory.path());
    let locked = lock(&mut journal, directory.path());
    let fence = locked.fence().unwrap();
    fence.check().unwrap();
    // Somebody removed the lock file by hand, and another process took the lock.
    std::fs::remove_file(directory.path().join("production.lock")).unwrap();
    let mut other = open(directory.path());
    let _theirs = lock(&mut other, directory.path());
    assert_eq!(fence.check().unwrap_err().kind, FailureKind::LostLock);
    let release = ReleaseId::new("r1");
    let refused = journal.create(&locked, &release, false, &plan(), 1);
    assert_eq!(refused.unwrap_err().kind, FailureKind::LostLock);
}

#[test]
fn what_is_no_journal_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    std::fs::write(&path, "this is no database, whatever its name says").unwrap();
    assert_eq!(Journal::open(&path).err().unwrap().code, "SEG6002");
}

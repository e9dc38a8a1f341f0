//! Any single change to a release's stored events is found.

use crate::{
    conformance::{entry, plan, r1, resumed, started},
    store::{Store, lock, on_sqlite, runtime},
};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use segue_journal::{Head, Journal, verify};
use std::sync::Arc;

const EVENTS: u64 = 12;

#[derive(Debug, Clone)]
enum Tampering {
    At(u64, i64),
    Body(u64, usize, u8),
    Hash(u64, usize, u8),
    Remove(u64),
    Swap(u64, u64),
    /// Another event in between, hashed with care; those after it are moved.
    PutIn(u64),
    /// One event told twice.
    Repeat(u64),
    Move(u64, u64),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::{At, Body, Hash, Move, PutIn, Remove, Repeat, Swap};
    let seq = || 1..=EVENTS;
    let flip = || 1_u8..8;
    prop_oneof![
        (seq(), any::<i64>()).prop_map(|(seq, at)| At(seq, at)),
        (seq(), any::<usize>(), flip()).prop_map(|(seq, place, bits)| Body(seq, place, bits)),
        (seq(), any::<usize>(), flip()).prop_map(|(seq, place, bits)| Hash(seq, place, bits)),
        (1..EVENTS).prop_map(Remove),
        (seq(), seq())
            .prop_filter("two", |(one, other)| one != other)
            .prop_map(|(one, other)| Swap(one, other)),
        seq().prop_map(PutIn),
        seq().prop_map(Repeat),
        (seq(), EVENTS + 1..100).prop_map(|(from, to)| Move(from, to)),
    ]
}

/// Flips bits of one character; the text stays text.
fn altered(text: &str, place: usize, bits: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let place = place % bytes.len();
    bytes[place] ^= bits;
    String::from_utf8(bytes).unwrap()
}

/// False when it changes nothing.
fn apply(connection: &Connection, what: &Tampering) -> bool {
    let column = |name: &str, seq: u64| -> String {
        let select = format!("SELECT {name} FROM event WHERE seq = ?");
        connection
            .query_row(&select, [seq], |row| row.get(0))
            .unwrap()
    };
    let set = |name: &str, seq: u64, text: &str| {
        let update = format!("UPDATE event SET {name} = ? WHERE seq = ?");
        connection.execute(&update, params![text, seq]).unwrap();
    };
    let run = |statement: &str, seq: u64| connection.execute(statement, [seq]).unwrap();
    let shift = |after: u64| {
        run("UPDATE event SET seq = seq + 1000 WHERE seq > ?", after);
        connection
            .execute("UPDATE event SET seq = seq - 999 WHERE seq > 1000", [])
            .unwrap();
    };
    match *what {
        Tampering::At(seq, at) => {
            let update = "UPDATE event SET at_ms = ?1 WHERE seq = ?2 AND at_ms <> ?1";
            return connection.execute(update, params![at, seq]).unwrap() == 1;
        }
        Tampering::Body(seq, place, bits) => {
            set("body", seq, &altered(&column("body", seq), place, bits));
        }
        Tampering::Hash(seq, place, bits) => {
            set("hash", seq, &altered(&column("hash", seq), place, bits));
        }
        Tampering::Remove(seq) => {
            run("DELETE FROM event WHERE seq = ?", seq);
        }
        Tampering::Swap(one, other) => {
            for name in ["body", "at_ms", "hash"] {
                let update = format!(
                    "UPDATE event SET {name} = (SELECT {name} FROM event AS it
                     WHERE it.seq = ?1 + ?2 - event.seq) WHERE seq IN (?1, ?2)"
                );
                connection.execute(&update, params![one, other]).unwrap();
            }
        }
        Tampering::PutIn(after) => {
            let mut before = column("hash", after);
            shift(after);
            let (seq, body) = (after + 1, "{\"resumed\":{\"by\":\"mallory\"}}");
            let text = format!("{before}\nr1\n{seq}\n5\n{body}");
            before = segue_model::Digest::of(text.as_bytes()).hex().to_owned();
            let insert = "INSERT INTO event VALUES ('r1', ?, 5, ?, ?)";
            connection
                .execute(insert, params![seq, body, before])
                .unwrap();
            // At the end it is an event like any other.
            return after < EVENTS;
        }
        Tampering::Repeat(seq) => {
            shift(seq);
            run(
                "INSERT INTO event SELECT release, seq + 1, at_ms, body, hash
                 FROM event WHERE seq = ?",
                seq,
            );
        }
        Tampering::Move(from, to) => {
            let update = "UPDATE event SET seq = ? WHERE seq = ?";
            connection.execute(update, params![to, from]).unwrap();
        }
    }
    true
}

async fn journal(store: &Store) -> (Arc<dyn Journal>, Head) {
    let journal = store.open().await;
    let locked = lock(&*journal).await;
    let created = journal.create(&locked, &entry("r1", 1), &plan()).await;
    created.unwrap();
    journal
        .append(&locked, &r1(), &[started()], 7)
        .await
        .unwrap();
    for number in 2..=EVENTS {
        let kinds = [resumed(&format!("somebody {number}"))];
        let at_ms = 100 + i64::try_from(number).unwrap();
        journal.append(&locked, &r1(), &kinds, at_ms).await.unwrap();
    }
    let head = journal.head(&r1()).await.unwrap();
    (journal, head)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_single_change_is_found(what in tampering()) {
        let store = Store::sqlite();
        let (is_changed, verified, with_head) = runtime().block_on(async {
            let (journal, head) = journal(&store).await;
            prop_assert!(verify(&*journal, &r1(), Some(&head)).await.is_ok());
            let path = store.directory.path().join("journal.db");
            let is_changed = apply(&Connection::open(path).unwrap(), &what);
            let verified = verify(&*journal, &r1(), None).await;
            Ok((is_changed, verified, verify(&*journal, &r1(), Some(&head)).await))
        })?;
        prop_assert_eq!(is_changed, verified.is_err());
        prop_assert!(!is_changed || with_head.is_err());
        if let Err(failure) = verified {
            prop_assert_eq!(failure.code.as_str(), "SEG6002");
            prop_assert!(failure.words.contains("event"), "{}", failure);
        }
    }
}

#[test]
fn what_was_cut_off_is_found_with_a_recorded_head() {
    on_sqlite(|store| async move {
        let (journal, head) = journal(&store).await;
        store.sql("DELETE FROM event WHERE seq >= 11").await;
        let verified = verify(&*journal, &r1(), None).await.unwrap();
        assert_eq!(verified.head.seq, 10);
        let failure = verify(&*journal, &r1(), Some(&head)).await.unwrap_err();
        assert!(failure.words.starts_with("event 12 "), "{failure}");
    });
}

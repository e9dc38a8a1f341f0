//! The chain of hashes: each event's holds the one before it, so that none can be
//! altered, removed or moved unseen.

use crate::{Head, Record, damaged, format};
use segue_model::{Digest, Event, EventKind, Failure, ReleaseId};

/// The hash of an event, in hexadecimal: SHA-256 over the hash before it (nothing
/// for the first), the release, its number, its time and its text as it is stored.
pub(crate) fn chain(before: &str, release: &ReleaseId, seq: u64, at_ms: i64, body: &str) -> String {
    let text = format!("{before}\n{release}\n{seq}\n{at_ms}\n{body}");
    Digest::of(text.as_bytes()).hex().to_owned()
}

/// The events after number `after`, out of the records from that number on.
///
/// # Errors
/// When one is not the one that was written.
pub(crate) fn events(
    release: &ReleaseId,
    after: u64,
    records: Vec<Record>,
) -> Result<Vec<Event>, Failure> {
    let mut records = records.into_iter();
    let mut hash = String::new();
    if after > 0 {
        // What is to be followed begins at this one: it vouches for those before.
        hash = match records.next() {
            Some(record) if record.seq == after => record.hash,
            _ => return Err(broken(release, after)),
        };
    }
    let mut events = Vec::with_capacity(records.len());
    for (record, seq) in records.zip(after + 1..) {
        if record.seq != seq
            || record.hash != chain(&hash, release, seq, record.at_ms, &record.body)
        {
            return Err(broken(release, seq));
        }
        events.push(Event {
            seq,
            at_ms: record.at_ms,
            kind: format::decode(&record.body)?,
        });
        hash = record.hash;
    }
    Ok(events)
}

/// `kinds` as they are to be stored after `head`.
pub(crate) fn records(
    release: &ReleaseId,
    head: &Head,
    kinds: &[EventKind],
    at_ms: i64,
) -> Result<Vec<Record>, Failure> {
    let mut records: Vec<Record> = Vec::with_capacity(kinds.len());
    for (kind, seq) in kinds.iter().zip(head.seq + 1..) {
        let body = format::encode(kind)?;
        let before = records.last().map_or(&head.hash, |last| &last.hash);
        let hash = chain(before, release, seq, at_ms, &body);
        records.push(Record {
            seq,
            at_ms,
            body,
            hash,
        });
    }
    Ok(records)
}

/// What was appended, as those who asked for it want it.
pub(crate) fn appended(kinds: &[EventKind], records: &[Record]) -> Vec<Event> {
    let pairs = kinds.iter().zip(records);
    pairs
        .map(|(kind, record)| Event {
            seq: record.seq,
            at_ms: record.at_ms,
            kind: kind.clone(),
        })
        .collect()
}

fn broken(release: &ReleaseId, seq: u64) -> Failure {
    damaged(format!(
        "event {seq} of release {release} is not the one that was written"
    ))
}

//! Writing: a new release, and events in one transaction each batch.

use super::{lock::check, read, storage};
use crate::{Entry, Locked, chain::chain, damaged, format};
use rusqlite::{Connection, TransactionBehavior, params};
use segue_model::{Event, EventKind, Failure, Plan, ReleaseId};

pub(super) fn create(
    connection: &mut Connection,
    lock: &Locked,
    entry: &Entry,
    plan: &Plan,
) -> Result<(), Failure> {
    let text = serde_json::to_string(plan).map_err(damaged)?;
    let within = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(storage("write"))?;
    check(&within, lock.environment(), lock.token())?;
    within
        .execute(
            "INSERT INTO release (id, environment, sandbox, began_ms, plan) VALUES (?, ?, ?, ?, ?)",
            params![
                entry.id.as_str(),
                entry.environment,
                entry.sandbox,
                entry.began_ms,
                text
            ],
        )
        .map_err(storage("write"))?;
    within.commit().map_err(storage("write"))
}

pub(super) fn append(
    connection: &mut Connection,
    lock: &Locked,
    release: &ReleaseId,
    kinds: &[EventKind],
    at_ms: i64,
) -> Result<Vec<Event>, Failure> {
    let within = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(storage("write"))?;
    check(&within, lock.environment(), lock.token())?;
    let head = read::head(&within, release)?;
    let (mut seq, mut hash) = (head.seq, head.hash);
    let mut events = Vec::with_capacity(kinds.len());
    {
        let mut insert = within
            .prepare_cached(
                "INSERT INTO event (release, seq, at_ms, body, hash) VALUES (?, ?, ?, ?, ?)",
            )
            .map_err(storage("write"))?;
        for kind in kinds {
            seq += 1;
            let body = format::encode(kind)?;
            hash = chain(&hash, release, seq, at_ms, &body);
            insert
                .execute(params![release.as_str(), seq, at_ms, body, hash])
                .map_err(storage("write"))?;
            let kind = kind.clone();
            events.push(Event { seq, at_ms, kind });
        }
    }
    within.commit().map_err(storage("write"))?;
    Ok(events)
}

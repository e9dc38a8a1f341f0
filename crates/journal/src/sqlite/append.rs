//! Writing: a new release, and events in one transaction each batch.

use super::{lock::check, read, storage};
use crate::{Entry, Locked, Record, chain, plan};
use rusqlite::{Connection, TransactionBehavior, params};
use segue_model::{Event, EventKind, Failure, Plan, ReleaseId};

pub(super) fn create(
    connection: &mut Connection,
    lock: &Locked,
    entry: &Entry,
    plan: &Plan,
) -> Result<(), Failure> {
    let text = plan::encode(plan)?;
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
    let records = chain::records(release, &read::head(&within, release)?, kinds, at_ms)?;
    {
        let mut insert = within
            .prepare_cached(
                "INSERT INTO event (release, seq, at_ms, body, hash) VALUES (?, ?, ?, ?, ?)",
            )
            .map_err(storage("write"))?;
        for Record {
            seq, body, hash, ..
        } in &records
        {
            insert
                .execute(params![release.as_str(), seq, at_ms, body, hash])
                .map_err(storage("write"))?;
        }
    }
    within.commit().map_err(storage("write"))?;
    Ok(chain::appended(kinds, &records))
}

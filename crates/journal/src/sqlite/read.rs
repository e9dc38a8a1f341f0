//! Reading: releases, their plans and their events.

use super::storage;
use crate::{Entry, Head, Record, damaged, plan};
use rusqlite::{Connection, OptionalExtension, params};
use segue_model::{Failure, Plan, ReleaseId};

pub(super) fn releases(connection: &Connection) -> Result<Vec<Entry>, Failure> {
    let mut select = connection
        .prepare(
            "SELECT id, environment, sandbox, began_ms FROM release
             ORDER BY began_ms DESC, id DESC",
        )
        .map_err(storage("read"))?;
    let rows = select
        .query_map([], |row| {
            Ok(Entry {
                id: ReleaseId::new(row.get::<_, String>(0)?),
                environment: row.get(1)?,
                sandbox: row.get(2)?,
                began_ms: row.get(3)?,
            })
        })
        .map_err(storage("read"))?;
    rows.collect::<Result<_, _>>().map_err(storage("read"))
}

pub(super) fn plan(connection: &Connection, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
    let row: Option<(String, Option<String>)> = connection
        .query_row(
            "SELECT plan, (SELECT body FROM event WHERE release = id AND seq = 1)
             FROM release WHERE id = ?",
            [release.as_str()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(storage("read"))?;
    row.map(|(text, first)| plan::decode(&text, first.as_deref()))
        .transpose()
}

pub(super) fn records(
    connection: &Connection,
    release: &ReleaseId,
    from: u64,
) -> Result<Vec<Record>, Failure> {
    let mut select = connection
        .prepare_cached(
            "SELECT seq, at_ms, body, hash FROM event WHERE release = ? AND seq >= ? ORDER BY seq",
        )
        .map_err(storage("read"))?;
    let rows = select
        .query_map(params![release.as_str(), from], |row| {
            Ok(Record {
                seq: row.get(0)?,
                at_ms: row.get(1)?,
                body: row.get(2)?,
                hash: row.get(3)?,
            })
        })
        .map_err(storage("read"))?;
    rows.collect::<Result<_, _>>().map_err(storage("read"))
}

/// SQLite's own look at every page of the file.
pub(super) fn check(connection: &Connection) -> Result<(), Failure> {
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(storage("read"))?;
    match found.as_str() {
        "ok" => Ok(()),
        found => Err(damaged(found)),
    }
}

pub(super) fn head(connection: &Connection, release: &ReleaseId) -> Result<Head, Failure> {
    connection
        .prepare_cached("SELECT seq, hash FROM event WHERE release = ? ORDER BY seq DESC LIMIT 1")
        .and_then(|mut select| {
            select
                .query_row([release.as_str()], |row| {
                    Ok(Head {
                        seq: row.get(0)?,
                        hash: row.get(1)?,
                    })
                })
                .optional()
        })
        .map(Option::unwrap_or_default)
        .map_err(storage("read"))
}

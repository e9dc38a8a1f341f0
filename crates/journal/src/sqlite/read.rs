//! Reading: releases, their plans and their events.

use super::storage;
use crate::{Entry, Head, chain::Link, damaged};
use rusqlite::{Connection, OptionalExtension, params};
use segue_model::{Event, Failure, Plan, ReleaseId};

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
    let text: Option<String> = connection
        .query_row(
            "SELECT plan FROM release WHERE id = ?",
            [release.as_str()],
            |row| row.get(0),
        )
        .optional()
        .map_err(storage("read"))?;
    text.map(|text| serde_json::from_str(&text).map_err(damaged))
        .transpose()
}

pub(super) fn events(
    connection: &Connection,
    release: &ReleaseId,
    after: u64,
) -> Result<Vec<Event>, Failure> {
    let mut select = connection
        .prepare_cached(
            "SELECT seq, at_ms, body, hash FROM event WHERE release = ? AND seq >= ? ORDER BY seq",
        )
        .map_err(storage("read"))?;
    let mut rows = select
        .query(params![release.as_str(), after])
        .map_err(storage("read"))?;
    let mut link = Link::at(release, after);
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(storage("read"))? {
        let columns = || -> rusqlite::Result<(u64, i64, String, String)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        let (seq, at_ms, body, hash) = columns().map_err(storage("read"))?;
        events.extend(link.follow(seq, at_ms, &body, hash)?);
    }
    link.end()?;
    Ok(events)
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

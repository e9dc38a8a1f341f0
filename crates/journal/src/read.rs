//! Reading: releases, their plans and their events.

use crate::{Journal, append::chain, damaged, storage};
use rusqlite::{Connection, OptionalExtension, params};
use segue_model::{Event, Failure, Plan, ReleaseId};

/// A release as the journal lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: ReleaseId,
    /// What it changes.
    pub environment: String,
    /// Whether it runs against twins.
    pub sandbox: bool,
    /// When it was created: milliseconds since 1970-01-01T00:00:00Z.
    pub began_ms: i64,
}

impl Journal {
    /// All releases, the newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn releases(&self) -> Result<Vec<Entry>, Failure> {
        let mut select = self
            .connection
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

    /// The plan that a release carries out; none when there is no such release.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn plan(&self, release: &ReleaseId) -> Result<Option<Plan>, Failure> {
        let text: Option<String> = self
            .connection
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

    /// The events of a release, in order.
    ///
    /// # Errors
    /// When the journal cannot be read, or an event was altered, removed or
    /// moved since it was written.
    pub fn events(&self, release: &ReleaseId) -> Result<Vec<Event>, Failure> {
        let mut select = self
            .connection
            .prepare("SELECT seq, at_ms, body, hash FROM event WHERE release = ? ORDER BY seq")
            .map_err(storage("read"))?;
        let mut rows = select.query([release.as_str()]).map_err(storage("read"))?;
        let (mut events, mut before) = (Vec::new(), String::new());
        while let Some(row) = rows.next().map_err(storage("read"))? {
            let (event, body, hash) = decode(row)?;
            let expected = chain(&before, release, event.seq, event.at_ms, &body);
            if event.seq != events.len() as u64 + 1 || hash != expected {
                return Err(damaged(format!(
                    "event {} of release {release} is not the one that was written",
                    events.len() + 1
                )));
            }
            before = hash;
            events.push(event);
        }
        Ok(events)
    }
}

fn decode(row: &rusqlite::Row<'_>) -> Result<(Event, String, String), Failure> {
    let columns = || -> rusqlite::Result<(u64, i64, String, String)> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    };
    let (seq, at_ms, body, hash) = columns().map_err(storage("read"))?;
    let kind = serde_json::from_str(&body).map_err(damaged)?;
    Ok((Event { seq, at_ms, kind }, body, hash))
}

/// The number and the hash of the last event; 0 and nothing when there is none.
pub(crate) fn head(connection: &Connection, release: &ReleaseId) -> Result<(u64, String), Failure> {
    connection
        .prepare_cached("SELECT seq, hash FROM event WHERE release = ? ORDER BY seq DESC LIMIT 1")
        .and_then(|mut select| {
            select
                .query_row(params![release.as_str()], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()
        })
        .map(Option::unwrap_or_default)
        .map_err(storage("read"))
}

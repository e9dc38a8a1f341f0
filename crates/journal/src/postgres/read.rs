//! Reading: releases, their plans and their events.

use super::said;
use crate::{Entry, Head, Record, damaged, plan};
use segue_model::{Failure, Plan, ReleaseId};
use std::sync::Arc;
use tokio_postgres::{Client, Error, Row, types::Type};

pub(super) async fn releases(client: Arc<Client>) -> Result<Vec<Entry>, Failure> {
    let rows = client
        .query_typed(
            "SELECT id, environment, sandbox, began_ms FROM segue.release
             ORDER BY began_ms DESC, id DESC",
            &[],
        )
        .await
        .map_err(said("read"))?;
    let entry = |row: &Row| -> Result<Entry, Error> {
        Ok(Entry {
            id: ReleaseId::new(row.try_get::<_, String>(0)?),
            environment: row.try_get(1)?,
            sandbox: row.try_get(2)?,
            began_ms: row.try_get(3)?,
        })
    };
    let entries: Result<_, _> = rows.iter().map(entry).collect();
    entries.map_err(said("read"))
}

pub(super) async fn plan(
    client: Arc<Client>,
    release: &ReleaseId,
) -> Result<Option<Plan>, Failure> {
    let row = client
        .query_typed_opt(
            "SELECT plan, (SELECT body FROM segue.event WHERE release = id AND seq = 1)
             FROM segue.release WHERE id = $1",
            &[(&release.as_str(), Type::TEXT)],
        )
        .await
        .map_err(said("read"))?;
    let Some(row) = row else {
        return Ok(None);
    };
    let text: &str = row.try_get(0).map_err(said("read"))?;
    let first: Option<&str> = row.try_get(1).map_err(said("read"))?;
    plan::decode(text, first).map(Some)
}

pub(super) async fn records(
    client: Arc<Client>,
    release: &ReleaseId,
    from: u64,
) -> Result<Vec<Record>, Failure> {
    let rows = client
        .query_typed(
            "SELECT seq, at_ms, body, hash FROM segue.event
             WHERE release = $1 AND seq >= $2 ORDER BY seq",
            &[(&release.as_str(), Type::TEXT), (&number(from), Type::INT8)],
        )
        .await
        .map_err(said("read"))?;
    rows.iter().map(record).collect()
}

fn record(row: &Row) -> Result<Record, Failure> {
    let seq: i64 = row.try_get(0).map_err(said("read"))?;
    Ok(Record {
        seq: u64::try_from(seq).map_err(damaged)?,
        at_ms: row.try_get(1).map_err(said("read"))?,
        body: row.try_get(2).map_err(said("read"))?,
        hash: row.try_get(3).map_err(said("read"))?,
    })
}

pub(super) async fn head(client: Arc<Client>, release: &ReleaseId) -> Result<Head, Failure> {
    let row = client
        .query_typed_opt(
            "SELECT seq, hash FROM segue.event WHERE release = $1 ORDER BY seq DESC LIMIT 1",
            &[(&release.as_str(), Type::TEXT)],
        )
        .await
        .map_err(said("read"))?;
    let Some(row) = row else {
        return Ok(Head::default());
    };
    let seq: i64 = row.try_get(0).map_err(said("read"))?;
    Ok(Head {
        seq: u64::try_from(seq).map_err(damaged)?,
        hash: row.try_get(1).map_err(said("read"))?,
    })
}

/// A number as PostgreSQL counts.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

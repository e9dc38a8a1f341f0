//! What people asked of a release, until it is taken up.

use super::storage;
use crate::damaged;
use rusqlite::{Connection, TransactionBehavior, params};
use segue_model::{Failure, ReleaseId, Request, Wish};

pub(super) fn ask(
    connection: &mut Connection,
    release: &ReleaseId,
    wish: &Wish,
    by: &str,
    because: &str,
    at_ms: i64,
) -> Result<Request, Failure> {
    let text = serde_json::to_string(wish).map_err(damaged)?;
    let within = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(storage("write"))?;
    let id = within
        .query_row(
            "INSERT INTO request (release, id, at_ms, by, because, wish)
             SELECT ?1, 1 + coalesce(max(id), 0), ?2, ?3, ?4, ?5 FROM request WHERE release = ?1
             RETURNING id",
            params![release.as_str(), at_ms, by, because, text],
            |row| row.get(0),
        )
        .map_err(storage("write"))?;
    within.commit().map_err(storage("write"))?;
    Ok(Request {
        id,
        at_ms,
        by: by.to_owned(),
        because: because.to_owned(),
        wish: wish.clone(),
    })
}

pub(super) fn requests(
    connection: &Connection,
    release: &ReleaseId,
    after: u64,
) -> Result<Vec<Request>, Failure> {
    let mut select = connection
        .prepare_cached(
            "SELECT id, at_ms, by, because, wish FROM request
             WHERE release = ? AND id > ? ORDER BY id",
        )
        .map_err(storage("read"))?;
    let rows = select
        .query_map(params![release.as_str(), after], |row| {
            let wish: String = row.get(4)?;
            Ok((
                wish,
                Request {
                    id: row.get(0)?,
                    at_ms: row.get(1)?,
                    by: row.get(2)?,
                    because: row.get(3)?,
                    wish: Wish::Stop,
                },
            ))
        })
        .map_err(storage("read"))?;
    let mut requests = Vec::new();
    for row in rows {
        let (text, request) = row.map_err(storage("read"))?;
        let wish = serde_json::from_str(&text).map_err(damaged)?;
        requests.push(Request { wish, ..request });
    }
    Ok(requests)
}

//! What people asked of a release, until it is taken up.

use super::{is_unique_violation, read::number, said, session::Server};
use crate::damaged;
use segue_model::{Failure, ReleaseId, Request, Wish};
use serde::{Deserialize, Serialize};
use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
};
use tokio_postgres::{Client, types::Type};

/// A request as it is stored: JSON holds any text, a column of text does not.
#[derive(Serialize, Deserialize)]
struct Body {
    at_ms: i64,
    by: String,
    because: String,
    wish: Wish,
}

/// Writes a request down under the next number; one with this key that is there
/// already stays the one.
const ASK: &str = "
WITH asked AS (
    INSERT INTO segue.request (release, id, key, body)
    SELECT $1, 1 + coalesce((SELECT max(id) FROM segue.request WHERE release = $1), 0), $2, $3
    WHERE NOT EXISTS (SELECT FROM segue.request WHERE release = $1 AND key = $2)
    RETURNING id, pg_notify('segue', $1)
)
SELECT id FROM asked
UNION ALL
SELECT id FROM segue.request WHERE release = $1 AND key = $2";

pub(super) async fn ask(
    server: &Server,
    release: &ReleaseId,
    wish: &Wish,
    by: &str,
    because: &str,
    at_ms: i64,
) -> Result<Request, Failure> {
    let body = Body {
        at_ms,
        by: by.to_owned(),
        because: because.to_owned(),
        wish: wish.clone(),
    };
    let text = serde_json::to_string(&body).map_err(damaged)?;
    // Another one for every asking, in every process.
    let key = RandomState::new().hash_one((std::process::id(), &text));
    let key = i64::from_ne_bytes(key.to_ne_bytes());
    let id = server
        .work(|client| write(client, release, key, &text))
        .await?;
    body.into_request(id)
}

async fn write(
    client: Arc<Client>,
    release: &ReleaseId,
    key: i64,
    text: &str,
) -> Result<i64, Failure> {
    loop {
        let written = client
            .query_typed_one(
                ASK,
                &[
                    (&release.as_str(), Type::TEXT),
                    (&key, Type::INT8),
                    (&text, Type::TEXT),
                ],
            )
            .await;
        match written {
            Ok(row) => return row.try_get(0).map_err(said("write")),
            // Somebody else was given the number in the same instant: the next.
            Err(error) if is_unique_violation(&error) => {}
            Err(error) => return Err(said("write")(error)),
        }
    }
}

pub(super) async fn requests(
    client: Arc<Client>,
    release: &ReleaseId,
    after: u64,
) -> Result<Vec<Request>, Failure> {
    let rows = client
        .query_typed(
            "SELECT id, body FROM segue.request WHERE release = $1 AND id > $2 ORDER BY id",
            &[
                (&release.as_str(), Type::TEXT),
                (&number(after), Type::INT8),
            ],
        )
        .await
        .map_err(said("read"))?;
    let mut requests = Vec::with_capacity(rows.len());
    for row in rows {
        let id: i64 = row.try_get(0).map_err(said("read"))?;
        let text: &str = row.try_get(1).map_err(said("read"))?;
        let body: Body = serde_json::from_str(text).map_err(damaged)?;
        requests.push(body.into_request(id)?);
    }
    Ok(requests)
}

impl Body {
    fn into_request(self, id: i64) -> Result<Request, Failure> {
        Ok(Request {
            id: u64::try_from(id).map_err(damaged)?,
            at_ms: self.at_ms,
            by: self.by,
            because: self.because,
            wish: self.wish,
        })
    }
}

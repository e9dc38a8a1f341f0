//! The lock of an environment on the server: a row that says who holds it, with
//! which token, and until when by the server's own clock.
//!
//! It passes to somebody else only when that moment is over, so that a holder who
//! is cut off can know by its own clock alone that it may not go on. Two things
//! tell earlier what will come of it. A holder's session keeps an advisory lock:
//! while it is there, whoever asks is told who holds the environment; when it is
//! not, they wait until the term is over. And a holder on this very machine whose
//! process is gone will not come back: its term is over now.

use super::{process, said};
use crate::{Claim, Held};
use segue_model::{Digest, Failure};
use std::{sync::Arc, time::Duration};
use tokio_postgres::{Client, Error, Row, types::Type};

/// What is known of a lock.
pub(super) struct Standing {
    pub token: i64,
    pub held: Held,
    /// How long until the term is over; none when it is.
    pub remains: Option<Duration>,
    /// Whether the holder is known to be gone, whatever remains of the term.
    pub gone: bool,
    /// Whether the holder's session is there.
    pub lives: bool,
}

const STANDING: &str = "
SELECT token, holder, doing, since_ms, process,
       extract(epoch FROM expires_at - clock_timestamp())::float8,
       EXISTS (
           SELECT FROM pg_locks
           WHERE locktype = 'advisory' AND objsubid = 2 AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND classid::int8 = $2 AND objid::int8 = token
       )
FROM segue.lock WHERE environment = $1";

/// How the lock of `environment` stands; none when nobody ever held it.
pub(super) async fn standing(
    client: &Client,
    environment: &str,
) -> Result<Option<Standing>, Failure> {
    // As an object identifier, which has no sign.
    let class = i64::from(class(environment).cast_unsigned());
    let row = client
        .query_typed_opt(
            STANDING,
            &[(&environment, Type::TEXT), (&class, Type::INT8)],
        )
        .await
        .map_err(said("read"))?;
    row.map(|row| read(&row).map_err(said("read"))).transpose()
}

fn read(row: &Row) -> Result<Standing, Error> {
    let process: &str = row.try_get(4)?;
    let remains: f64 = row.try_get(5)?;
    let remains = Duration::try_from_secs_f64(remains).unwrap_or_default();
    Ok(Standing {
        token: row.try_get(0)?,
        held: Held {
            holder: row.try_get(1)?,
            doing: row.try_get(2)?,
            since_ms: row.try_get(3)?,
        },
        remains: (!remains.is_zero()).then_some(remains),
        gone: process::is_gone(process),
        lives: row.try_get(6)?,
    })
}

/// Who holds the lock of `environment`.
pub(super) async fn held(client: Arc<Client>, environment: &str) -> Result<Option<Held>, Failure> {
    let standing = standing(&client, environment).await?;
    let held = standing.filter(|it| it.remains.is_some() && !it.gone);
    Ok(held.map(|it| it.held))
}

/// Takes the lock when its term is over, or when it is still held with the token
/// of somebody who is gone.
const TAKE: &str = "
WITH taken AS (
    INSERT INTO segue.lock AS now
        (environment, token, holder, doing, since_ms, process, expires_at)
    VALUES ($1, 1, $2, $3, $4, $5, clock_timestamp() + $6 * interval '1 second')
    ON CONFLICT (environment) DO UPDATE
    SET token = now.token + 1, holder = $2, doing = $3, since_ms = $4, process = $5,
        expires_at = clock_timestamp() + $6 * interval '1 second'
    WHERE now.expires_at <= clock_timestamp() OR now.token = $7
    RETURNING token
)
SELECT token, pg_try_advisory_lock($8, (token & 2147483647)::int4) FROM taken";

/// The token of the lock of `environment`; none when somebody else was faster.
pub(super) async fn take(
    client: &Client,
    environment: &str,
    claim: &Claim,
    at_ms: i64,
    term: Duration,
    gone: Option<i64>,
) -> Result<Option<i64>, Failure> {
    let row = client
        .query_typed_opt(
            TAKE,
            &[
                (&environment, Type::TEXT),
                (&claim.holder, Type::TEXT),
                (&claim.doing, Type::TEXT),
                (&at_ms, Type::INT8),
                (&process::this(), Type::TEXT),
                (&term.as_secs_f64(), Type::FLOAT8),
                (&gone.unwrap_or_default(), Type::INT8),
                (&class(environment), Type::INT4),
            ],
        )
        .await
        .map_err(said("lock"))?;
    row.map(|row| row.try_get(0).map_err(said("lock")))
        .transpose()
}

/// Begins the term anew. A lock whose term is over and which nobody took is still
/// the holder's, and one that was given back is not.
const RENEW: &str = "
WITH mine AS (
    UPDATE segue.lock SET expires_at = clock_timestamp() + $3 * interval '1 second'
    WHERE environment = $1 AND token = $2 AND expires_at > to_timestamp(0)
    RETURNING token
)
SELECT CASE WHEN $5 THEN pg_try_advisory_lock($4, (token & 2147483647)::int4) ELSE true END
FROM mine";

/// Whether the lock is still held with `token`, and whether this session says so
/// to others; a `new` session has to.
pub(super) async fn renew(
    client: &Client,
    environment: &str,
    token: i64,
    term: Duration,
    new: bool,
) -> Result<Option<bool>, Failure> {
    let row = client
        .query_typed_opt(
            RENEW,
            &[
                (&environment, Type::TEXT),
                (&token, Type::INT8),
                (&term.as_secs_f64(), Type::FLOAT8),
                (&class(environment), Type::INT4),
                (&new, Type::BOOL),
            ],
        )
        .await
        .map_err(said("lock"))?;
    row.map(|row| row.try_get(0).map_err(said("lock")))
        .transpose()
}

/// Gives the lock back.
pub(super) async fn release(client: &Client, environment: &str, token: i64) -> Result<(), Failure> {
    client
        .query_typed(
            "UPDATE segue.lock SET expires_at = to_timestamp(0) WHERE environment = $1 AND token = $2",
            &[(&environment, Type::TEXT), (&token, Type::INT8)],
        )
        .await
        .map(drop)
        .map_err(said("lock"))
}

/// What the advisory locks of an environment's holders have in common. Two
/// environments that share it by chance only wait for each other's terms.
fn class(environment: &str) -> i32 {
    let digest = Digest::of(format!("segue lock\n{environment}").as_bytes());
    let number = u32::from_str_radix(&digest.hex()[..8], 16).unwrap_or_default();
    number.cast_signed()
}

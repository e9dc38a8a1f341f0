//! The tables, and their version, in a schema of their own.

use super::{said, unavailable};
use crate::newer;
use segue_model::Failure;
use std::sync::Arc;
use tokio_postgres::Client;

/// What makes each version of the one before it; the first of nothing.
const STEPS: [&str; 1] = ["
CREATE TABLE segue.format (version bigint NOT NULL);
INSERT INTO segue.format VALUES (0);

CREATE TABLE segue.release (
    id          text COLLATE \"C\" PRIMARY KEY,
    environment text NOT NULL,
    sandbox     boolean NOT NULL,
    began_ms    bigint NOT NULL,
    plan        text NOT NULL
);

CREATE TABLE segue.event (
    release text COLLATE \"C\" NOT NULL REFERENCES segue.release (id),
    seq     bigint NOT NULL,
    at_ms   bigint NOT NULL,
    body    text NOT NULL,
    hash    text NOT NULL,
    PRIMARY KEY (release, seq)
);

-- Whoever asked has a number of their own (key): an asking whose answer was lost is
-- not written down twice.
CREATE TABLE segue.request (
    release text COLLATE \"C\" NOT NULL REFERENCES segue.release (id),
    id      bigint NOT NULL,
    key     bigint NOT NULL,
    body    text NOT NULL,
    PRIMARY KEY (release, id),
    UNIQUE (release, key)
);

-- Free when its term is over.
CREATE TABLE segue.lock (
    environment text COLLATE \"C\" PRIMARY KEY,
    token       bigint NOT NULL,
    holder      text NOT NULL,
    doing       text NOT NULL,
    since_ms    bigint NOT NULL,
    process     text NOT NULL,
    expires_at  timestamptz NOT NULL
);
"];

/// One makes the tables at a time; any number that no other program uses.
const MAKING: i64 = 0x7365_6775_6501;

const VERSION: &str = "SELECT version FROM segue.format";

/// Brings the tables up to this program's version.
pub(super) async fn migrate(client: Arc<Client>) -> Result<(), Failure> {
    // The usual case needs no more permissions than reading.
    if version(&client).await? == Some(STEPS.len()) {
        return Ok(());
    }
    client
        .batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({MAKING})"))
        .await
        .map_err(said("make"))?;
    let made = steps(&client).await;
    let end = if made.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = client.batch_execute(end).await.map_err(said("make"));
    made.and(ended)
}

async fn steps(client: &Client) -> Result<(), Failure> {
    let version = version(client).await?;
    let missing = STEPS.get(version.unwrap_or(0)..).unwrap_or_default();
    if missing.is_empty() {
        return Ok(());
    }
    // Only when it is not there: whoever may not make it may use the one that an
    // administrator made.
    let there = client
        .query_typed_one(
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'segue')",
            &[],
        )
        .await
        .map_err(said("make"))?;
    let schema = match there.try_get(0).map_err(said("make"))? {
        true => "",
        false => "CREATE SCHEMA segue;",
    };
    let stamp = format!("UPDATE segue.format SET version = {};", STEPS.len());
    client
        .batch_execute(&[schema, &missing.concat(), &stamp].concat())
        .await
        .map_err(said("make"))
}

/// From the catalogue's tables, which say what is committed; a session's cache may
/// be older (`to_regclass`).
const MADE: &str = "
SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'segue' AND tablename = 'format')";

/// None when there are no tables yet.
async fn version(client: &Client) -> Result<Option<usize>, Failure> {
    let made = client.query_typed_one(MADE, &[]).await;
    if !made
        .and_then(|row| row.try_get::<_, bool>(0))
        .map_err(said("open"))?
    {
        return Ok(None);
    }
    let row = client.query_typed_opt(VERSION, &[]).await;
    let Some(row) = row.map_err(said("open"))? else {
        return Err(unavailable("the journal is just being made"));
    };
    let version: i64 = row.try_get(0).map_err(said("open"))?;
    match usize::try_from(version) {
        Ok(version) if version <= STEPS.len() => Ok(Some(version)),
        _ => Err(newer("the journal in the database", version, STEPS.len())),
    }
}

//! Writing: a new release, and events in one statement each batch. A statement
//! whose answer was lost is sent again, and finds out whether it was carried out:
//! a number is given once in a release, and the hash says whose event has it.

use super::{is_unique_violation, read, read::number, said, session::Server, unavailable};
use crate::{Entry, Head, Locked, Record, chain, plan};
use segue_model::{Event, EventKind, Failure, FailureKind, Plan, ReleaseId};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio_postgres::{Client, types::Type};

/// Where each release stood when this process last read or wrote it, for each
/// lock that it was written under. While the lock is held nobody else appends.
#[derive(Default)]
pub(super) struct Heads(Mutex<HashMap<ReleaseId, (i64, Standing)>>);

#[derive(Clone)]
enum Standing {
    At(Head),
    /// It is not known whether what was written last is there. What was written
    /// may even come to be there late: nothing is appended before that was read.
    InDoubt,
}

impl Heads {
    fn map(&self) -> MutexGuard<'_, HashMap<ReleaseId, (i64, Standing)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, release: &ReleaseId, token: i64) -> Option<Standing> {
        let map = self.map();
        let (of, standing) = map.get(release)?;
        (*of == token).then(|| standing.clone())
    }

    fn set(&self, release: &ReleaseId, token: i64, standing: Standing) {
        self.map().insert(release.clone(), (token, standing));
    }

    /// Somebody read the events of `release` up to the last.
    pub fn was_read(&self, release: &ReleaseId, seq: u64, hash: &str) {
        if let Some((_, standing @ Standing::InDoubt)) = self.map().get_mut(release) {
            let hash = hash.to_owned();
            *standing = Standing::At(Head { seq, hash });
        }
    }
}

const CREATE: &str = "
WITH held AS (
    SELECT FROM segue.lock WHERE environment = $1 AND token = $2 FOR SHARE
), new AS (
    INSERT INTO segue.release (id, environment, sandbox, began_ms, plan)
    SELECT $3, $4, $5, $6, $7 FROM held
    RETURNING pg_notify('segue', $3)
)
SELECT count(*) FROM new";

pub(super) async fn create(
    server: &Server,
    lock: &Locked,
    entry: &Entry,
    plan: &Plan,
) -> Result<(), Failure> {
    let text = plan::encode(plan)?;
    let sent = AtomicBool::new(false);
    let created = server
        .work(|client| insert(client, lock, entry, &text, &sent))
        .await?;
    match created {
        true => Ok(()),
        false => Err(lock.was_lost()),
    }
}

/// False when the lock is somebody else's. `sent` tells whether it was tried before.
async fn insert(
    client: Arc<Client>,
    lock: &Locked,
    entry: &Entry,
    text: &str,
    sent: &AtomicBool,
) -> Result<bool, Failure> {
    let again = sent.swap(true, Ordering::Relaxed);
    let id = entry.id.as_str();
    let inserted = client
        .query_typed_one(
            CREATE,
            &[
                (&lock.environment(), Type::TEXT),
                (&lock.token(), Type::INT8),
                (&id, Type::TEXT),
                (&entry.environment, Type::TEXT),
                (&entry.sandbox, Type::BOOL),
                (&entry.began_ms, Type::INT8),
                (&text, Type::TEXT),
            ],
        )
        .await;
    let is_there = async || {
        let there = client
            .query_typed_opt(
                "SELECT FROM segue.release WHERE id = $1 AND plan = $2 AND began_ms = $3",
                &[
                    (&id, Type::TEXT),
                    (&text, Type::TEXT),
                    (&entry.began_ms, Type::INT8),
                ],
            )
            .await;
        Ok(there.map_err(said("read"))?.is_some())
    };
    match inserted {
        Ok(row) => match row.try_get::<_, i64>(0).map_err(said("write"))? {
            0 if again => is_there().await,
            count => Ok(count > 0),
        },
        Err(error) if again && is_unique_violation(&error) && is_there().await? => Ok(true),
        Err(error) => Err(said("write")(error)),
    }
}

/// One round trip: whoever has lost the lock inserts nothing, and whoever takes it
/// meanwhile waits until this is done (`FOR SHARE`).
const APPEND: &str = "
WITH held AS (
    SELECT FROM segue.lock WHERE environment = $1 AND token = $2 FOR SHARE
), head AS (
    SELECT coalesce(max(seq), 0) AS seq FROM segue.event WHERE release = $3
), new AS (
    INSERT INTO segue.event (release, seq, at_ms, body, hash)
    SELECT $3, it.seq, $4, it.body, it.hash
    FROM held, head, unnest($5, $6, $7) AS it (seq, body, hash)
    WHERE head.seq = $8
    RETURNING seq
), told AS (
    SELECT pg_notify('segue', $3) FROM new LIMIT 1
)
SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM new), (SELECT count(*) FROM told)";

pub(super) async fn append(
    server: &Server,
    heads: &Heads,
    lock: &Locked,
    release: &ReleaseId,
    kinds: &[EventKind],
    at_ms: i64,
) -> Result<Vec<Event>, Failure> {
    let head = match heads.get(release, lock.token()) {
        Some(Standing::At(head)) => head,
        Some(Standing::InDoubt) => return Err(in_doubt(unavailable("it was cut off before"))),
        None => {
            let read = |client| read::head(client, release);
            server.work(read).await?
        }
    };
    let batch = Batch {
        lock,
        release,
        after: head.seq,
        records: chain::records(release, &head, kinds, at_ms)?,
    };
    // Until the answer is there; for ever, when nobody waits for it any longer.
    heads.set(release, lock.token(), Standing::InDoubt);
    let head = batch.records.last().map_or(head, |last| Head {
        seq: last.seq,
        hash: last.hash.clone(),
    });
    match server.work(|client| batch.write(client)).await {
        Ok(Outcome::Written) => {
            heads.set(release, lock.token(), Standing::At(head));
            Ok(chain::appended(kinds, &batch.records))
        }
        Ok(Outcome::Lost) => Err(lock.was_lost()),
        Ok(Outcome::Moved) => Err(in_doubt(unavailable(
            "events are there that were sent earlier",
        ))),
        Err(failure) if failure.kind == FailureKind::Unavailable => Err(in_doubt(failure)),
        Err(failure) => Err(failure),
    }
}

fn in_doubt(failure: Failure) -> Failure {
    let words = &failure.words;
    let words = format!("{words}; it is not known whether the last events were written");
    failure.words(words)
}

struct Batch<'a> {
    lock: &'a Locked,
    release: &'a ReleaseId,
    after: u64,
    records: Vec<Record>,
}

enum Outcome {
    Written,
    Lost,
    Moved,
}

impl Batch<'_> {
    async fn write(&self, client: Arc<Client>) -> Result<Outcome, Failure> {
        let seqs: Vec<i64> = self.records.iter().map(|it| number(it.seq)).collect();
        let bodies: Vec<&str> = self.records.iter().map(|it| it.body.as_str()).collect();
        let hashes: Vec<&str> = self.records.iter().map(|it| it.hash.as_str()).collect();
        let at_ms = self.records.first().map_or(0, |it| it.at_ms);
        let row = client
            .query_typed_one(
                APPEND,
                &[
                    (&self.lock.environment(), Type::TEXT),
                    (&self.lock.token(), Type::INT8),
                    (&self.release.as_str(), Type::TEXT),
                    (&at_ms, Type::INT8),
                    (&seqs, Type::INT8_ARRAY),
                    (&bodies, Type::TEXT_ARRAY),
                    (&hashes, Type::TEXT_ARRAY),
                    (&number(self.after), Type::INT8),
                ],
            )
            .await;
        let (held, new): (i64, i64) = match row {
            Ok(row) => (
                row.try_get(0).map_err(said("write"))?,
                row.try_get(1).map_err(said("write"))?,
            ),
            Err(error) if is_unique_violation(&error) => {
                return self.unless_there(&client, Outcome::Moved).await;
            }
            Err(error) => return Err(said("write")(error)),
        };
        match usize::try_from(new) {
            _ if held == 0 => self.unless_there(&client, Outcome::Lost).await,
            Ok(new) if new == self.records.len() => Ok(Outcome::Written),
            _ => self.unless_there(&client, Outcome::Moved).await,
        }
    }

    /// Whether an earlier sending was carried out, whose answer was lost.
    async fn unless_there(&self, client: &Client, otherwise: Outcome) -> Result<Outcome, Failure> {
        let Some(last) = self.records.last() else {
            return Ok(otherwise);
        };
        let there = client
            .query_typed_opt(
                "SELECT FROM segue.event WHERE release = $1 AND seq = $2 AND hash = $3",
                &[
                    (&self.release.as_str(), Type::TEXT),
                    (&number(last.seq), Type::INT8),
                    (&last.hash, Type::TEXT),
                ],
            )
            .await
            .map_err(said("read"))?;
        Ok(if there.is_some() {
            Outcome::Written
        } else {
            otherwise
        })
    }
}

//! Writing: a new release, and events in one transaction each batch.

use crate::{Journal, Locked, damaged, read, storage};
use rusqlite::{TransactionBehavior, params};
use segue_model::{Digest, Event, EventKind, Failure, Plan, ReleaseId};

impl Journal {
    /// Writes down that `release` is going to carry out `plan`.
    ///
    /// # Errors
    /// When it cannot be written, or the lock is lost.
    pub fn create(
        &mut self,
        locked: &Locked,
        release: &ReleaseId,
        sandbox: bool,
        plan: &Plan,
        at_ms: i64,
    ) -> Result<(), Failure> {
        let plan_text = serde_json::to_string(plan).map_err(damaged)?;
        let within = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(storage("write"))?;
        locked.check_in(&within)?;
        within
            .execute(
                "INSERT INTO release (id, environment, sandbox, began_ms, plan) VALUES (?, ?, ?, ?, ?)",
                params![release.as_str(), plan.environment, sandbox, at_ms, plan_text],
            )
            .map_err(storage("write"))?;
        within.commit().map_err(storage("write"))
    }

    /// Appends events, all or none, and returns when they are on the disk.
    ///
    /// # Errors
    /// When they cannot be written, or the lock is lost; then none is written.
    pub fn append(
        &mut self,
        locked: &Locked,
        release: &ReleaseId,
        kinds: &[EventKind],
        at_ms: i64,
    ) -> Result<Vec<Event>, Failure> {
        let within = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(storage("write"))?;
        locked.check_in(&within)?;
        let (mut seq, mut hash) = read::head(&within, release)?;
        let mut events = Vec::with_capacity(kinds.len());
        {
            let mut insert = within
                .prepare_cached(
                    "INSERT INTO event (release, seq, at_ms, body, hash) VALUES (?, ?, ?, ?, ?)",
                )
                .map_err(storage("write"))?;
            for kind in kinds {
                seq += 1;
                let body = serde_json::to_string(kind).map_err(damaged)?;
                hash = chain(&hash, release, seq, at_ms, &body);
                insert
                    .execute(params![release.as_str(), seq, at_ms, body, hash])
                    .map_err(storage("write"))?;
                events.push(Event {
                    seq,
                    at_ms,
                    kind: kind.clone(),
                });
            }
        }
        within.commit().map_err(storage("write"))?;
        Ok(events)
    }
}

/// The hash of an event holds the hash of the one before it, so that none can
/// be altered, removed or moved unseen.
pub(crate) fn chain(before: &str, release: &ReleaseId, seq: u64, at_ms: i64, body: &str) -> String {
    let text = format!("{before}\n{release}\n{seq}\n{at_ms}\n{body}");
    Digest::of(text.as_bytes()).hex().to_owned()
}

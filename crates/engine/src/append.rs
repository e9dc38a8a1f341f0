//! Writing into the journal: nothing in memory gets ahead of it.

use crate::setup::Engine;
use segue_journal::{Journal, Locked};
use segue_model::{Event, EventKind, Failure, Notice, ReleaseId, Wish};
use segue_platform::attempt;
use std::{
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How long one append may take is the journal's business: it knows its disk, or
/// its connection.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

impl Engine {
    /// Appends; the events that come back are on the disk. A journal that is out
    /// of reach is waited for with patience; what is in flight goes on meanwhile.
    ///
    /// # Errors
    /// When it cannot be written, when the lock is lost, or when a person asks to
    /// stop while the journal is away. Nothing comes of `kinds` then.
    pub(crate) async fn append(&mut self, kinds: &[EventKind]) -> Result<Vec<Event>, Failure> {
        let (seq, at_ms) = self.last;
        let batch = Batch {
            journal: self.journal.as_ref(),
            locked: &self.locked,
            release: &self.shared.release,
            seq,
            kinds,
            // Times never run backwards within a release.
            at_ms: self.clock.now_ms().max(at_ms),
            tried: AtomicBool::new(false),
        };
        let away: Mutex<Option<Failure>> = Mutex::default();
        let mut writing = pin!(attempt(
            self.shared.patience,
            NEVER,
            || batch.write(),
            |failure, wait| {
                *away.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
                let _ = self.shared.notices.send(Notice::JournalAway {
                    failure: failure.clone(),
                    wait_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                });
            },
            String::new,
        ));
        loop {
            tokio::select! {
                biased;
                failure = self.shared.fence.0.lost() => return Err(failure),
                written = &mut writing => return written,
                Some(asking) = self.wishes.1.recv() => {
                    let stop = asking.wish == Wish::Stop;
                    self.heard.push(asking);
                    let mut away = away.lock().unwrap_or_else(PoisonError::into_inner);
                    if stop && let Some(failure) = away.take() {
                        return Err(failure);
                    }
                }
            }
        }
    }
}

/// Events on their way into the journal.
struct Batch<'a> {
    journal: &'a dyn Journal,
    locked: &'a Locked,
    release: &'a ReleaseId,
    /// The event that they follow.
    seq: u64,
    kinds: &'a [EventKind],
    at_ms: i64,
    tried: AtomicBool,
}

impl Batch<'_> {
    async fn write(&self) -> Result<Vec<Event>, Failure> {
        if self.tried.swap(true, Ordering::Relaxed)
            && let Some(events) = self.written().await?
        {
            return Ok(events);
        }
        self.journal
            .append(self.locked, self.release, self.kinds, self.at_ms)
            .await
    }

    /// The answer to an append may be lost, and the events written all the same.
    async fn written(&self) -> Result<Option<Vec<Event>>, Failure> {
        if self.journal.head(self.release).await?.seq == self.seq {
            return Ok(None);
        }
        let events = self.journal.events(self.release, self.seq).await?;
        if events.iter().map(|event| &event.kind).eq(self.kinds) {
            return Ok(Some(events));
        }
        Err(Failure::internal(
            "SEG6002",
            "the journal holds events that this process did not write",
        )
        .hint("`segue status` says who holds the environment"))
    }
}

//! What people asked of the release from elsewhere: it waits in the journal.

use segue_journal::{Changes, Journal};
use segue_model::{EventKind, Failure, FailureKind, ReleaseId};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// What this process appends itself counts as a change too: looking is cheap, but
/// not worth doing after every append.
const EVERY: Duration = Duration::from_millis(50);
/// How long a journal that is out of reach is left alone.
const AWAY: Duration = Duration::from_secs(1);

/// The requests of one release.
pub(crate) struct Inbox {
    journal: Arc<dyn Journal>,
    release: ReleaseId,
    changes: Box<dyn Changes>,
    /// Not before.
    look: Instant,
}

impl Inbox {
    /// Watches from now on: what is asked after this is seen.
    pub async fn open(journal: Arc<dyn Journal>, release: &ReleaseId) -> Result<Self, Failure> {
        Ok(Self {
            changes: journal.watch().await?,
            journal,
            release: release.clone(),
            look: Instant::now(),
        })
    }

    /// Waits until something may have been asked. Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Result<(), Failure> {
        sleep_until(self.look).await;
        let changed = self.changes.next().await;
        self.look = Instant::now() + EVERY;
        self.unless_away(changed).map(Option::unwrap_or_default)
    }

    /// The requests after number `after`, as the events that take them up.
    pub async fn requests(&mut self, after: u64) -> Result<Vec<EventKind>, Failure> {
        let requests = self.journal.requests(&self.release, after).await;
        let requests = self.unless_away(requests)?.unwrap_or_default();
        let taken_up = requests.into_iter().map(|request| EventKind::Asked {
            request: Some(request.id),
            by: request.by,
            because: request.because,
            wish: request.wish,
        });
        Ok(taken_up.collect())
    }

    /// Who asks can wait for a journal that is out of reach; none is lost.
    fn unless_away<T>(&mut self, read: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(failure) if failure.kind == FailureKind::Unavailable => {
                self.look = Instant::now() + AWAY;
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}

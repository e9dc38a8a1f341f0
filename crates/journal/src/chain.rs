//! The chain of hashes: each event's holds the one before it, so that none can be
//! altered, removed or moved unseen.

use crate::{damaged, format};
use segue_model::{Digest, Event, Failure, ReleaseId};

/// The hash of an event, in hexadecimal: SHA-256 over the hash before it (nothing
/// for the first), the release, its number, its time and its text as it is stored.
pub(crate) fn chain(before: &str, release: &ReleaseId, seq: u64, at_ms: i64, body: &str) -> String {
    let text = format!("{before}\n{release}\n{seq}\n{at_ms}\n{body}");
    Digest::of(text.as_bytes()).hex().to_owned()
}

/// Follows the chain of one release, event by event.
pub(crate) struct Link<'a> {
    release: &'a ReleaseId,
    seq: u64,
    /// The hash of event `seq`; none while only its number is known.
    hash: Option<String>,
}

impl<'a> Link<'a> {
    /// After event `seq`, which is then the first to be followed; 0 for the
    /// beginning, where there is no event.
    pub(crate) fn at(release: &'a ReleaseId, seq: u64) -> Self {
        Self {
            release,
            seq,
            hash: (seq == 0).then(String::new),
        }
    }

    /// The next event as it is stored; none for the one that the chain begins at.
    ///
    /// # Errors
    /// When it is not the one that was written.
    pub(crate) fn follow(
        &mut self,
        seq: u64,
        at_ms: i64,
        body: &str,
        hash: String,
    ) -> Result<Option<Event>, Failure> {
        let Some(before) = &self.hash else {
            if seq != self.seq {
                return Err(self.broken(self.seq));
            }
            self.hash = Some(hash);
            return Ok(None);
        };
        if seq != self.seq + 1 || hash != chain(before, self.release, seq, at_ms, body) {
            return Err(self.broken(self.seq + 1));
        }
        self.seq = seq;
        self.hash = Some(hash);
        let kind = format::decode(body)?;
        Ok(Some(Event { seq, at_ms, kind }))
    }

    /// Nothing follows.
    ///
    /// # Errors
    /// When the event that the chain begins at was not there.
    pub(crate) fn end(&self) -> Result<(), Failure> {
        match self.hash {
            Some(_) => Ok(()),
            None => Err(self.broken(self.seq)),
        }
    }

    fn broken(&self, seq: u64) -> Failure {
        damaged(format!(
            "event {seq} of release {} is not the one that was written",
            self.release
        ))
    }
}

//! Since when gates wait for people, and how long they may. What a gate has
//! waited for before a restart counts.

use segue_model::OperationId;
use std::{collections::HashMap, future::pending, time::Duration};
use tokio::time::{Instant, sleep_until};

/// The gates that wait for people.
#[derive(Default)]
pub(crate) struct Gates {
    /// When each was first asked about: the time of the event, in milliseconds.
    since: HashMap<OperationId, i64>,
    /// When each is given up, of those that this process watches.
    ends: HashMap<OperationId, Instant>,
}

impl Gates {
    /// People are asked about `gate`, by an event of this time.
    pub fn asked(&mut self, gate: &OperationId, at_ms: i64) {
        self.since.entry(gate.clone()).or_insert(at_ms);
    }

    /// From now on the deadline of `gate` is watched.
    pub fn watch(&mut self, gate: &OperationId, deadline_s: u32, now_ms: i64) {
        let since = self.since.get(gate).copied().unwrap_or(now_ms);
        // A clock that was set back gives no more time than the deadline.
        let waited = u64::try_from(now_ms.saturating_sub(since)).unwrap_or(0);
        let left =
            Duration::from_secs(deadline_s.into()).saturating_sub(Duration::from_millis(waited));
        self.ends.insert(gate.clone(), Instant::now() + left);
    }

    /// `gate` came to its outcome.
    pub fn forget(&mut self, gate: &OperationId) {
        self.since.remove(gate);
        self.ends.remove(gate);
    }

    /// Only those of which `waits` says so are waited for any longer.
    pub fn retain(&mut self, waits: impl Fn(&OperationId) -> bool) {
        self.ends.retain(|gate, _| waits(gate));
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Waits for the next deadline that passes; for ever where there is none.
    pub async fn passed(&self) -> OperationId {
        match self.ends.iter().min_by_key(|(_, ends)| **ends) {
            Some((gate, ends)) => {
                sleep_until(*ends).await;
                gate.clone()
            }
            None => pending().await,
        }
    }
}

/// A deadline for people: `24 h`, `90 min`, `45 s`.
pub(crate) fn words(seconds: u32) -> String {
    match seconds {
        s if s >= 3600 && s % 3600 == 0 => format!("{} h", s / 3600),
        s if s >= 60 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

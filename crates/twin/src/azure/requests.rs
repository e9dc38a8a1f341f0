//! What the function apps' front ends served: the telemetry that Application
//! Insights answers from.

use jiff::Timestamp;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// The oldest requests are forgotten beyond this many.
const MOST: usize = 1 << 20;

/// One served request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub at: Timestamp,
    pub failed: bool,
}

/// All served requests, in the order of their time.
#[derive(Default)]
pub(super) struct Requests {
    all: Mutex<VecDeque<Served>>,
}

impl Requests {
    /// An app answered with this status. Application Insights calls a request
    /// failed from 400 on.
    pub fn record(&self, status: u16) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == MOST {
            all.pop_front();
        }
        all.push_back(Served {
            at: Timestamp::now(),
            failed: status >= 400,
        });
    }

    /// What was served from `start` on and before `end`.
    pub fn between(&self, start: Timestamp, end: Timestamp) -> Vec<Served> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = |served: &&Served| (start..end).contains(&served.at);
        all.iter().filter(inside).copied().collect()
    }
}

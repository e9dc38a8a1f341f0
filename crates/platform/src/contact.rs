//! Whether a platform owes an answer: what tells "it takes too long" from "we
//! hear nothing", when a deadline passes in the middle of a call.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

tokio::task_local! {
    static CONTACT: Arc<Contact>;
}

/// Waits for a platform's answer to one request. Adapters wrap what they send
/// in it, and nothing that waits by design (a watch, a pause between two looks).
pub async fn asking<F: Future>(answer: F) -> F::Output {
    let mut question = Question {
        contact: CONTACT.try_with(Arc::clone).ok(),
        asked: Instant::now(),
    };
    let answer = answer.await;
    if let Some(contact) = question.contact.take() {
        *contact.lock() = State {
            heard: true,
            unheard: None,
        };
    }
    answer
}

/// What one attempt knows of its platform.
#[derive(Debug, Default)]
pub(crate) struct Contact(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether anything was answered.
    heard: bool,
    /// Since when a request waits that was given up unanswered.
    unheard: Option<Instant>,
}

impl Contact {
    /// Runs `call` so that its requests are noted here.
    pub(crate) async fn of<F: Future>(self: &Arc<Self>, call: F) -> F::Output {
        CONTACT.scope(self.clone(), call).await
    }

    /// Since when nothing was heard, if the last request was given up unanswered.
    pub(crate) fn unheard_since(&self) -> Option<Instant> {
        self.lock().unheard
    }

    /// Whether anything was answered.
    pub(crate) fn heard(&self) -> bool {
        self.lock().heard
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its way. Dropped before its answer, it was given up.
struct Question {
    contact: Option<Arc<Contact>>,
    asked: Instant,
}

impl Drop for Question {
    fn drop(&mut self) {
        if let Some(contact) = &self.contact {
            let mut state = contact.lock();
            let earlier = state.unheard.unwrap_or(self.asked);
            state.unheard = Some(earlier.min(self.asked));
        }
    }
}

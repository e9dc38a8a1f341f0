//! What people ask of a running release, from its own process.

use segue_model::{EventKind, Wish};
use tokio::sync::mpsc::UnboundedSender;

/// A wish, with who has it and why.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub by: String,
    pub because: String,
    pub wish: Wish,
}

impl Asking {
    /// What an event says that somebody asked for.
    pub fn of(kind: &EventKind) -> Option<Self> {
        let EventKind::Asked {
            by, because, wish, ..
        } = kind
        else {
            return None;
        };
        Some(Self {
            by: by.clone(),
            because: because.clone(),
            wish: wish.clone(),
        })
    }

    /// The event that takes it up; `request` is where it waited in the journal.
    pub fn into_event(self, request: Option<u64>) -> EventKind {
        EventKind::Asked {
            request,
            by: self.by,
            because: self.because,
            wish: self.wish,
        }
    }
}

/// Reaches a running release from its own process. What is asked is journaled
/// before anything comes of it; a release that is over ignores it.
#[derive(Clone)]
pub struct Handle(pub(crate) UnboundedSender<Asking>);

impl Handle {
    /// Begins nothing more; what is in flight comes to its outcome. Asked a
    /// second time, it is not waited for: `resume` looks at the platform first.
    pub fn stop(&self, by: &str) {
        self.ask(Wish::Stop, by, "");
    }

    /// Stops and undoes.
    pub fn cancel(&self, by: &str, because: &str) {
        self.ask(Wish::Undo, by, because);
    }

    /// Leaves everything as it is, and gives back what was paused.
    pub fn abandon(&self, by: &str, because: &str) {
        self.ask(Wish::Abandon, by, because);
    }

    /// Asks for anything.
    pub fn ask(&self, wish: Wish, by: &str, because: &str) {
        // A release that is over has nobody left who would listen.
        let _ = self.0.send(Asking {
            by: by.to_owned(),
            because: because.to_owned(),
            wish,
        });
    }
}

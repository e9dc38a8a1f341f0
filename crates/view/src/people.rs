//! What people did: who began a release, who took it up again, who asked for
//! what, when and why.

use crate::gates::Names;
use segue_model::{Event, EventKind, Plan, Wish};
use serde::Serialize;
use std::fmt;

/// What one person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// When: milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    /// Who; empty when it was not written down.
    pub by: String,
    /// `began it`, `approved uat`, `asked to undo it`.
    pub did: String,
    /// Why; empty when nothing was said.
    pub because: String,
}

impl Deed {
    /// All that people did, in order.
    pub fn all(plan: &Plan, events: &[Event]) -> Vec<Self> {
        let names = Names::of(plan);
        events
            .iter()
            .filter_map(|it| Self::of(&names, it))
            .collect()
    }

    /// What a person did in this event; none when nobody did anything.
    pub(crate) fn of(names: &Names, event: &Event) -> Option<Self> {
        let (by, did, because) = match &event.kind {
            EventKind::Started { by, .. } => (by, "began it".to_owned(), ""),
            EventKind::Resumed { by } => (by, "took it up again".to_owned(), ""),
            EventKind::Asked {
                by, because, wish, ..
            } => (by, wished(names, wish), because.as_str()),
            EventKind::Succeeded { .. }
            | EventKind::Failed { .. }
            | EventKind::Measured { .. }
            | EventKind::Finished { .. } => {
                return None;
            }
        };
        Some(Self {
            at_ms: event.at_ms,
            by: by.clone(),
            did,
            because: because.to_owned(),
        })
    }
}

/// What somebody asked for, after their name.
fn wished(names: &Names, wish: &Wish) -> String {
    match wish {
        Wish::Approve { operation } if names.overrides(operation) => {
            format!("overrode {}", names.name(operation))
        }
        Wish::Approve { operation } => format!("approved {}", names.name(operation)),
        Wish::Reject { operation } => format!("rejected {}", names.name(operation)),
        Wish::Stop => "stopped it".to_owned(),
        Wish::Undo => "asked to undo it".to_owned(),
        Wish::Abandon => "left it where it stood".to_owned(),
    }
}

impl fmt::Display for Deed {
    /// `ana approved uat: all green`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by.as_str() {
            "" => "somebody",
            by => by,
        };
        write!(f, "{by} {}", self.did)?;
        match self.because.as_str() {
            "" => Ok(()),
            because => write!(f, ": {because}"),
        }
    }
}

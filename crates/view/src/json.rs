//! A release as JSON lines, for machines. These are types of their own: what is
//! sent is a promise, what is journaled is not.

use crate::View;
use segue_model::{Direction, Ending, EventKind, Failure, Notice, OperationId, Requests, Wish};
use serde::Serialize;
use std::io::Write;

/// A release as JSON lines.
pub struct JsonLines<W> {
    to: W,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line<'a> {
    Release {
        at_ms: i64,
        state: &'static str,
        #[serde(skip_serializing_if = "str::is_empty")]
        by: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        ending: Option<Ending>,
    },
    Operation(Operation<'a>),
    Asked {
        at_ms: i64,
        by: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        because: &'a str,
        wish: &'a Wish,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<u64>,
    },
    Measured {
        at_ms: i64,
        requests: &'a Requests,
    },
    Gate {
        operation: &'a str,
        state: &'static str,
        from: &'a [String],
        count: u32,
        approved: &'a [String],
    },
    Refused {
        by: &'a str,
        wish: &'a Wish,
        line: &'a str,
    },
    JournalAway {
        failure: &'a Failure,
        retry_in_ms: u64,
    },
}

#[derive(Serialize)]
struct Operation<'a> {
    operation: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    #[serde(skip_serializing_if = "str::is_empty")]
    line: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_in_ms: Option<u64>,
}

impl<'a> Operation<'a> {
    fn new(operation: &'a OperationId, state: &'static str) -> Self {
        Self {
            operation: operation.as_str(),
            state,
            at_ms: None,
            direction: None,
            line: "",
            failure: None,
            retry_in_ms: None,
        }
    }
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Self { to }
    }

    /// Writes any other value as a line.
    pub fn line(&mut self, value: &impl Serialize) {
        // Whoever reads the lines may have gone; the release goes on.
        if let Ok(text) = serde_json::to_string(value) {
            let _ = writeln!(self.to, "{text}");
        }
    }
}

impl<W: Write + Send> View for JsonLines<W> {
    fn show(&mut self, notice: &Notice) {
        self.line(&line(notice));
    }

    /// Machines are told by events.
    fn say(&mut self, _: &str) {}

    fn end(&mut self) {
        let _ = self.to.flush();
    }
}

fn line(notice: &Notice) -> Line<'_> {
    match notice {
        Notice::Begun {
            operation,
            direction,
            at_ms,
        } => Line::Operation(Operation {
            at_ms: Some(*at_ms),
            direction: Some(*direction),
            ..Operation::new(operation, "begun")
        }),
        Notice::Progress { operation, line } => Line::Operation(Operation {
            line,
            ..Operation::new(operation, "running")
        }),
        Notice::Retrying {
            operation,
            failure,
            wait_ms,
        } => Line::Operation(Operation {
            failure: Some(failure),
            retry_in_ms: Some(*wait_ms),
            ..Operation::new(operation, "retrying")
        }),
        Notice::Awaiting {
            operation,
            from,
            count,
            approved,
        } => Line::Gate {
            operation: operation.as_str(),
            state: "awaiting",
            from,
            count: *count,
            approved,
        },
        Notice::Refused { by, wish, why } => Line::Refused {
            by,
            wish,
            line: why,
        },
        Notice::JournalAway { failure, wait_ms } => Line::JournalAway {
            failure,
            retry_in_ms: *wait_ms,
        },
        Notice::Journaled(event) => journaled(event.at_ms, &event.kind),
    }
}

fn journaled(at_ms: i64, kind: &EventKind) -> Line<'_> {
    let release = |state, by, ending| Line::Release {
        at_ms,
        state,
        by,
        ending,
    };
    match kind {
        EventKind::Started { by, .. } => release("started", by, None),
        EventKind::Resumed { by } => release("resumed", by, None),
        EventKind::Asked {
            request,
            by,
            because,
            wish,
        } => Line::Asked {
            at_ms,
            by,
            because,
            wish,
            request: *request,
        },
        EventKind::Measured { requests } => Line::Measured { at_ms, requests },
        EventKind::Finished { ending } => release("finished", "", Some(*ending)),
        EventKind::Succeeded {
            operation,
            direction,
            evidence,
        } => Line::Operation(Operation {
            at_ms: Some(at_ms),
            direction: Some(*direction),
            line: &evidence.summary,
            ..Operation::new(operation, "succeeded")
        }),
        EventKind::Failed {
            operation,
            direction,
            failure,
        } => Line::Operation(Operation {
            at_ms: Some(at_ms),
            direction: Some(*direction),
            failure: Some(failure),
            ..Operation::new(operation, "failed")
        }),
    }
}

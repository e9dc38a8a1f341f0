//! What must hold before anything changes.

use crate::Spanned;
use schemars::JsonSchema;
use segue_calendar::Calendar;
use segue_model::Action;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// A condition that must hold before anything changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name.
    pub id: Spanned<String>,
    /// What is asked.
    pub kind: GateKind,
    /// How long asking, or waiting for people, may take.
    pub deadline: Duration,
}

/// What a gate asks.
#[derive(Debug, Clone, PartialEq)]
pub enum GateKind {
    /// A GET request must be answered as expected.
    Http {
        /// The address that is asked.
        url: Spanned<String>,
        /// What the answer must be.
        expect: Expect,
    },
    /// People must approve.
    Approval {
        /// Who may, by user name; empty for everybody.
        by: Vec<Spanned<String>>,
        /// How many different people must; at least 1, and no more than may.
        count: u32,
    },
    /// Releases may run at this time.
    Window(Calendar),
}

/// What an answer must be.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Expect {
    /// The HTTP status.
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// A JSON Pointer (RFC 6901) into the answer's body, for example `/conclusion`.
    pub json: Option<Spanned<String>>,
    /// What stands at the pointer; without it, anything but null.
    pub equals: Option<Value>,
}

impl Default for Expect {
    fn default() -> Self {
        Self {
            status: 200,
            json: None,
            equals: None,
        }
    }
}

impl Gate {
    /// Whether a person may let it pass without what it asks: a closed window.
    pub fn overridable(&self) -> bool {
        matches!(self.kind, GateKind::Window(_))
    }

    /// What carries it out: people, or
    /// `http.gate {"url","status","json","equals"}`, the last two only when written, or
    /// `window {"gate","calendar"}`, with the gate's name and a
    /// [`Calendar`] as it writes itself.
    pub fn action(&self) -> Action {
        let (by, input) = match &self.kind {
            GateKind::Approval { by, count } => {
                return Action::Await {
                    from: by.iter().map(|name| name.value.clone()).collect(),
                    count: *count,
                };
            }
            GateKind::Window(calendar) => (
                "window",
                json!({ "gate": self.id.value, "calendar": calendar }),
            ),
            GateKind::Http { url, expect } => ("http.gate", asked(url, expect)),
        };
        Action::Perform {
            by: by.to_owned(),
            input,
        }
    }
}

fn asked(url: &Spanned<String>, expect: &Expect) -> Value {
    let mut input = json!({ "url": url.value, "status": expect.status });
    if let Some(pointer) = &expect.json {
        input["json"] = json!(pointer.value);
    }
    if let Some(equals) = &expect.equals {
        input["equals"] = equals.clone();
    }
    input
}

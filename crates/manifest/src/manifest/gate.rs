//! What must hold before anything changes.

use crate::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// A condition that must hold before anything changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its name.
    pub id: Spanned<String>,
    /// What is asked.
    pub kind: GateKind,
}

/// What a gate asks.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum GateKind {
    /// A GET request must be answered as expected.
    Http {
        /// The address that is asked.
        url: Spanned<String>,
        /// What the answer must be; without it, status 200.
        #[serde(default)]
        expect: Expect,
    },
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
    /// Who carries it out, and what it is told:
    /// `http.gate {"url","status","json","equals"}`, the last two only when written.
    pub fn performer(&self) -> (&'static str, Value) {
        let GateKind::Http { url, expect } = &self.kind;
        let mut input = json!({ "url": url.value, "status": expect.status });
        if let Some(pointer) = &expect.json {
            input["json"] = json!(pointer.value);
        }
        if let Some(equals) = &expect.equals {
            input["equals"] = equals.clone();
        }
        ("http.gate", input)
    }
}

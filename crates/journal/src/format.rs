//! Events as text, and what earlier formats wrote.

use crate::damaged;
use segue_model::{EventKind, Failure};
use serde_json::{Value, json};

/// An event as it is stored.
pub(crate) fn encode(kind: &EventKind) -> Result<String, Failure> {
    serde_json::to_string(kind).map_err(damaged)
}

/// An event as any format up to this one stored it. The text itself stays as it
/// is: its hash is that of what was written.
pub(crate) fn decode(body: &str) -> Result<EventKind, Failure> {
    if let Ok(kind) = serde_json::from_str(body) {
        return Ok(kind);
    }
    let old: Value = serde_json::from_str(body).map_err(damaged)?;
    serde_json::from_value(upgraded(old)).map_err(damaged)
}

/// What the first format wrote, as this one would.
fn upgraded(old: Value) -> Value {
    if old == "resumed" {
        return json!({ "resumed": { "by": "" } });
    }
    match old.get("cancel-requested") {
        Some(asked) => json!({ "asked": { "by": asked["by"], "wish": "undo" } }),
        None => old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::Wish;

    #[test]
    fn what_the_first_format_wrote_is_read() {
        let resumed = EventKind::Resumed { by: String::new() };
        assert_eq!(decode("\"resumed\""), Ok(resumed));
        let asked = decode(r#"{"cancel-requested":{"by":"ana"}}"#).unwrap();
        let undo =
            |kind| matches!(kind, EventKind::Asked { wish: Wish::Undo, by, .. } if by == "ana");
        assert!(undo(asked));
    }

    #[test]
    fn what_nobody_wrote_is_damaged() {
        for body in ["", "{", "\"paused\"", "{\"finished\":{}}"] {
            assert_eq!(decode(body).unwrap_err().code, "SEG6002", "{body}");
        }
    }
}

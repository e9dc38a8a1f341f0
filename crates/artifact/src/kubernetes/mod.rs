//! Rendered objects and what is done to them, each a function over plain JSON:
//! read and ordered ([`objects`]), marked ([`marks`]), their images resolved
//! ([`images`]), their configuration versioned ([`config`]).

pub mod config;
pub mod images;
pub mod marks;
pub mod objects;
mod pods;
mod references;

use serde_json::Value;

/// The text at a JSON pointer; empty when there is none.
fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// `Deployment auth-service`, for people.
pub fn title(object: &Value) -> String {
    format!(
        "{} {}",
        text(object, "/kind"),
        text(object, "/metadata/name")
    )
}

//! What a label of a resource may be.
//! Source: <https://cloud.google.com/resource-manager/docs/labels-overview#requirements>.

use super::error::Error;
use serde_json::{Map, Value};

/// Refuses `labels` that Google refuses.
pub(super) fn check(of: &Map<String, Value>) -> Result<(), Error> {
    let labels = of.get("labels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let starts = key.starts_with(|first: char| first.is_alphabetic());
        if !starts || !is_label(key) || !is_label(value) {
            return Err(Error::invalid(format!(
                "Label key '{key}' or its value '{value}' violates the format: only lowercase \
                 letters, digits, underscores and dashes, at most 63 characters; keys begin with \
                 a letter."
            )));
        }
    }
    Ok(())
}

fn is_label(text: &str) -> bool {
    let fits = |c: char| c == '_' || c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
    text.chars().count() <= 63 && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_label_is_lowercase_and_short() {
        let check = |key: &str, value: &str| {
            let of = json!({"labels": {key: value}});
            check(of.as_object().unwrap()).is_ok()
        };
        assert!(check("segue-operation", "0af3_9-x"));
        assert!(!check("segue-operation", "sha256:0af3"));
        assert!(!check("Segue", "x"));
        assert!(!check("x", &"y".repeat(64)));
    }
}

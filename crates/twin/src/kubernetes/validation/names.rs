//! Names, labels and annotations.

use crate::kubernetes::{kind::Kind, object::name, status::Cause};
use serde_json::{Value, json};

pub const LABEL_WORDS: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_WORDS: &str = "a lowercase RFC 1123 subdomain must consist of lower case \
    alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_WORDS: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/// Whether `text` is an RFC 1123 label.
pub fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_label_value(text: &str) -> bool {
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    text.len() <= 63
        && text
            .chars()
            .all(|letter| edge(letter) || "-_.".contains(letter))
        && (text.is_empty() || text.starts_with(edge) && text.ends_with(edge))
}

fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && !name.is_empty() && is_label_value(name),
        None => !key.is_empty() && is_label_value(key),
    }
}

pub fn metadata(kind: &Kind, object: &Value, causes: &mut Vec<Cause>) {
    let short = matches!(kind.kind, "Namespace" | "Service");
    let valid = if short { is_label } else { is_subdomain };
    if !valid(name(object)) {
        let words = if short { LABEL_WORDS } else { SUBDOMAIN_WORDS };
        causes.push(Cause::invalid("metadata.name", &json!(name(object)), words));
    }
    labels(&object["metadata"]["labels"], "metadata.labels", causes);
    for (key, _) in object["metadata"]["annotations"]
        .as_object()
        .into_iter()
        .flatten()
    {
        if !is_label_key(&key.to_ascii_lowercase()) {
            causes.push(Cause::invalid(
                "metadata.annotations",
                &json!(key),
                "name part must be qualified",
            ));
        }
    }
}

pub fn labels(labels: &Value, field: &str, causes: &mut Vec<Cause>) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        if !is_label_key(key) {
            causes.push(Cause::invalid(
                field,
                &json!(key),
                "name part must be qualified",
            ));
        }
        if !is_label_value(value.as_str().unwrap_or_default()) {
            causes.push(Cause::invalid(field, value, LABEL_VALUE_WORDS));
        }
    }
}

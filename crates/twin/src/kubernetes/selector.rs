//! Label and field selectors.

use super::{object::text, status::ApiError};
use serde_json::Value;

/// One requirement on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

/// What a list or a watch is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<(String, String, bool)>,
}

impl Selector {
    /// Reads the query's `labelSelector` and `fieldSelector`.
    pub fn parse(labels: &str, fields: &str) -> Result<Self, ApiError> {
        let labels = split(labels)
            .into_iter()
            .map(|part| requirement(part.trim()))
            .collect::<Result<_, _>>()?;
        let fields = split(fields)
            .into_iter()
            .map(|part| field(part.trim()))
            .collect::<Result<_, _>>()?;
        Ok(Self { labels, fields })
    }

    /// A `LabelSelector` object (`matchLabels`, `matchExpressions`).
    pub fn of_object(selector: &Value) -> Self {
        let mut selected = Self::of_map(&selector["matchLabels"]);
        for expression in super::object::items(selector, "/matchExpressions") {
            let key = text(expression, "/key").to_owned();
            let values = super::object::items(expression, "/values")
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect();
            selected.labels.push(match text(expression, "/operator") {
                "In" => Requirement::In(key, values),
                "NotIn" => Requirement::NotIn(key, values),
                "Exists" => Requirement::Exists(key),
                _ => Requirement::Absent(key),
            });
        }
        selected
    }

    /// A plain map of labels, as a Service has it.
    pub fn of_map(labels: &Value) -> Self {
        let labels = labels
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| {
                Requirement::In(key.clone(), vec![value.as_str().unwrap_or("").to_owned()])
            })
            .collect();
        Self {
            labels,
            fields: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// The only value that it allows for a label.
    pub fn label(&self, wanted: &str) -> Option<&str> {
        self.labels
            .iter()
            .find_map(|requirement| match requirement {
                Requirement::In(key, values) if key == wanted && values.len() == 1 => {
                    values.first().map(String::as_str)
                }
                _ => None,
            })
    }

    /// The only name that it allows.
    pub fn name(&self) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _, equal)| field == "metadata.name" && *equal)
            .map(|(_, value, _)| value.as_str())
    }

    /// Whether an object is selected.
    pub fn matches(&self, object: &Value) -> bool {
        self.matches_labels(&object["metadata"]["labels"])
            && self.fields.iter().all(|(field, value, equal)| {
                let pointer = format!("/{}", field.replace('.', "/"));
                (text(object, &pointer) == value) == *equal
            })
    }

    /// Whether labels are selected.
    pub fn matches_labels(&self, labels: &Value) -> bool {
        self.labels.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => labels[key]
                .as_str()
                .is_some_and(|label| values.iter().any(|value| value == label)),
            Requirement::NotIn(key, values) => labels[key]
                .as_str()
                .is_none_or(|label| values.iter().all(|value| value != label)),
            Requirement::Exists(key) => labels[key].is_string(),
            Requirement::Absent(key) => !labels[key].is_string(),
        })
    }
}

/// Splits at commas outside parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn requirement(part: &str) -> Result<Requirement, ApiError> {
    if let Some((key, values)) = part.split_once(" notin ") {
        return Ok(Requirement::NotIn(key.trim().to_owned(), set(values)));
    }
    if let Some((key, values)) = part.split_once(" in ") {
        return Ok(Requirement::In(key.trim().to_owned(), set(values)));
    }
    if let Some((key, value)) = part.split_once("!=") {
        return Ok(Requirement::NotIn(
            key.trim().to_owned(),
            vec![value.trim().to_owned()],
        ));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok(Requirement::In(
            key.trim().to_owned(),
            vec![value.trim().to_owned()],
        ));
    }
    let (key, exists) = match part.strip_prefix('!') {
        Some(key) => (key.trim(), false),
        None => (part, true),
    };
    if key.is_empty() || key.contains(char::is_whitespace) {
        return Err(ApiError::bad_request(format!(
            "unable to parse requirement: {part}"
        )));
    }
    let key = key.to_owned();
    Ok(if exists {
        Requirement::Exists(key)
    } else {
        Requirement::Absent(key)
    })
}

fn set(values: &str) -> Vec<String> {
    values
        .trim()
        .trim_matches(['(', ')'])
        .split(',')
        .map(|value| value.trim().to_owned())
        .collect()
}

/// The fields that some kind allows in a field selector.
const FIELDS: [&str; 10] = [
    "metadata.name",
    "metadata.namespace",
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "involvedObject.uid",
    "reason",
    "type",
    "status.phase",
    "spec.nodeName",
];

fn field(part: &str) -> Result<(String, String, bool), ApiError> {
    let (field, value, equal) = if let Some((field, value)) = part.split_once("!=") {
        (field, value, false)
    } else if let Some((field, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        (field, value, true)
    } else {
        return Err(ApiError::bad_request(format!(
            "invalid selector: '{part}'; can't understand '{part}'"
        )));
    };
    if !FIELDS.contains(&field) {
        return Err(ApiError::bad_request(format!(
            "field label not supported: {field}"
        )));
    }
    Ok((field.to_owned(), value.to_owned(), equal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn label_selectors_select() {
        let object = json!({"metadata": {"name": "a", "labels": {"app": "x", "tier": "web"}}});
        for (selector, matches) in [
            ("app=x", true),
            ("app==x,tier=web", true),
            ("app!=x", false),
            ("app in (y, x)", true),
            ("app notin (y)", true),
            ("tier", true),
            ("!tier", false),
            ("", true),
        ] {
            let parsed = Selector::parse(selector, "").unwrap();
            assert_eq!(parsed.matches(&object), matches, "{selector}");
        }
    }

    #[test]
    fn field_selectors_select_and_refuse_what_is_unknown() {
        let object = json!({"metadata": {"name": "a"}});
        assert!(
            Selector::parse("", "metadata.name=a")
                .unwrap()
                .matches(&object)
        );
        assert!(
            !Selector::parse("", "metadata.name!=a")
                .unwrap()
                .matches(&object)
        );
        assert!(Selector::parse("", "spec.replicas=1").is_err());
    }
}

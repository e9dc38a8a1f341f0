//! Holds JSON against the schemas of a Discovery document: unknown fields and
//! wrong types are violations, in Google's own words.

use super::discovery::Document;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The part of a JSON schema that Discovery documents use.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Schema {
    r#type: String,
    format: String,
    #[serde(rename = "enum")]
    names: Vec<String>,
    /// The names' numbers where they are not their positions.
    #[serde(rename = "x-enumNumbers")]
    numbers: Vec<i64>,
    read_only: bool,
    pub location: String,
    #[serde(rename = "$ref")]
    pub reference: String,
    items: Option<Box<Schema>>,
    pub properties: BTreeMap<String, Schema>,
    additional_properties: Option<Box<Schema>>,
}

/// Which way the JSON goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To the API: output-only fields are ignored, as the clouds do.
    Request,
    /// From the API.
    Response,
}

/// What is wrong: the field's path, and Google's words for it.
pub(super) type Violation = (String, String);

/// Checks values against one document.
pub(super) struct Check<'a> {
    document: &'a Document,
    way: Way,
    pub violations: Vec<Violation>,
}

impl<'a> Check<'a> {
    pub fn new(document: &'a Document, way: Way) -> Self {
        Self {
            document,
            way,
            violations: Vec::new(),
        }
    }

    /// The value as the twins store it (enums by name, int64 as strings); none
    /// when it is absent, output-only, or wrong.
    pub fn value(&mut self, schema: &Schema, value: &Value, at: &str) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        if !schema.reference.is_empty() {
            let document = self.document;
            return match document.schemas.get(&schema.reference) {
                Some(schema) => self.value(schema, value, at),
                None => self.wrong(at, &schema.reference, value),
            };
        }
        match schema.r#type.as_str() {
            "object" => self.object(schema, value, at),
            "array" => self.array(schema, value, at),
            "any" => Some(value.clone()),
            _ => self.scalar(schema, value, at),
        }
    }

    fn object(&mut self, schema: &Schema, value: &Value, at: &str) -> Option<Value> {
        let Some(object) = value.as_object() else {
            return self.wrong(at, "TYPE_MESSAGE", value);
        };
        let mut kept = Map::new();
        for (name, value) in object {
            let known = schema.properties.get(name);
            let Some(field) = known.or(schema.additional_properties.as_deref()) else {
                self.unknown(name, at);
                continue;
            };
            let value = self.value(field, value, &join(at, name));
            let ignored = self.way == Way::Request && field.read_only;
            if let Some(value) = value.filter(|_| !ignored) {
                kept.insert(name.clone(), value);
            }
        }
        Some(Value::Object(kept))
    }

    fn array(&mut self, schema: &Schema, value: &Value, at: &str) -> Option<Value> {
        let (Some(values), Some(items)) = (value.as_array(), &schema.items) else {
            return self.wrong(at, "TYPE_MESSAGE", value);
        };
        let kept = values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| self.value(items, value, &format!("{at}[{index}]")))
            .collect();
        Some(Value::Array(kept))
    }

    fn scalar(&mut self, schema: &Schema, value: &Value, at: &str) -> Option<Value> {
        if !schema.names.is_empty() {
            return match schema.name_of(value) {
                Some(name) => Some(Value::from(name)),
                // Numbers of output-only enums are dropped unread.
                None if schema.read_only && self.way == Way::Request => None,
                None => self.wrong(at, "TYPE_ENUM", value),
            };
        }
        let (kind, kept) = match (schema.r#type.as_str(), schema.format.as_str()) {
            ("boolean", _) => ("TYPE_BOOL", value.as_bool().map(Value::from)),
            ("integer", _) => (
                "TYPE_INT32",
                whole(value)
                    .filter(|n| i32::try_from(*n).is_ok())
                    .map(Value::from),
            ),
            ("number", _) => ("TYPE_DOUBLE", value.as_f64().and(Some(value.clone()))),
            (_, "int64" | "uint64") => (
                "TYPE_INT64",
                whole(value).map(|n| Value::from(n.to_string())),
            ),
            (_, "google-duration") => (
                "type.googleapis.com/google.protobuf.Duration",
                value
                    .as_str()
                    .filter(|text| is_duration(text))
                    .map(Value::from),
            ),
            _ => ("TYPE_STRING", value.as_str().map(Value::from)),
        };
        kept.or_else(|| self.wrong(at, kind, value))
    }

    /// Checks the value of a query parameter, which is always text.
    pub fn parameter(&mut self, schema: &Schema, name: &str, text: &str) {
        let fits = match schema.r#type.as_str() {
            _ if text.is_empty() => true,
            "boolean" => matches!(text, "true" | "false"),
            "integer" => text.parse::<i32>().is_ok(),
            _ => schema.names.is_empty() || schema.names.iter().any(|name| name == text),
        };
        if !fits {
            let kind = match schema.r#type.as_str() {
                "boolean" => "TYPE_BOOL",
                "integer" => "TYPE_INT32",
                _ => "TYPE_ENUM",
            };
            self.wrong(&snake(name), kind, &Value::from(text));
        }
    }

    fn unknown(&mut self, name: &str, at: &str) {
        let place = if at.is_empty() {
            String::new()
        } else {
            format!(" at '{at}'")
        };
        self.violations.push((
            at.to_owned(),
            format!(
                "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
            ),
        ));
    }

    fn wrong(&mut self, at: &str, kind: &str, value: &Value) -> Option<Value> {
        self.violations.push((
            at.to_owned(),
            format!("Invalid value at '{at}' ({kind}), {value}"),
        ));
        None
    }
}

impl Schema {
    fn name_of(&self, value: &Value) -> Option<&str> {
        let index = match value {
            Value::String(text) => self.names.iter().position(|name| name == text),
            Value::Number(number) if self.numbers.is_empty() => number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok()),
            Value::Number(number) => self
                .numbers
                .iter()
                .position(|known| number.as_i64() == Some(*known)),
            _ => None,
        };
        self.names.get(index?).map(String::as_str)
    }
}

/// A whole number, written as one or as text.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

/// `3.5s`. Source: protobuf's JSON mapping of `google.protobuf.Duration`.
fn is_duration(text: &str) -> bool {
    text.strip_suffix('s')
        .is_some_and(|seconds| seconds.parse::<f64>().is_ok())
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        snake(name)
    } else {
        format!("{at}.{}", snake(name))
    }
}

/// Google's errors name fields as its protos do.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::discovery::RUN, *};
    use serde_json::json;

    fn check(value: &Value) -> (Option<Value>, Vec<Violation>) {
        let mut check = Check::new(&RUN, Way::Request);
        let kept = check.value(&RUN.schemas["GoogleCloudRunV2Service"], value, "service");
        (kept, check.violations)
    }

    #[test]
    fn unknown_fields_are_named_as_google_names_them() {
        let (_, violations) = check(&json!({"template": {"x": 1}}));
        assert_eq!(
            violations[0].1,
            "Invalid JSON payload received. Unknown name \"x\" at 'service.template': Cannot find field."
        );
    }

    #[test]
    fn wrong_types_are_named() {
        let (_, violations) =
            check(&json!({"template": {"maxInstanceRequestConcurrency": "many"}}));
        assert_eq!(
            violations[0].1,
            "Invalid value at 'service.template.max_instance_request_concurrency' (TYPE_INT32), \"many\""
        );
    }

    #[test]
    fn numbers_of_enums_become_names_and_output_is_ignored() {
        let (kept, violations) = check(&json!({
            "launchStage": 4, "traffic": [{"type": 2, "percent": 5}],
            "terminalCondition": {"reason": 99}, "generation": "7",
        }));
        assert_eq!(violations, []);
        assert_eq!(
            kept,
            Some(json!({
                "launchStage": "GA",
                "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "percent": 5}],
            }))
        );
    }
}

//! One checked request: its method, what its path names, its query and body.

use super::{
    discovery::{Captures, Document, Method, NoMethod, decoded},
    error::Error,
    schema::{Check, Way},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A request that fits the API's document.
pub(super) struct Call<'a> {
    pub method: &'a Method,
    captures: Captures,
    query: BTreeMap<String, String>,
    /// The body's known, writable fields.
    pub body: Map<String, Value>,
}

impl<'a> Call<'a> {
    /// Holds a request against `document`.
    pub fn parse(
        document: &'a Document,
        verb: &str,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Result<Self, Error> {
        let (method, captures) = document.find(verb, path).map_err(|none| match none {
            NoMethod::Path => Error::not_found("Method not found."),
            NoMethod::Verb => Error::method_not_allowed(),
        })?;
        let mut check = Check::new(document, Way::Request);
        let query = checked_query(document, method, query, &mut check);
        let body = checked_body(method, body, &mut check)?;
        if !check.violations.is_empty() {
            return Err(Error::violations(&check.violations));
        }
        Ok(Self {
            method,
            captures,
            query,
            body,
        })
    }

    /// One segment of the path: `servicesId`; empty when the method has none.
    pub fn segment(&self, name: &str) -> &str {
        self.captures.segments.get(name).map_or("", String::as_str)
    }

    /// The full name that the path gives: of the resource, or of its parent.
    pub fn resource(&self) -> &str {
        &self.captures.resource
    }

    /// A query parameter; none when absent or empty.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .get(name)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Whether a query parameter is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.query(name) == Some("true")
    }
}

fn checked_query(
    document: &Document,
    method: &Method,
    query: &str,
    check: &mut Check<'_>,
) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(&name.replace('+', " "));
        let text = decoded(&text.replace('+', " "));
        // `$alt=json;enum-encoding=int` is what the official clients send.
        let system = matches!(name.as_str(), "$alt" | "alt" | "$prettyPrint");
        let schema = method
            .parameters
            .get(&name)
            .filter(|schema| schema.location != "path")
            .or_else(|| document.parameters.get(&name));
        match schema {
            _ if system => {}
            Some(schema) => check.parameter(schema, &name, &text),
            None => check.violations.push((
                String::new(),
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query \
                     parameter. Field '{name}' could not be found in request message."
                ),
            )),
        }
        kept.insert(name, text);
    }
    kept
}

fn checked_body(
    method: &Method,
    body: &[u8],
    check: &mut Check<'_>,
) -> Result<Map<String, Value>, Error> {
    let value: Value = if body.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(body)
            .map_err(|why| Error::invalid(format!("Invalid JSON payload received. {why}")))?
    };
    let Some(schema) = &method.request else {
        let empty = value.as_object().is_none_or(Map::is_empty);
        return if empty {
            Ok(Map::new())
        } else {
            Err(Error::invalid(
                "Invalid JSON payload received. Unexpected request body.",
            ))
        };
    };
    match check.value(schema, &value, &body_field(method, &schema.reference)) {
        Some(Value::Object(body)) => Ok(body),
        _ => Ok(Map::new()),
    }
}

/// The request's field that the body stands for: none for `…Request` messages
/// and PUT, which Google maps whole, else the resource's own name.
fn body_field(method: &Method, message: &str) -> String {
    if message.ends_with("Request") || method.http_method == "PUT" {
        return String::new();
    }
    let start = message.rfind(char::is_uppercase).unwrap_or(0);
    message[start..].to_ascii_lowercase()
}

//! Whether a tree has the shape that the JSON Schema describes.
//!
//! What does not fit is said and taken out of the tree, so that the rest can still be
//! read: serde would stop at the first problem. Of JSON Schema it knows what
//! [`crate::schema()`] uses.

mod choice;
mod map;

pub(crate) use map::deduplicate;

use crate::{
    Code, Diagnostic, Span,
    diagnostic::Findings,
    node::{Kind, Node},
};
use serde_json::Value;
use std::fmt;

/// Takes out of `root` what does not fit `schema`. False when nothing is left that
/// could be read.
pub(crate) fn check(root: &mut Node, schema: &Value, found: &mut Findings) -> bool {
    let mut shape = Shape {
        definitions: &schema["$defs"],
        found,
    };
    let at = Place {
        key: "",
        span: Span::default(),
        about: None,
    };
    shape.check(root, schema, at)
}

/// Where a value stands: the key that it belongs to, empty for the whole.
#[derive(Clone, Copy)]
struct Place<'a> {
    key: &'a str,
    span: Span,
    /// What the schema says of the key.
    about: Option<&'a str>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key {
            "" => f.write_str("the manifest"),
            key => write!(f, "`{key}`"),
        }
    }
}

struct Shape<'a> {
    definitions: &'a Value,
    found: &'a mut Findings,
}

impl<'a> Shape<'a> {
    /// Whether the node can be used.
    fn check(&mut self, node: &mut Node, schema: &'a Value, at: Place) -> bool {
        if matches!(node.kind, Kind::Broken) {
            return false;
        }
        let schema = self.resolve(schema);
        if schema.get("properties").is_none() {
            for choice in ["oneOf", "anyOf"] {
                if let Some(branches) = schema[choice].as_array() {
                    return self.choose(node, branches, at);
                }
            }
        }
        let Some(kind) = schema["type"].as_str() else {
            return true; // Anything goes.
        };
        if !is(node, kind) {
            let about = schema["pattern"]
                .is_string()
                .then(|| schema["description"].as_str());
            let about = about.flatten().or(at.about);
            self.wrong_type(node, &[in_words(kind)], Place { about, ..at });
            return false;
        }
        if let (Some(word), Kind::Text(text)) = (schema["const"].as_str(), &node.kind)
            && text != word
        {
            let message = format!("{at} can not be `{text}`");
            let diagnostic = Diagnostic::error(Code::WrongType, spot(node, at), message);
            self.found
                .push(diagnostic.help_if(at.about.map(str::to_owned)));
            return false;
        }
        match &mut node.kind {
            Kind::Text(text) => {
                !text.is_empty() || schema["minLength"] == 0 || self.empty(node, at)
            }
            Kind::Number(number) => {
                let number = number.as_i64().unwrap_or(i64::MAX);
                self.range(number, node.span, schema)
            }
            Kind::List(list) if list.is_empty() && schema["minItems"] == 1 => self.empty(node, at),
            Kind::List(list) => {
                list.retain_mut(|item| self.check(item, &schema["items"], at));
                true
            }
            Kind::Map(map) => self.map(map, schema, at),
            _ => true,
        }
    }

    /// Follows a reference into the definitions.
    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => &self.definitions[name.trim_start_matches("#/$defs/")],
            None => schema,
        }
    }

    fn empty(&mut self, node: &Node, at: Place) -> bool {
        let message = format!("{at} is empty");
        let span = spot(node, at);
        self.found
            .push(Diagnostic::error(Code::WrongType, span, message).help("write a value"));
        false
    }

    fn range(&mut self, number: i64, span: Span, schema: &Value) -> bool {
        let (least, most) = (&schema["minimum"], &schema["maximum"]);
        let low = least.as_i64().is_some_and(|least| number < least);
        let high = most.as_i64().is_some_and(|most| number > most);
        if low || high {
            let side = if low { "small" } else { "large" };
            let help = match (least.as_i64(), most.as_i64()) {
                (Some(least), Some(most)) => format!("from {least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (_, most) => format!("at most {}", most.unwrap_or(i64::MAX)),
            };
            let message = format!("this number is too {side}");
            self.found
                .push(Diagnostic::error(Code::OutOfRange, span, message).help(help));
        }
        !(low || high)
    }

    fn wrong_type(&mut self, node: &Node, expected: &[&str], at: Place) {
        let expected = expected.join(" or ");
        let found = node.describe();
        let message = match &node.kind {
            Kind::Null => format!("{at} has no value; it must be {expected}"),
            _ => format!("{at} must be {expected}, not {found}"),
        };
        let example = at.about.filter(|about| about.contains("for example"));
        let help = match &node.kind {
            Kind::Null => Some("write a value, or remove the key"),
            Kind::Number(_) | Kind::Bool(_) if expected.contains("text") => {
                example.or(Some("put it in quotes to make it a text"))
            }
            Kind::Text(_) if expected.contains("number") => {
                Some("write a whole number, without quotes")
            }
            _ => at.about,
        };
        let help = help.map(str::to_owned);
        let diagnostic = Diagnostic::error(Code::WrongType, spot(node, at), message)
            .label(format!("this is {found}"))
            .help_if(help);
        self.found.push(diagnostic);
    }
}

/// Where a node is best pointed at: a scalar itself, else its key.
fn spot(node: &Node, at: Place) -> Span {
    match node.kind {
        Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) if node.span.end > node.span.start => {
            node.span
        }
        _ => at.span,
    }
}

fn is(node: &Node, kind: &str) -> bool {
    match &node.kind {
        Kind::Bool(_) => kind == "boolean",
        Kind::Number(number) => kind == "number" || kind == "integer" && !number.is_f64(),
        Kind::Text(_) => kind == "string",
        Kind::List(_) => kind == "array",
        Kind::Map(_) => kind == "object",
        Kind::Null | Kind::Broken => false,
    }
}

fn in_words(kind: &str) -> &'static str {
    match kind {
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a mapping",
        _ => "something else",
    }
}

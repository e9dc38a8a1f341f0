//! Files of YAML (and JSON, which is YAML) as trees that know their lines.

use crate::{
    Problem, Text,
    finding::{Findings, Origin, is_short},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// The most bytes of a file.
const MOST_BYTES: usize = 4 << 20;

/// A value and its line.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub line: usize,
    span: (usize, usize),
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Nothing,
    Text(String),
    /// A number or a truth: what is written counts, not what it means.
    Written,
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// The documents of a file; what can not be read is a problem.
pub(crate) fn read(file: &Text, found: &mut Findings) -> Vec<Node> {
    match parse(&file.text) {
        Ok(nodes) => nodes,
        Err(line) => {
            let message = format!("{} is no YAML that can be read", file.path);
            // The words of the line are not shown: it may hold anything.
            let at = Origin::new(&file.path, line, "here".into());
            let help = "correct the file, or go on without what it says";
            found.problem(Problem::new("SEG1101", message, &[&at], help));
            Vec::new()
        }
    }
}

/// The documents of a text, or the line at which it is no YAML; 0 where it is too much.
pub(crate) fn parse(text: &str) -> Result<Vec<Node>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MOST_BYTES {
        return Err(0);
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 400_000,
            max_nodes: 200_000,
            max_depth: 64,
            flow_nesting_limit: 64,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_merge_keys: 1_000,
            max_documents: 1_000,
            max_recorded_anchor_events: 50_000,
            max_recorded_anchor_bytes: MOST_BYTES,
            max_total_scalar_bytes: 2 * MOST_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 16,
            max_alias_expansions_per_anchor: 1_000,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        strict_booleans: true,
        with_snippet: false,
    };
    let mut nodes: Vec<Node> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
            let line = error.location().map_or(0, |it| it.line());
            usize::try_from(line).unwrap_or(0)
        })?;
    nodes.iter_mut().for_each(|node| node.take_written(text));
    Ok(nodes)
}

impl Node {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let mut all = self.entries().filter(|(name, _)| name.text() == Some(key));
        all.next().map(|(_, value)| value)
    }

    /// The value at the end of a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text at the end of a path, with its line; nothing where it is no short text.
    pub fn word(&self, path: &[&str]) -> Option<(&str, usize)> {
        let node = self.at(path)?;
        let text = node.text()?.trim();
        is_short(text).then_some((text, node.line))
    }

    /// Keys and values, in their order.
    pub fn entries(&self) -> impl Iterator<Item = (&Self, &Self)> {
        let entries: &[_] = match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|(key, value)| (key, value))
    }

    /// The members of a list, in their order.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Numbers become what is written: a version `1.10` is not `1.1`.
    fn take_written(&mut self, text: &str) {
        match &mut self.value {
            Value::Written => {
                let (start, length) = self.span;
                let written = text.get(start..start.saturating_add(length)).unwrap_or("");
                self.value = Value::Text(written.trim().to_owned());
            }
            Value::List(items) => items.iter_mut().for_each(|it| it.take_written(text)),
            Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.take_written(text);
                value.take_written(text);
            }),
            Value::Nothing | Value::Text(_) => {}
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<Value>::deserialize(from)?;
        let span = spanned.referenced.span();
        let number = |it: Option<u64>| it.and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
        Ok(Self {
            line: usize::try_from(spanned.referenced.line()).unwrap_or(0),
            span: (number(span.byte_offset()), number(span.byte_len())),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Written)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = from.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Map(entries))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_numbers_are_as_written() {
        let nodes = parse("a: 1.10\n---\nb:\n  - true\n  - x\n").unwrap();
        assert_eq!(nodes[0].word(&["a"]), Some(("1.10", 1)));
        let items = nodes[1].get("b").unwrap().items();
        let words: Vec<_> = items
            .iter()
            .map(|it| (it.text().unwrap(), it.line))
            .collect();
        assert_eq!(words, [("true", 4), ("x", 5)]);
    }

    #[test]
    fn a_flaw_is_told_by_its_line() {
        assert_eq!(parse("a: b\nc: [\n").err().map(|line| line > 1), Some(true));
    }
}

//! YAML as a tree in which every key and value knows its place.

use crate::source::Span;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// A value and its place. A list or mapping is best pointed at by its key, or by its
/// first key where it has none.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// A value of which something is wrong already, and said.
    Broken,
}

/// A key and its value, in written order; duplicates are kept.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Always a [`Kind::Text`].
    pub key: Node,
    pub value: Node,
}

impl Node {
    /// The text of a scalar that is text.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, when it is a mapping that has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Map(map) => map.iter().find(|it| it.name() == name).map(|it| &it.value),
            _ => None,
        }
    }

    /// What it is, in words for people.
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
            Kind::Broken => "something broken",
        }
    }
}

impl Entry {
    pub fn name(&self) -> &str {
        self.key.text().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<Kind>::deserialize(from)?;
        Ok(Self {
            span: place(&spanned.referenced),
            kind: spanned.value,
        })
    }
}

/// Byte offsets; a place that the parser does not know is the file's start.
pub(crate) fn place(location: &serde_saphyr::Location) -> Span {
    let span = location.span();
    let number = |part: Option<u64>| part.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let start = number(span.byte_offset());
    Span {
        start,
        end: start.saturating_add(number(span.byte_len())),
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Kind, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(serde_json::Number::from_f64(value)
            .map_or_else(|| Kind::Text(value.to_string()), Kind::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Kind, E> {
        Ok(Kind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(mut node) = from.next_element::<Node>()? {
            if let Kind::Map(map) = &node.kind
                && let [first, ..] = map.as_slice()
            {
                node.span = first.key.span;
            }
            list.push(node);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Kind, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = from.next_key::<serde_saphyr::Spanned<String>>()? {
            let span = place(&key.referenced);
            let mut value: Node = from.next_value()?;
            if matches!(value.kind, Kind::List(_) | Kind::Map(_)) {
                value.span = span;
            }
            let kind = Kind::Text(key.value);
            map.push(Entry {
                key: Node { span, kind },
                value,
            });
        }
        Ok(Kind::Map(map))
    }
}

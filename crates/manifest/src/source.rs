//! The text of a manifest, and places in it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, SeqAccess, Visitor},
};
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    ops::{Deref, Range},
};

/// The largest manifest that is read, in bytes: 1 MiB.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// A manifest's text with the name under which diagnostics show it.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path as the person wrote it.
    pub name: String,
    /// The text, without a byte order mark.
    pub text: String,
    pub(crate) flaw: Option<Flaw>,
}

/// Why bytes are no text that could be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flaw {
    TooLarge(usize),
    NotUtf8(usize),
}

impl Source {
    /// Takes the bytes of a file. Bytes that are no UTF-8, or too many, are kept
    /// from the parser; [`crate::parse`] then says so.
    pub fn new(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (text, flaw) = if bytes.len() > MAX_BYTES {
            (Cow::Borrowed(""), Some(Flaw::TooLarge(bytes.len())))
        } else {
            let flaw = std::str::from_utf8(bytes).err();
            (
                String::from_utf8_lossy(bytes),
                flaw.map(|error| Flaw::NotUtf8(error.valid_up_to())),
            )
        };
        Self {
            name: name.into(),
            text: text.into_owned(),
            flaw,
        }
    }

    /// The place, cut so that it lies in the text and splits no character.
    pub(crate) fn fit(&self, span: Span) -> Range<usize> {
        let start = self.text.floor_char_boundary(span.start);
        start..self.text.ceil_char_boundary(span.end.max(start))
    }

    /// The text at a place; empty when the place lies outside.
    pub fn at(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }
}

/// A place in a source: byte offsets, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A value with the place where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The name under which [`Spanned`] asks the node deserializer for a place.
pub(crate) const SPANNED: &str = "$segue_manifest::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with its place")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
                let missing = || de::Error::custom("a value without its place");
                let start = parts.next_element()?.ok_or_else(missing)?;
                let end = parts.next_element()?.ok_or_else(missing)?;
                let value = parts.next_element()?.ok_or_else(missing)?;
                Ok(Spanned::new(value, Span { start, end }))
            }
        }

        from.deserialize_newtype_struct(SPANNED, Parts(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

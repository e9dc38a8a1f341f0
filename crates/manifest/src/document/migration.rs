//! The shape of a migration.

use super::DurationText;
use crate::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{borrow::Cow, fmt};

/// A program that changes what a module keeps its data in. It is called again after
/// a crash, and must then do only what is missing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Migration")]
pub(crate) struct MigrationText {
    /// The program and its arguments, called without a shell in this file's
    /// directory, for example `[flyway, migrate]`.
    #[schemars(length(min = 1))]
    pub command: Vec<Spanned<String>>,
    /// What takes the migration back: `{ command: [...] }`, or `none` when nothing
    /// can: a point of no return, which stays when the release is undone, with all
    /// that it stands on.
    pub undo: UndoText,
    /// The names of variables that the program sees besides `PATH` and `HOME`; their
    /// values are written nowhere.
    #[serde(default)]
    pub environment: Vec<Spanned<String>>,
    /// How long it may take; the module's when not written.
    pub deadline: Option<Spanned<DurationText>>,
}

/// What takes a migration back.
#[derive(Debug)]
pub(crate) enum UndoText {
    None,
    Program(UndoProgram),
}

/// A program that takes a migration back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct UndoProgram {
    /// The program and its arguments, for example `[flyway, undo]`.
    #[schemars(length(min = 1))]
    pub command: Vec<Spanned<String>>,
}

/// The only text that says what undoes a migration.
const NONE: &str = "none";

impl<'de> Deserialize<'de> for UndoText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = UndoText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`none` or a mapping")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<UndoText, E> {
                match text {
                    NONE => Ok(UndoText::None),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<UndoText, A::Error> {
                UndoProgram::deserialize(MapAccessDeserializer::new(map)).map(UndoText::Program)
            }
        }

        from.deserialize_any(Either)
    }
}

impl JsonSchema for UndoText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Undo".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let program = generator.subschema_for::<UndoProgram>();
        json_schema!({ "anyOf": [{ "type": "string", "const": NONE }, program] })
    }
}

//! The manifest room: the text of `segue.yaml` becomes a [`Manifest`] and
//! [`Diagnostic`]s that point into the text, and the JSON Schema of the format.
//!
//! It knows the format of version 1 and the names of platforms; it knows no
//! cloud, no lock and no plan. Reading files is left to the caller, except for
//! [`check_files`], which asks whether what the manifest names is there.
//!
//! The way of the data: text → tree of nodes with their places → variables
//! resolved → checked against the JSON Schema, so that schema and reader can not
//! differ → document → [`Manifest`], checked as a whole. Each step goes on after
//! a problem with what is left, so that one run names as many problems as it can.

mod code;
mod de;
mod diagnostic;
mod document;
mod files;
mod lower;
mod manifest;
mod names;
mod node;
mod parse;
mod passwords;
mod schema;
mod shape;
mod source;
mod variables;
mod yaml;

pub use code::Code;
pub use diagnostic::{Diagnostic, Label, Severity};
pub use files::check_files;
pub use manifest::{
    After, Artifact, Check, CloudScheduler, CronJob, EventGrid, Expect, Gate, GateKind, Hold,
    KeyVaultSecret, Manifest, Migration, Module, Need, Notify, OnFailure, Order, Percent, Place,
    Pubsub, Rotate, State, Tag, Target, Trigger, TriggerKind, Verify,
};
pub use parse::{Parsed, parse};
pub use schema::schema;
pub use source::{Source, Span, Spanned};

//! The shape of what follows when every module is live.

use super::DurationText;
use crate::{
    Spanned,
    manifest::{Notify, Rotate, Tag},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What follows when every module is live.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(rename = "After")]
pub(crate) struct AfterText {
    /// How long each of these steps may take; 2m when not written.
    pub deadline: Option<Spanned<DurationText>>,
    /// Secrets and keys that are replaced.
    pub rotate: Vec<Rotate>,
    /// How the released version is marked.
    pub tag: Option<Tag>,
    /// Who is told.
    pub notify: Vec<Notify>,
}

//! The shape of a gate.

use super::{DurationText, OneOrMany};
use crate::{Spanned, manifest::Expect};
use schemars::JsonSchema;
use serde::Deserialize;

/// What must hold before anything changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
#[schemars(rename = "Gate")]
pub(crate) enum GateText {
    /// A GET request must be answered as expected.
    Http {
        /// The address that is asked.
        url: Spanned<String>,
        /// What the answer must be; without it, status 200.
        #[serde(default)]
        expect: Expect,
        /// How long asking may take; 2m when not written.
        deadline: Option<Spanned<DurationText>>,
    },
    /// People must approve, with `segue approve`.
    Approval {
        /// Who may approve, one name or a list of them; everybody when not written.
        by: Option<OneOrMany<Spanned<String>>>,
        /// How many different people must approve; 1 when not written.
        #[schemars(range(min = 1, max = 100))]
        count: Option<Spanned<u32>>,
        /// How long the release waits for them; 24h when not written.
        deadline: Option<Spanned<DurationText>>,
    },
    /// Releases may run at this time; a person may override it, with a reason.
    Window {
        /// The time zone of the openings and freezes, for example `Europe/Berlin`.
        time_zone: Spanned<String>,
        /// Days and hours, for example `Mon-Thu 08:00-16:00`; always when not written.
        #[serde(default)]
        open: Vec<Spanned<String>>,
        /// Days on which nothing is released, whatever is open.
        #[serde(default)]
        freezes: Vec<FreezeText>,
    },
}

/// Days on which nothing is released.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Freeze")]
pub(crate) struct FreezeText {
    /// The first day, for example `2026-12-20`.
    pub from: Spanned<String>,
    /// The last day, for example `2027-01-03`; it belongs to the freeze.
    pub until: Spanned<String>,
    /// Why; whoever meets a closed window is told.
    #[serde(default)]
    #[schemars(extend("minLength" = 0))]
    pub because: String,
}

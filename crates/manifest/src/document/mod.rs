//! The shape of `segue.yaml`, version 1: what serde reads and what the JSON Schema
//! describes. The doc comments here are the descriptions that an editor shows.

mod after;
mod collections;
mod gate;
mod migration;
mod module;

pub(crate) use after::AfterText;
pub(crate) use collections::{Entries, Needs, ONE_OR_MANY, OneOrMany};
pub(crate) use gate::{FreezeText, GateText};
pub(crate) use migration::{MigrationText, UndoText};
pub(crate) use module::{ModuleText, Position};

use crate::{
    Spanned,
    manifest::{CloudScheduler, CronJob, EventGrid, OnFailure, Order, Place, Pubsub},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The manifest of one environment: where its modules run, what they need, and how
/// a release goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "Segue manifest")]
pub(crate) struct Document {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    #[allow(dead_code)] // Read from the tree, before the shape is looked at.
    pub version: u64,
    /// The name of the environment, for example `production`.
    pub environment: Spanned<String>,
    /// Where a team keeps the journal and the environment's lock: the address of a
    /// PostgreSQL database, for example `${SEGUE_STATE}`. A file beside this one when
    /// not written.
    pub state: Option<Spanned<String>>,
    /// How wide a release may run.
    #[serde(default)]
    pub order: Order,
    /// What happens when a step fails.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Bounds of a release.
    #[serde(default)]
    pub limits: Limits,
    /// Where modules run, by name.
    pub targets: Entries<Place>,
    /// What must hold before anything changes, by name.
    #[serde(default)]
    pub gates: Entries<GateText>,
    /// What starts work by itself, by name; paused while the release runs and given
    /// back as it was.
    #[serde(default)]
    pub triggers: Entries<TriggerText>,
    /// What holds for every module that does not say otherwise.
    #[serde(default)]
    pub defaults: Defaults,
    /// What is deployed, by name.
    pub modules: Entries<ModuleText>,
    /// What follows when every module is live.
    #[serde(default)]
    pub after: AfterText,
}

/// Bounds of a release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// At most this many operations at once, over all platforms.
    #[schemars(range(min = 1, max = 1024))]
    pub parallel: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { parallel: 8 }
    }
}

/// What holds for every module that does not say otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Defaults {
    /// How long a new version must stay healthy before the release goes on; 10s when
    /// not written.
    pub stable: Option<Spanned<DurationText>>,
    /// How long one operation may take before it counts as failed; 10m when not written.
    pub deadline: Option<Spanned<DurationText>>,
    /// The path that answers whether a module is healthy; `/healthz` when not written.
    pub health: Option<Spanned<String>>,
}

/// What starts work by itself: where it is, what it starts, and exactly one of
/// `event-grid`, `pubsub`, `cloud-scheduler`, `cron-job`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Trigger", extend("oneOf" = [
    { "required": ["event-grid"] },
    { "required": ["pubsub"] },
    { "required": ["cloud-scheduler"] },
    { "required": ["cron-job"] },
]))]
pub(crate) struct TriggerText {
    /// The target whose platform holds it.
    pub on: Spanned<String>,
    /// The module, or modules, whose work it starts.
    pub starts: OneOrMany<Spanned<String>>,
    /// How long recording, pausing or giving it back may take; 2m when not written.
    pub deadline: Option<Spanned<DurationText>>,
    /// An Event Grid subscription; on an Azure Functions target.
    pub event_grid: Option<Spanned<EventGrid>>,
    /// A Pub/Sub push subscription; on a Cloud Run or Cloud Functions target.
    pub pubsub: Option<Spanned<Pubsub>>,
    /// A Cloud Scheduler job; on a Cloud Run or Cloud Functions target.
    pub cloud_scheduler: Option<Spanned<CloudScheduler>>,
    /// A CronJob; on a Kubernetes target.
    pub cron_job: Option<Spanned<CronJob>>,
}

/// A length of time: a whole number and `ms`, `s`, `m` or `h`, for example `90s`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "Duration")]
pub(crate) struct DurationText(#[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h)$"))] pub String);

/// A share of the traffic: a whole number from 1 to 100 and `%`, for example `50%`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "Percent")]
pub(crate) struct PercentText(#[schemars(regex(pattern = r"^(100|[1-9][0-9]?)%$"))] pub String);

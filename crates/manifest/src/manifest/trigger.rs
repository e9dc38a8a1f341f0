//! What starts work by itself, and is paused while a release runs.

use crate::Spanned;
use schemars::JsonSchema;
use segue_model::{ModuleId, TargetId, TriggerId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// What starts work by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Its name.
    pub id: Spanned<TriggerId>,
    /// The target whose platform holds it.
    pub on: Spanned<TargetId>,
    /// The modules whose work it starts, in written order.
    pub starts: Vec<Spanned<ModuleId>>,
    /// What it is.
    pub kind: TriggerKind,
    /// How long recording, pausing or giving it back may take.
    pub deadline: Duration,
}

/// What a trigger is.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerKind {
    /// An Event Grid subscription on an Azure target.
    EventGrid(EventGrid),
    /// A Pub/Sub push subscription on a Cloud Run or Cloud Functions target.
    Pubsub(Pubsub),
    /// A Cloud Scheduler job on a Cloud Run or Cloud Functions target.
    CloudScheduler(CloudScheduler),
    /// A CronJob on a Kubernetes target.
    CronJob(CronJob),
}

/// An Event Grid subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct EventGrid {
    /// The topic.
    pub topic: String,
    /// The event subscription.
    pub subscription: String,
    /// Where events wait while the release runs.
    pub hold: Hold,
}

/// The storage queue in which events wait: Event Grid itself can not pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct Hold {
    /// The storage account.
    pub storage_account: String,
    /// The queue.
    pub queue: String,
}

/// A Pub/Sub push subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct Pubsub {
    /// The subscription.
    pub subscription: String,
}

/// A Cloud Scheduler job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct CloudScheduler {
    /// The job.
    pub job: String,
}

/// A CronJob of the target's namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all(deserialize = "kebab-case"), deny_unknown_fields)]
#[schemars(rename_all = "kebab-case")]
pub struct CronJob {
    /// The CronJob's name.
    pub name: String,
}

impl Trigger {
    /// What the target's adapter is told, one of
    /// `{"event_grid":{"topic","subscription","hold":{"storage_account","queue"}}}`,
    /// `{"pubsub":{"subscription"}}`, `{"cloud_scheduler":{"job"}}`, `{"cron_job":{"name"}}`.
    pub fn settings(&self) -> Value {
        match &self.kind {
            TriggerKind::EventGrid(it) => json!({ "event_grid": it }),
            TriggerKind::Pubsub(it) => json!({ "pubsub": it }),
            TriggerKind::CloudScheduler(it) => json!({ "cloud_scheduler": it }),
            TriggerKind::CronJob(it) => json!({ "cron_job": it }),
        }
    }
}

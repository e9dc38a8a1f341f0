//! What requests to event subscriptions may say, field by field.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `EventSubscription`, as a `PUT` sends it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    #[serde(rename = "id")]
    _id: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    #[serde(rename = "systemData")]
    _system_data: Option<Value>,
    pub properties: Properties,
}

/// The properties of an `EventSubscription`. What only the service sets is
/// accepted and ignored, so that what was read can be written back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Properties {
    #[serde(rename = "topic")]
    _topic: Option<String>,
    #[serde(rename = "provisioningState")]
    _provisioning_state: Option<String>,
    pub destination: Option<Destination>,
    pub filter: Option<Filter>,
    pub labels: Option<Vec<String>>,
    pub expiration_time_utc: Option<String>,
    pub event_delivery_schema: Option<String>,
    pub retry_policy: Option<RetryPolicy>,
    pub dead_letter_destination: Option<DeadLetter>,
}

/// `EventSubscriptionUpdateParameters`, as a `PATCH` sends it: what is left out
/// stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Update {
    pub destination: Option<Destination>,
    pub filter: Option<Filter>,
    pub labels: Option<Vec<String>>,
    pub expiration_time_utc: Option<String>,
    pub event_delivery_schema: Option<String>,
    pub retry_policy: Option<RetryPolicy>,
    pub dead_letter_destination: Option<DeadLetter>,
}

impl From<Properties> for Update {
    fn from(all: Properties) -> Self {
        Self {
            destination: all.destination,
            filter: all.filter,
            labels: all.labels,
            expiration_time_utc: all.expiration_time_utc,
            event_delivery_schema: all.event_delivery_schema,
            retry_policy: all.retry_policy,
            dead_letter_destination: all.dead_letter_destination,
        }
    }
}

impl Update {
    /// `self`, and from `former` what `self` leaves out.
    pub fn over(self, former: &Self) -> Self {
        let former = former.clone();
        Self {
            destination: self.destination.or(former.destination),
            filter: self.filter.or(former.filter),
            labels: self.labels.or(former.labels),
            expiration_time_utc: self.expiration_time_utc.or(former.expiration_time_utc),
            event_delivery_schema: self.event_delivery_schema.or(former.event_delivery_schema),
            retry_policy: self.retry_policy.or(former.retry_policy),
            dead_letter_destination: self
                .dead_letter_destination
                .or(former.dead_letter_destination),
        }
    }
}

/// Where events go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "endpointType", content = "properties", deny_unknown_fields)]
pub(super) enum Destination {
    AzureFunction(Function),
    WebHook(WebHook),
    StorageQueue(Queue),
}

/// `AzureFunctionEventSubscriptionDestinationProperties`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Function {
    pub resource_id: String,
    pub max_events_per_batch: Option<u32>,
    pub preferred_batch_size_in_kilobytes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_attribute_mappings: Option<Vec<Value>>,
}

/// `WebHookEventSubscriptionDestinationProperties`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct WebHook {
    /// Never shown again: it may hold a secret. `getFullUrl` shows it.
    #[serde(skip_serializing)]
    pub endpoint_url: Option<String>,
    pub endpoint_base_url: Option<String>,
    pub max_events_per_batch: Option<u32>,
    pub preferred_batch_size_in_kilobytes: Option<u32>,
    pub azure_active_directory_tenant_id: Option<String>,
    pub azure_active_directory_application_id_or_uri: Option<String>,
    pub minimum_tls_version_allowed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_attribute_mappings: Option<Vec<Value>>,
}

/// `StorageQueueEventSubscriptionDestinationProperties`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Queue {
    /// The storage account's id.
    pub resource_id: String,
    pub queue_name: String,
    pub queue_message_time_to_live_in_seconds: Option<i64>,
}

/// `EventSubscriptionFilter`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Filter {
    pub subject_begins_with: Option<String>,
    pub subject_ends_with: Option<String>,
    pub included_event_types: Option<Vec<String>>,
    pub is_subject_case_sensitive: Option<bool>,
    pub enable_advanced_filtering_on_arrays: Option<bool>,
    pub advanced_filters: Option<Vec<Value>>,
}

/// `RetryPolicy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RetryPolicy {
    pub max_delivery_attempts: Option<u32>,
    pub event_time_to_live_in_minutes: Option<u32>,
}

/// `DeadLetterDestination`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "endpointType", content = "properties", deny_unknown_fields)]
pub(super) enum DeadLetter {
    StorageBlob(Blob),
}

/// `StorageBlobDeadLetterDestinationProperties`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Blob {
    pub resource_id: String,
    pub blob_container_name: String,
}

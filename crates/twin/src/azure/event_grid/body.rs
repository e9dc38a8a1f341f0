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
    pub delivery_with_resource_identity: Option<Delivery>,
    pub filter: Option<Filter>,
    pub labels: Option<Vec<String>>,
    pub expiration_time_utc: Option<String>,
    pub event_delivery_schema: Option<String>,
    pub retry_policy: Option<RetryPolicy>,
    pub dead_letter_destination: Option<DeadLetter>,
    pub dead_letter_with_resource_identity: Option<Value>,
}

/// `EventSubscriptionUpdateParameters`, as a `PATCH` sends it: what is left out
/// stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Update {
    pub destination: Option<Destination>,
    pub delivery_with_resource_identity: Option<Delivery>,
    pub filter: Option<Filter>,
    pub labels: Option<Vec<String>>,
    pub expiration_time_utc: Option<String>,
    pub event_delivery_schema: Option<String>,
    pub retry_policy: Option<RetryPolicy>,
    pub dead_letter_destination: Option<DeadLetter>,
    pub dead_letter_with_resource_identity: Option<Value>,
}

impl From<Properties> for Update {
    fn from(all: Properties) -> Self {
        Self {
            destination: all.destination,
            delivery_with_resource_identity: all.delivery_with_resource_identity,
            filter: all.filter,
            labels: all.labels,
            expiration_time_utc: all.expiration_time_utc,
            event_delivery_schema: all.event_delivery_schema,
            retry_policy: all.retry_policy,
            dead_letter_destination: all.dead_letter_destination,
            dead_letter_with_resource_identity: all.dead_letter_with_resource_identity,
        }
    }
}

impl Update {
    /// `self`, and from `former` what `self` leaves out. Events go one way only:
    /// with the subscription's own identity or without.
    pub fn over(self, former: &Self) -> Self {
        let former = former.clone();
        let moved = self.destination.is_some() || self.delivery_with_resource_identity.is_some();
        let (way, way_with_identity) = if moved {
            (self.destination, self.delivery_with_resource_identity)
        } else {
            (former.destination, former.delivery_with_resource_identity)
        };
        Self {
            destination: way,
            delivery_with_resource_identity: way_with_identity,
            filter: self.filter.or(former.filter),
            labels: self.labels.or(former.labels),
            expiration_time_utc: self.expiration_time_utc.or(former.expiration_time_utc),
            event_delivery_schema: self.event_delivery_schema.or(former.event_delivery_schema),
            retry_policy: self.retry_policy.or(former.retry_policy),
            dead_letter_destination: self
                .dead_letter_destination
                .or(former.dead_letter_destination),
            dead_letter_with_resource_identity: self
                .dead_letter_with_resource_identity
                .or(former.dead_letter_with_resource_identity),
        }
        .with_base_url()
    }

    /// Where events go.
    pub fn way(&self) -> Option<&Destination> {
        let with_identity = self.delivery_with_resource_identity.as_ref();
        self.destination
            .as_ref()
            .or_else(|| with_identity?.destination.as_ref())
    }

    /// A web hook shows its URL without the query, which may hold a secret.
    fn with_base_url(mut self) -> Self {
        let with_identity = self.delivery_with_resource_identity.as_mut();
        let way = self
            .destination
            .as_mut()
            .or_else(|| with_identity?.destination.as_mut());
        if let Some(Destination::WebHook(hook)) = way
            && let Some(url) = &hook.endpoint_url
        {
            let base = url.split_once('?').map_or(url.as_str(), |(base, _)| base);
            hook.endpoint_base_url = Some(base.to_owned());
        }
        self
    }
}

/// `DeliveryWithResourceIdentity`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Delivery {
    pub identity: Option<Value>,
    pub destination: Option<Destination>,
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

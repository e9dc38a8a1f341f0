//! The state of an event subscription: what is recorded, compared, given back.

use serde_json::{Map, Value, json};

/// A storage queue where events wait.
pub(super) struct Hold {
    /// The storage account's ARM id.
    pub(super) account: String,
    pub(super) queue: String,
}

/// What `EventSubscriptionUpdateParameters` can give back.
const RESTORED: [&str; 8] = [
    "destination",
    "deliveryWithResourceIdentity",
    "deadLetterDestination",
    "eventDeliverySchema",
    "expirationTimeUtc",
    "filter",
    "labels",
    "retryPolicy",
];

/// The properties of an event subscription that people set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State(Map<String, Value>);

impl State {
    /// Of the subscription's `properties`, or of what was recorded of them.
    pub(super) fn of(properties: &Value) -> Self {
        let kept = |name: &str| properties.get(name).filter(|value| !value.is_null());
        let pairs = RESTORED
            .iter()
            .filter_map(|name| Some(((*name).into(), kept(name)?.clone())));
        Self(pairs.collect())
    }

    pub(super) fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// Where events go; the subscription may deliver with an identity of its own.
    fn destination(&self) -> &Value {
        let own = self.0.get("destination");
        let identity = self.0.get("deliveryWithResourceIdentity");
        own.or_else(|| identity?.get("destination"))
            .unwrap_or(&Value::Null)
    }

    fn destination_text(&self, path: &str) -> &str {
        self.destination()
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn is_held_in(&self, hold: &Hold) -> bool {
        self.destination_text("/endpointType") == "StorageQueue"
            && self
                .destination_text("/properties/resourceId")
                .eq_ignore_ascii_case(&hold.account)
            && self.destination_text("/properties/queueName") == hold.queue
    }

    pub(super) fn is_webhook(&self) -> bool {
        self.destination_text("/endpointType") == "WebHook"
    }

    /// Static delivery headers may be secret; Event Grid then hides their value.
    pub(super) fn has_secret_attributes(&self) -> bool {
        let attributes = self
            .destination()
            .pointer("/properties/deliveryAttributeMappings");
        let attributes = attributes.and_then(Value::as_array).into_iter().flatten();
        attributes
            .filter_map(|one| one.pointer("/properties/isSecret"))
            .any(|secret| secret == true)
    }

    /// Type and name of where events go.
    pub(super) fn destination_name(&self) -> String {
        let kind = self.destination_text("/endpointType");
        let id = self.destination_text("/properties/resourceId");
        let url = self.destination_text("/properties/endpointBaseUrl");
        let queue = self.destination_text("/properties/queueName");
        let named = [queue, id.rsplit('/').next().unwrap_or_default(), url];
        let name = named
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default();
        format!("{kind} {name}").trim().to_owned()
    }

    /// The update that sends events to `destination` with the same identity.
    pub(super) fn redirected(&self, destination: Value) -> Value {
        let Some(identity) = self.0.get("deliveryWithResourceIdentity") else {
            return json!({ "destination": destination });
        };
        let mut delivery = identity.clone();
        if let Some(delivery) = delivery.as_object_mut() {
            delivery.insert("destination".into(), destination);
        }
        json!({ "deliveryWithResourceIdentity": delivery })
    }

    /// The update that brings `now` back to this state; empty when it is there.
    pub(super) fn differences(&self, now: &Self) -> Map<String, Value> {
        let differs = |(name, value): &(&String, &Value)| {
            !now.0.get(*name).is_some_and(|now| same(value, now))
        };
        let changed = self.0.iter().filter(differs);
        changed
            .map(|(name, value)| (name.clone(), writable(value)))
            .collect()
    }
}

/// Equal for Azure: ids and names ignore case, and null is absence.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys());
            let value =
                |map: &Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or_default();
            names
                .into_iter()
                .all(|name| same(&value(one, name), &value(other, name)))
        }
        _ => one == other,
    }
}

/// A webhook's URL is read as `endpointBaseUrl` and written as `endpointUrl`.
fn writable(value: &Value) -> Value {
    let mut value = value.clone();
    for path in ["/properties", "/destination/properties"] {
        let properties = value.pointer_mut(path).and_then(Value::as_object_mut);
        if let Some(properties) = properties
            && let Some(url) = properties.remove("endpointBaseUrl")
        {
            properties.insert("endpointUrl".into(), url);
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function() -> Value {
        json!({
            "destination": {"endpointType": "AzureFunction", "properties": {
                "resourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/fn/functions/process",
                "maxEventsPerBatch": 1}},
            "filter": {"subjectBeginsWith": "", "includedEventTypes": ["order.created"]},
            "labels": ["x"],
            "provisioningState": "Succeeded",
            "topic": "/subscriptions/s",
        })
    }

    fn hold() -> Hold {
        Hold {
            account: "/subscriptions/s/storageAccounts/a".into(),
            queue: "held".into(),
        }
    }

    #[test]
    fn the_whole_state_is_recorded_and_nothing_volatile() {
        let state = State::of(&function());
        assert_eq!(state.destination_name(), "AzureFunction process");
        let recorded = state.clone().into_value();
        assert_eq!(recorded["labels"], json!(["x"]));
        assert!(recorded.get("provisioningState").is_none() && recorded.get("topic").is_none());
        assert_eq!(State::of(&recorded), state);
    }

    #[test]
    fn a_redirected_subscription_is_held_and_differs_in_its_destination_only() {
        let former = State::of(&function());
        let mut now = function();
        now["destination"] = former.redirected(hold().destination())["destination"].clone();
        let now = State::of(&now);
        assert!(now.is_held_in(&hold()) && !former.is_held_in(&hold()));
        let patch = former.differences(&now);
        assert_eq!(patch.keys().collect::<Vec<_>>(), ["destination"]);
        assert_eq!(patch["destination"], function()["destination"]);
        assert!(former.differences(&former).is_empty());
    }

    #[test]
    fn azure_ignores_case_and_null() {
        let one = json!({"resourceId": "/Subscriptions/S", "x": null});
        assert!(same(&one, &json!({"resourceId": "/subscriptions/s"})));
        assert!(!same(&one, &json!({"resourceId": "/subscriptions/t"})));
    }

    #[test]
    fn an_identity_stays_with_the_delivery() {
        let state = State::of(&json!({"deliveryWithResourceIdentity": {
            "identity": {"type": "SystemAssigned"},
            "destination": {"endpointType": "WebHook", "properties": {"endpointBaseUrl": "https://x"}}}}));
        assert!(state.is_webhook());
        let patch = state.redirected(hold().destination());
        assert_eq!(
            patch["deliveryWithResourceIdentity"]["identity"]["type"],
            "SystemAssigned"
        );
        let back = state.differences(&State::of(&patch));
        let written = &back["deliveryWithResourceIdentity"]["destination"]["properties"];
        assert_eq!(written, &json!({"endpointUrl": "https://x"}));
    }

    #[test]
    fn secret_headers_are_seen() {
        let state = State::of(
            &json!({"destination": {"endpointType": "WebHook", "properties": {
            "deliveryAttributeMappings": [{"name": "k", "type": "Static", "properties": {"isSecret": true, "value": null}}]}}}),
        );
        assert!(state.has_secret_attributes());
        assert!(!State::of(&function()).has_secret_attributes());
    }
}

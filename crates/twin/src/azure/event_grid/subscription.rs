//! Event subscriptions: `GET`, `PUT`, `PATCH`, `getFullUrl`. Changes are
//! asynchronous: 201 with `provisioningState` `Updating`, then `Succeeded`.

use super::{
    EventGrid,
    body::{Destination, Filter, Function, Queue, Resource, RetryPolicy, Update},
};
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
    ids,
    world::EventSubscription,
};
use axum::{
    Json,
    http::{HeaderName, Method, StatusCode},
    response::IntoResponse,
};
use serde_json::{Value, json};
use std::{sync::PoisonError, time::Duration};

/// How long a change takes, in the twins' time.
const PROVISIONING: Duration = Duration::from_secs(2);

/// One event subscription.
pub(super) struct Subscription {
    properties: Update,
    /// The id of the last change.
    pub operation: String,
    /// Whether that change is under way.
    pub busy: bool,
    created: bool,
}

impl Subscription {
    /// As the world has it; `scope` is the resource group's id.
    pub fn first(scope: &str, one: &EventSubscription) -> Self {
        let destination = match &one.held {
            Some(queue) => Destination::StorageQueue(Queue {
                resource_id: format!(
                    "{scope}/providers/Microsoft.Storage/storageAccounts/{}",
                    queue.storage_account
                ),
                queue_name: queue.queue.clone(),
                queue_message_time_to_live_in_seconds: None,
            }),
            None => Destination::AzureFunction(Function {
                resource_id: format!(
                    "{scope}/providers/Microsoft.Web/sites/{}/functions/{}",
                    one.app, one.function
                ),
                max_events_per_batch: Some(1),
                preferred_batch_size_in_kilobytes: Some(64),
                delivery_attribute_mappings: None,
            }),
        };
        Self {
            properties: defaults(Update {
                destination: Some(destination),
                ..Update::default()
            }),
            operation: String::new(),
            busy: false,
            created: false,
        }
    }

    fn state(&self) -> &'static str {
        match (self.busy, self.created) {
            (false, _) => "Succeeded",
            (true, false) => "Updating",
            (true, true) => "Creating",
        }
    }
}

/// What the service fills in when a subscription is made.
fn defaults(given: Update) -> Update {
    given.over(&Update {
        filter: Some(Filter {
            subject_begins_with: Some(String::new()),
            subject_ends_with: Some(String::new()),
            ..Filter::default()
        }),
        labels: Some(Vec::new()),
        event_delivery_schema: Some("EventGridSchema".to_owned()),
        retry_policy: Some(RetryPolicy {
            max_delivery_attempts: Some(30),
            event_time_to_live_in_minutes: Some(1440),
        }),
        ..Update::default()
    })
}

/// Answers what is below `eventSubscriptions` of `topic`.
pub(super) fn answer(grid: &EventGrid, call: &Call, topic: &str, rest: &[&str]) -> Answer {
    match (rest, &call.method) {
        ([], &Method::GET) => Ok(list(grid, topic)),
        ([_], &Method::GET) => get(grid, topic, call.last()),
        ([_], &Method::PUT) => put(grid, call, topic),
        ([_], &Method::PATCH) => patch(grid, call, topic),
        ([name, "getfullurl"], &Method::POST) => full_url(grid, topic, name),
        ([], _) => Err(call.wrong_verb("GET")),
        ([_], _) => Err(call.wrong_verb("GET, PUT, PATCH")),
        ([_, "getfullurl"], _) => Err(call.wrong_verb("POST")),
        _ => Err(ArmError::no_such_type(
            "Microsoft.EventGrid",
            &format!("eventSubscriptions/{}", rest.join("/")),
        )),
    }
}

fn list(grid: &EventGrid, topic: &str) -> axum::response::Response {
    let subscriptions = grid.lock();
    let here = subscriptions.iter().filter(|((of, _), _)| of == topic);
    let all: Vec<_> = here
        .map(|((_, name), one)| value(grid, topic, name, one))
        .collect();
    Json(json!({"value": all, "nextLink": null})).into_response()
}

fn get(grid: &EventGrid, topic: &str, name: &str) -> Answer {
    let subscriptions = grid.lock();
    let ((_, name), one) = subscriptions
        .iter()
        .find(|((of, called), _)| of == topic && called.eq_ignore_ascii_case(name))
        .ok_or_else(|| missing(grid, topic, name))?;
    Ok(Json(value(grid, topic, name, one)).into_response())
}

fn full_url(grid: &EventGrid, topic: &str, name: &str) -> Answer {
    let subscriptions = grid.lock();
    let ((_, _), one) = subscriptions
        .iter()
        .find(|((of, called), _)| of == topic && called.eq_ignore_ascii_case(name))
        .ok_or_else(|| missing(grid, topic, name))?;
    match one.properties.way() {
        Some(Destination::WebHook(hook)) => {
            Ok(Json(json!({"endpointUrl": hook.endpoint_url})).into_response())
        }
        _ => Err(ArmError::bad_request(
            "InvalidRequest",
            "The event subscription's destination has no full URL: it is not a web hook.",
        )),
    }
}

fn put(grid: &EventGrid, call: &Call, topic: &str) -> Answer {
    let body: Resource = call.body()?;
    let properties = defaults(body.properties.into());
    if properties.way().is_none() {
        let words = "Invalid event subscription request: the destination must not be null.";
        return Err(ArmError::bad_request("InvalidRequest", words));
    }
    change(grid, call, topic, "eventSubscriptions.put", |_| {
        Some(properties)
    })
}

fn patch(grid: &EventGrid, call: &Call, topic: &str) -> Answer {
    let body: Update = call.body()?;
    change(grid, call, topic, "eventSubscriptions.update", |former| {
        Some(body.over(former?))
    })
}

fn change(
    grid: &EventGrid,
    call: &Call,
    topic: &str,
    verb: &str,
    edit: impl FnOnce(Option<&Update>) -> Option<Update>,
) -> Answer {
    let mut subscriptions = grid.lock();
    let same =
        |(of, called): &&(String, String)| of == topic && called.eq_ignore_ascii_case(call.last());
    let found = subscriptions.keys().find(same).cloned();
    let former = found.as_ref().and_then(|key| subscriptions.get(key));
    let Some(wanted) = edit(former.map(|one| &one.properties)) else {
        return Err(missing(grid, topic, call.last()));
    };
    check_destination(grid, &wanted)?;
    let key = found.unwrap_or_else(|| (topic.to_owned(), call.last().to_owned()));
    let created = !subscriptions.contains_key(&key);
    let one = subscriptions
        .entry(key.clone())
        .or_insert_with(|| Subscription {
            properties: Update::default(),
            operation: String::new(),
            busy: false,
            created,
        });
    if one.properties != wanted {
        one.properties = wanted;
        one.busy = true;
        one.created = created;
        one.operation = ids::uuid();
        finish_later(grid, &key, one.operation.clone());
        grid.shared
            .effects
            .record("arm", verb, &id(grid, topic, &key.1));
    }
    let operation =
        call.operation_url("Microsoft.EventGrid", "operationsStatus", &one.operation)?;
    let headers = [(HeaderName::from_static("azure-asyncoperation"), operation)];
    let body = value(grid, topic, &key.1, one);
    Ok((StatusCode::CREATED, headers, Json(body)).into_response())
}

fn finish_later(grid: &EventGrid, key: &(String, String), operation: String) {
    let (subscriptions, clock) = (
        std::sync::Arc::downgrade(&grid.subscriptions),
        grid.shared.clock,
    );
    let key = key.clone();
    tokio::spawn(async move {
        clock.sleep(PROVISIONING).await;
        let Some(subscriptions) = subscriptions.upgrade() else {
            return;
        };
        let mut all = subscriptions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = all.get_mut(&key).filter(|one| one.operation == operation) {
            one.busy = false;
        }
    });
}

/// A function must exist before a subscription can name it.
fn check_destination(grid: &EventGrid, wanted: &Update) -> Result<(), ArmError> {
    let Some(Destination::AzureFunction(function)) = wanted.way() else {
        return Ok(());
    };
    let id = &function.resource_id;
    if grid
        .functions
        .iter()
        .any(|known| known.eq_ignore_ascii_case(id))
    {
        return Ok(());
    }
    Err(ArmError::bad_request(
        "InvalidRequest",
        format!(
            "Destination endpoint not found. Resource details: resourceId: {id}. Resource should \
             pre-exist before attempting this operation."
        ),
    ))
}

fn missing(grid: &EventGrid, topic: &str, name: &str) -> ArmError {
    let name = format!("Microsoft.EventGrid/topics/{topic}/eventSubscriptions/{name}");
    ArmError::not_found(&name, &grid.group)
}

fn id(grid: &EventGrid, topic: &str, name: &str) -> String {
    format!(
        "{}/providers/Microsoft.EventGrid/eventSubscriptions/{name}",
        grid.topic_id(topic)
    )
}

fn value(grid: &EventGrid, topic: &str, name: &str, one: &Subscription) -> Value {
    let mut properties = json!(one.properties);
    properties["topic"] = grid.topic_id(topic).into();
    properties["provisioningState"] = one.state().into();
    json!({
        "id": id(grid, topic, name),
        "name": name,
        "type": "Microsoft.EventGrid/eventSubscriptions",
        "properties": properties,
    })
}

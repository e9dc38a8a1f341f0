//! Microsoft.EventGrid: custom topics and their event subscriptions.
//!
//! Source: the specification of Microsoft.EventGrid, api-version 2025-02-15.

mod body;
mod subscription;

use super::{
    call::{Api, Call},
    error::{Answer, ArmError},
    world::World,
};
use crate::Shared;
use axum::{Json, http::Method, response::IntoResponse};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use subscription::Subscription;

const EVENT_GRID: Api = Api {
    namespace: "Microsoft.EventGrid",
    versions: &["2020-06-01", "2021-12-01", "2022-06-15", "2025-02-15"],
};

/// All topics and their subscriptions.
pub(super) struct EventGrid {
    shared: Shared,
    /// `/subscriptions/…/resourceGroups/…`.
    scope: String,
    group: String,
    topics: BTreeSet<String>,
    /// The ids of the functions that exist: what subscriptions may name.
    functions: Vec<String>,
    subscriptions: Arc<Mutex<Subscriptions>>,
}

/// By topic and name, as the world wrote them.
type Subscriptions = BTreeMap<(String, String), Subscription>;

impl EventGrid {
    /// What the world has.
    pub fn new(shared: &Shared, world: &World) -> Self {
        let scope = format!(
            "/subscriptions/{}/resourceGroups/{}",
            world.subscription, world.resource_group
        );
        let functions = world.apps.iter().flat_map(|app| {
            let app_id = format!("{scope}/providers/Microsoft.Web/sites/{}", app.name);
            app.functions
                .iter()
                .map(move |name| format!("{app_id}/functions/{name}"))
        });
        let subscriptions = world.event_subscriptions.iter().map(|one| {
            let key = (one.topic.clone(), one.name.clone());
            (key, Subscription::first(&scope, one))
        });
        Self {
            shared: shared.clone(),
            group: world.resource_group.clone(),
            topics: world
                .event_subscriptions
                .iter()
                .map(|s| s.topic.clone())
                .collect(),
            functions: functions.collect(),
            subscriptions: Arc::new(Mutex::new(subscriptions.collect())),
            scope,
        }
    }

    /// `GET …/operationsStatus/{id}`.
    pub fn operation_status(&self, call: &Call) -> Answer {
        call.check_version(&EVENT_GRID, "locations/operationsStatus")?;
        let subscriptions = self.lock();
        let id = call.last();
        let Some(found) = subscriptions.values().find(|one| one.operation == id) else {
            let message = format!("The operation {id} is not found.");
            return Err(ArmError::new(
                axum::http::StatusCode::NOT_FOUND,
                "NotFound",
                message,
            ));
        };
        let status = if found.busy {
            "InProgress"
        } else {
            "Succeeded"
        };
        Ok(Json(json!({"id": call.url(), "name": id, "status": status})).into_response())
    }

    fn lock(&self) -> MutexGuard<'_, Subscriptions> {
        self.subscriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn topic_id(&self, topic: &str) -> String {
        format!(
            "{}/providers/Microsoft.EventGrid/topics/{topic}",
            self.scope
        )
    }
}

/// Answers what is below `Microsoft.EventGrid`.
pub(super) async fn answer(grid: &EventGrid, call: &Call, tail: &[&str]) -> Answer {
    let ["topics", name, rest @ ..] = tail else {
        let kind = tail.first().copied().unwrap_or_default();
        return Err(ArmError::no_such_type(EVENT_GRID.namespace, kind));
    };
    call.check_version(&EVENT_GRID, "topics")?;
    let Some(topic) = grid
        .topics
        .iter()
        .find(|topic| topic.eq_ignore_ascii_case(name))
    else {
        return Err(ArmError::not_found(
            &format!("Microsoft.EventGrid/topics/{name}"),
            &grid.group,
        ));
    };
    // On the topic's scope, or as the topic's child: the same subscription.
    match rest {
        [] if call.method == Method::GET => Ok(topic_value(grid, topic)),
        [] => Err(call.wrong_verb("GET")),
        [
            "providers",
            "microsoft.eventgrid",
            "eventsubscriptions",
            rest @ ..,
        ]
        | ["eventsubscriptions", rest @ ..] => subscription::answer(grid, call, topic, rest),
        _ => Err(ArmError::no_such_type(
            EVENT_GRID.namespace,
            &format!("topics/{}", rest.join("/")),
        )),
    }
}

fn topic_value(grid: &EventGrid, topic: &str) -> axum::response::Response {
    Json(json!({
        "id": grid.topic_id(topic),
        "name": topic,
        "type": "Microsoft.EventGrid/topics",
        "location": "westeurope",
        "tags": null,
        "properties": {
            "provisioningState": "Succeeded",
            "endpoint": format!("https://{topic}.westeurope-1.eventgrid.azure.net/api/events"),
            "inputSchema": "EventGridSchema",
            "publicNetworkAccess": "Enabled",
        },
    }))
    .into_response()
}

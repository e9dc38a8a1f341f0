//! Event Grid subscriptions as triggers. Event Grid cannot pause, so a paused
//! subscription delivers to a storage queue, where its events wait.
//!
//! Source: Azure REST API reference, Event Grid, "Topic Event Subscriptions"
//! (2022-06-15).

mod state;

use crate::{
    arm::Arm,
    errors,
    polling::Pace,
    request::{Group, Request, segment},
    wanted::malformed,
};
use azure_core::http::Method;
use segue_model::{Evidence, Failure};
use segue_platform::Call;
use serde::Deserialize;
use serde_json::{Value, json};
use state::{Hold, State};

const API_VERSION: &str = "2022-06-15";

/// The state of a subscription cannot be recorded without a secret.
pub(crate) const UNRECORDABLE: &str = "SEG4020";
/// The subscription did not take the state that it was given.
pub(crate) const NOT_RESTORED: &str = "SEG4021";

/// How often a subscription is read again until it shows what it was told.
const LOOKS: u32 = 10;

/// One event subscription, and where its events wait meanwhile.
pub(crate) struct Trigger<'a> {
    arm: &'a Arm,
    path: String,
    name: String,
    hold: Hold,
}

#[derive(Deserialize)]
struct Settings {
    event_grid: EventGrid,
}

#[derive(Deserialize)]
struct EventGrid {
    topic: String,
    subscription: String,
    hold: Queue,
}

#[derive(Deserialize)]
struct Queue {
    storage_account: String,
    queue: String,
}

impl<'a> Trigger<'a> {
    pub(crate) fn of(arm: &'a Arm, group: &Group, settings: &Value) -> Result<Self, Failure> {
        let settings: Settings = serde_json::from_value(settings.clone()).map_err(|error| {
            malformed("the trigger is no Event Grid subscription").words(error.to_string())
        })?;
        let EventGrid {
            topic,
            subscription,
            hold,
        } = settings.event_grid;
        let topic_path = group.resource("Microsoft.EventGrid", "topics", &topic);
        Ok(Self {
            arm,
            path: format!("{topic_path}/eventSubscriptions/{}", segment(&subscription)),
            name: format!("{topic}/{subscription}"),
            hold: Hold {
                account: group.resource(
                    "Microsoft.Storage",
                    "storageAccounts",
                    &hold.storage_account,
                ),
                queue: hold.queue,
            },
        })
    }

    pub(crate) async fn read(&self) -> Result<Evidence, Failure> {
        let state = self.settled().await?;
        self.must_be_recordable(&state).await?;
        let summary = match state.is_held_in(&self.hold) {
            true => format!("{} is paused already", self.name),
            false => format!("{} delivers to {}", self.name, state.destination_name()),
        };
        Ok(Evidence::with_output(summary, state.into_value()))
    }

    pub(crate) async fn pause(&self, call: &Call, former: &Value) -> Result<Evidence, Failure> {
        let former = State::of(former);
        if former.is_held_in(&self.hold) {
            return Ok(Evidence::seen(format!("{} was paused already", self.name)));
        }
        if !self.settled().await?.is_held_in(&self.hold) {
            let patch = former.redirected(self.hold.destination());
            self.patch(call, "cannot pause", patch).await?;
            self.must_show(|now| now.is_held_in(&self.hold)).await?;
        }
        let queue = &self.hold.queue;
        Ok(Evidence::seen(format!(
            "the events of {} wait in queue {queue}",
            self.name
        )))
    }

    pub(crate) async fn restore(&self, call: &Call, former: &Value) -> Result<Evidence, Failure> {
        let former = State::of(former);
        let patch = former.differences(&self.settled().await?);
        if !patch.is_empty() {
            self.patch(call, "cannot restore", Value::Object(patch))
                .await?;
            self.must_show(|now| former.differences(now).is_empty())
                .await?;
        }
        let name = former.destination_name();
        Ok(Evidence::seen(format!(
            "{} delivers to {name} again",
            self.name
        )))
    }

    /// The subscription, once nothing is changing it.
    async fn settled(&self) -> Result<State, Failure> {
        let what = format!("cannot read event subscription {}", self.name);
        let request = Request::new(Method::Get, self.path.clone(), API_VERSION);
        let mut pace = Pace::new();
        loop {
            let body = self.arm.send(&what, &request).await?.json(&what)?;
            let properties = body
                .get("properties")
                .ok_or_else(|| errors::nonsense(&what))?;
            match properties.get("provisioningState").and_then(Value::as_str) {
                None | Some("Succeeded" | "Failed" | "Canceled" | "AwaitingManualAction") => {
                    return Ok(State::of(properties));
                }
                Some(_) => pace.wait(None).await,
            }
        }
    }

    async fn patch(&self, call: &Call, what: &str, body: Value) -> Result<(), Failure> {
        call.before_effect()?;
        let what = format!("{what} event subscription {}", self.name);
        let request = Request::new(Method::Patch, self.path.clone(), API_VERSION).body(body);
        self.arm.finish(&what, &request).await
    }

    /// Reads back until the subscription shows it.
    async fn must_show(&self, shows: impl Fn(&State) -> bool) -> Result<(), Failure> {
        let mut pace = Pace::new();
        let mut last = None;
        for _ in 0..LOOKS {
            let now = self.settled().await?;
            if shows(&now) {
                return Ok(());
            }
            last = Some(now);
            pace.wait(None).await;
        }
        let words = last.map(|state| format!("it delivers to {}", state.destination_name()));
        let what = format!("event subscription {} did not take its state", self.name);
        Err(Failure::step(NOT_RESTORED, what).words(words.unwrap_or_default()))
    }

    /// What could not be given back must not be taken away: secrets in the
    /// delivery settings are not shown by Event Grid, and not written by Segue.
    async fn must_be_recordable(&self, state: &State) -> Result<(), Failure> {
        let secret = state.has_secret_attributes()
            || (state.is_webhook() && self.webhook_has_query().await?);
        if !secret {
            return Ok(());
        }
        let what = format!(
            "the state of event subscription {} holds a secret",
            self.name
        );
        Err(Failure::step(UNRECORDABLE, what).hint(
            "deliver to the function itself (destination AzureFunction), or to a webhook that \
             authenticates with Entra ID instead of a key in its URL",
        ))
    }

    /// Source: "Topic Event Subscriptions - Get Full Url".
    async fn webhook_has_query(&self) -> Result<bool, Failure> {
        let what = format!("cannot read the webhook of {}", self.name);
        let path = format!("{}/getFullUrl", self.path);
        let request = Request::new(Method::Post, path, API_VERSION);
        let body = self.arm.send(&what, &request).await?.json(&what)?;
        let url = body.get("endpointUrl").and_then(Value::as_str);
        Ok(url.is_none_or(|url| url.contains('?')))
    }
}

impl Hold {
    /// Events never expire in the queue: a release may take longer than its default.
    fn destination(&self) -> Value {
        json!({
            "endpointType": "StorageQueue",
            "properties": {
                "resourceId": self.account,
                "queueName": self.queue,
                "queueMessageTimeToLiveInSeconds": -1,
            },
        })
    }
}

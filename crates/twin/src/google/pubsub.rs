//! Pub/Sub API v1: topics and subscriptions. Nothing is delivered; a push
//! subscription knows where it would push to.
//! Source: <https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions>.

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    iam::Policy,
    mask,
    page::page,
    run::Run,
    server::Api,
    site::Site,
    world,
};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The topics and subscriptions of one project.
pub(super) struct PubSub {
    site: Arc<Site>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    topics: BTreeMap<String, Value>,
    subscriptions: BTreeMap<String, Subscription>,
}

struct Subscription {
    view: Map<String, Value>,
    policy: Policy,
}

impl PubSub {
    /// The topics and subscriptions of the site's world.
    pub fn new(site: Arc<Site>, run: &Arc<Run>) -> Self {
        let mut state = State::default();
        for id in &site.world.topics {
            let name = format!("projects/{}/topics/{id}", site.world.project);
            state.topics.insert(id.clone(), topic(&name));
        }
        for one in &site.world.subscriptions {
            let view = subscription(&site.world.project, one, run);
            let policy = Policy::default();
            let one = (one.id.clone(), Subscription { view, policy });
            state.subscriptions.extend([one]);
        }
        Self {
            site,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, id: &str, then: impl FnOnce(&mut Subscription) -> T) -> Result<T, Error> {
        let mut state = self.state();
        let found = state.subscriptions.get_mut(id);
        found.map(then).ok_or_else(|| missing(id))
    }

    fn create_topic(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let mut state = self.state();
        if state.topics.contains_key(id) {
            return Err(exists(id));
        }
        let mut view = topic(call.resource());
        for (field, value) in &call.body {
            view[field] = value.clone();
        }
        state.topics.insert(id.to_owned(), view.clone());
        self.recorded("topics.create", call.resource());
        Ok(view)
    }

    fn create(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let mut state = self.state();
        if state.subscriptions.contains_key(id) {
            return Err(exists(id));
        }
        let topic = call.body.get("topic").and_then(Value::as_str).unwrap_or("");
        let topic = topic.rsplit('/').next().unwrap_or_default();
        if !state.topics.contains_key(topic) {
            return Err(missing(topic));
        }
        let mut view = call.body.clone();
        view.insert("name".to_owned(), json!(call.resource()));
        complete(&mut view)?;
        let one = Subscription {
            view: view.clone(),
            policy: Policy::default(),
        };
        state.subscriptions.insert(id.to_owned(), one);
        self.recorded("subscriptions.create", call.resource());
        Ok(Value::Object(view))
    }

    /// Replaces what `wanted` makes of the subscription, when it is another.
    fn change(
        &self,
        id: &str,
        call: &Call<'_>,
        wanted: impl FnOnce(&Map<String, Value>) -> Result<Map<String, Value>, Error>,
    ) -> Result<Value, Error> {
        let (changed, view) = self.with(id, |one| {
            let mut wanted = wanted(&one.view)?;
            for fixed in ["name", "topic"] {
                if let Some(value) = one.view.get(fixed) {
                    wanted.insert(fixed.to_owned(), value.clone());
                }
            }
            complete(&mut wanted)?;
            let changed = wanted != one.view;
            one.view.clone_from(&wanted);
            Ok::<_, Error>((changed, wanted))
        })??;
        if changed {
            self.recorded(call.method.name(), call.resource());
        }
        Ok(Value::Object(view))
    }

    fn patch(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let object = |field: &str| call.body.get(field).and_then(Value::as_object);
        let mask = call.body.get("updateMask").and_then(Value::as_str);
        let (Some(body), Some(mask)) = (object("subscription"), mask.filter(|m| !m.is_empty()))
        else {
            return Err(Error::invalid(
                "The update_mask in the UpdateSubscriptionRequest must be set, and must contain a \
                 non-empty paths list.",
            ));
        };
        let schema = &discovery::PUBSUB.schemas["Subscription"];
        self.change(id, call, |view| {
            mask::patched(view, body, Some(mask), schema)
        })
    }

    fn modify_push(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let config = call.body.get("pushConfig").cloned();
        self.change(id, call, |view| {
            let mut view = view.clone();
            let config = config.unwrap_or_else(|| json!({}));
            view.insert("pushConfig".to_owned(), config);
            Ok(view)
        })?;
        Ok(json!({}))
    }

    fn set_policy(&self, id: &str, call: &Call<'_>) -> Result<Value, Error> {
        let (changed, view) = self.with(id, |one| {
            let changed = one.policy.set(&call.body)?;
            Ok::<_, Error>((changed, one.policy.view()))
        })??;
        if changed {
            self.recorded(call.method.name(), call.resource());
        }
        Ok(view)
    }

    fn recorded(&self, verb: &str, resource: &str) {
        self.site.shared.effects.record("pubsub", verb, resource);
    }
}

impl Api for PubSub {
    fn document(&self) -> &'static Document {
        &discovery::PUBSUB
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn module(&self, _: &Call<'_>) -> Option<String> {
        None
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let (topic, id) = (call.segment("topicsId"), call.segment("subscriptionsId"));
        match call.method.name() {
            "topics.get" => {
                let state = self.state();
                state
                    .topics
                    .get(topic)
                    .cloned()
                    .ok_or_else(|| missing(topic))
            }
            "topics.list" => page(
                call,
                "topics",
                self.state().topics.values().cloned().collect(),
            ),
            "topics.create" => self.create_topic(topic, call),
            "subscriptions.get" => self.with(id, |one| Value::Object(one.view.clone())),
            "subscriptions.list" => {
                let state = self.state();
                let views = state.subscriptions.values();
                let views = views.map(|one| Value::Object(one.view.clone()));
                page(call, "subscriptions", views.collect())
            }
            "subscriptions.create" => self.create(id, call),
            "subscriptions.patch" => self.patch(id, call),
            "subscriptions.modifyPushConfig" => self.modify_push(id, call),
            "subscriptions.delete" => {
                self.with(id, |_| ())?;
                self.state().subscriptions.remove(id);
                self.recorded(call.method.name(), call.resource());
                Ok(json!({}))
            }
            "subscriptions.getIamPolicy" => self.with(id, |one| one.policy.view()),
            "subscriptions.setIamPolicy" => self.set_policy(id, call),
            other => Err(Error::internal(format!("the twin has no {other}"))),
        }
    }
}

fn topic(name: &str) -> Value {
    json!({"name": name, "state": "ACTIVE"})
}

fn subscription(project: &str, one: &world::Subscription, run: &Run) -> Map<String, Value> {
    let mut view = Map::new();
    view.insert(
        "name".to_owned(),
        json!(format!("projects/{project}/subscriptions/{}", one.id)),
    );
    view.insert(
        "topic".to_owned(),
        json!(format!("projects/{project}/topics/{}", one.topic)),
    );
    if let Some(push) = &one.push {
        let endpoint = run.url(&push.target).unwrap_or_else(|| push.target.clone());
        let token = json!({"serviceAccountEmail": push.service_account, "audience": endpoint});
        view.insert(
            "pushConfig".to_owned(),
            json!({"pushEndpoint": endpoint, "oidcToken": token}),
        );
    }
    // The world's endpoints are URLs of the twins' own.
    let _ = complete(&mut view);
    view
}

/// Fills in the platform's defaults, and refuses an endpoint that is no URL.
fn complete(view: &mut Map<String, Value>) -> Result<(), Error> {
    for (field, default) in [
        ("pushConfig", json!({})),
        ("ackDeadlineSeconds", json!(10)),
        ("messageRetentionDuration", json!("604800s")),
        ("expirationPolicy", json!({"ttl": "2678400s"})),
        ("state", json!("ACTIVE")),
    ] {
        view.entry(field).or_insert(default);
    }
    let endpoint = view["pushConfig"]["pushEndpoint"].as_str().unwrap_or("");
    let is_url = ["https://", "http://"]
        .iter()
        .any(|scheme| endpoint.starts_with(scheme));
    if endpoint.is_empty() || is_url {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "Invalid push endpoint given (endpoint={endpoint}). Refer to \
         https://cloud.google.com/pubsub/docs/create-push-subscription for more information."
    )))
}

fn missing(id: &str) -> Error {
    Error::not_found(format!("Resource not found (resource={id})."))
}

fn exists(id: &str) -> Error {
    Error::exists(format!(
        "Resource already exists in the project (resource={id})."
    ))
}

//! One service: what is wanted, and what is.

use super::{
    super::iam::Policy,
    Run,
    condition::{Condition, State},
    now,
    revision::Revision,
    traffic::Serving,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// One service.
pub(in crate::google) struct Service {
    pub id: String,
    uid: String,
    created: String,
    updated: String,
    /// The writable fields, with the platform's defaults.
    pub spec: Map<String, Value>,
    pub generation: u64,
    pub observed: u64,
    /// Changes with every change of spec or status; the etag.
    version: u64,
    pub policy: Policy,
    pub revisions: BTreeMap<String, Revision>,
    /// How many revisions there ever were.
    pub serial: u64,
    pub latest_created: String,
    pub latest_ready: Option<String>,
    pub configurations: Condition,
    pub routes: Condition,
    pub serving: Serving,
    /// One reconciliation at a time.
    pub turn: Arc<tokio::sync::Mutex<()>>,
}

impl Service {
    /// A service that wants nothing yet.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            uid: uid(),
            created: now(),
            updated: now(),
            spec: Map::new(),
            generation: 0,
            observed: 0,
            version: 0,
            policy: Policy::default(),
            revisions: BTreeMap::new(),
            serial: 0,
            latest_created: String::new(),
            latest_ready: None,
            configurations: Condition::new(State::Reconciling),
            routes: Condition::new(State::Reconciling),
            serving: Serving::default(),
            turn: Arc::default(),
        }
    }

    /// The fingerprint of its present state.
    pub fn etag(&self) -> String {
        format!(
            "\"{}\"",
            STANDARD.encode(format!("{}/{}", self.version, self.uid))
        )
    }

    /// To be called after every change.
    pub fn touch(&mut self) {
        self.version += 1;
        self.updated = now();
    }

    /// The words for a stale etag.
    pub fn conflict(&self, etag: &str) -> String {
        format!(
            "Conflict for resource '{}': version '{etag}' was specified but current version is '{}'.",
            self.id,
            self.etag()
        )
    }

    /// As the API answers it.
    pub fn view(&self, run: &Run) -> Value {
        let name = run.name(&self.id);
        let full = |revision: &str| format!("{name}/revisions/{revision}");
        let mut view = self.spec.clone();
        let mut put = |field: &str, value: Value| view.insert(field.to_owned(), value);
        put("name", json!(name));
        put("uid", json!(self.uid));
        put("etag", json!(self.etag()));
        put("generation", json!(self.generation.to_string()));
        put("observedGeneration", json!(self.observed.to_string()));
        put("createTime", json!(self.created));
        put("updateTime", json!(self.updated));
        put("latestCreatedRevision", json!(full(&self.latest_created)));
        if let Some(ready) = &self.latest_ready {
            put("latestReadyRevision", json!(full(ready)));
        }
        if self.observed < self.generation {
            put("reconciling", json!(true));
        }
        put("terminalCondition", self.terminal().view("Ready"));
        put(
            "conditions",
            json!([
                self.routes.view("RoutesReady"),
                self.configurations.view("ConfigurationsReady"),
            ]),
        );
        put("trafficStatuses", self.traffic_statuses(run));
        if let Some(url) = run.url(&self.id) {
            put("urls", json!([url]));
            put("uri", json!(url));
        }
        Value::Object(view)
    }

    /// Whether the latest ready revision serves everything.
    pub fn is_all_on_latest(&self) -> bool {
        let serving = &self.serving.targets;
        serving
            .iter()
            .any(|target| target.percent == 100 && target.revision == self.latest_ready)
    }

    /// The spec's traffic with each target by its revision's name, so that a new
    /// revision takes none; none when nothing serves yet.
    pub fn pinned_traffic(&self) -> Option<Value> {
        if self.serving.targets.is_empty() {
            return None;
        }
        let pinned = self.serving.targets.iter().cloned().map(|mut target| {
            target.latest = false;
            target.written()
        });
        Some(pinned.collect())
    }

    /// How the service stands as a whole.
    pub fn terminal(&self) -> &Condition {
        match (&self.configurations.state, &self.routes.state) {
            (State::Failed(..), _) | (State::Reconciling, State::Succeeded) => &self.configurations,
            _ => &self.routes,
        }
    }

    fn traffic_statuses(&self, run: &Run) -> Value {
        let statuses = self.serving.targets.iter().map(|target| {
            let mut status = target.written();
            if !target.tag.is_empty()
                && let Some(url) = run.tag_url(&self.id, &target.tag)
            {
                status["uri"] = json!(url);
            }
            status
        });
        statuses.collect()
    }
}

/// A resource's unique id.
pub(super) fn uid() -> String {
    let hex = |length: usize| -> String {
        std::iter::repeat_with(|| fastrand::digit(16))
            .take(length)
            .collect()
    };
    [hex(8), hex(4), hex(4), hex(4), hex(12)].join("-")
}

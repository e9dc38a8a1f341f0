//! One function: what is wanted, how far it got, and how the API shows it.

use super::super::{
    error::Error,
    iam::Policy,
    labels,
    operations::Failure,
    run::{Run, now},
};
use serde_json::{Map, Value, json};

/// Where a function stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    Deploying,
    Active,
    Failed(Failure),
}

/// One function.
pub(super) struct Function {
    /// The writable fields.
    pub spec: Map<String, Value>,
    pub state: State,
    pub policy: Policy,
    /// How many builds there were.
    pub builds: u64,
    /// The revision of the last deployment that succeeded.
    pub revision: Option<String>,
    created: String,
    pub updated: String,
}

impl Function {
    /// A function about to be deployed.
    pub fn new(spec: Map<String, Value>) -> Self {
        Self {
            spec: stored(spec),
            state: State::Deploying,
            policy: Policy::default(),
            builds: 0,
            revision: None,
            created: now(),
            updated: now(),
        }
    }

    /// Takes `spec` as what is wanted; says whether it must be deployed: what is
    /// live already, equal, and serves as much as it should (`served`) need not.
    pub fn want(&mut self, spec: Map<String, Value>, served: bool) -> bool {
        let spec = stored(spec);
        let changed = self.spec != spec || self.state != State::Active || !served;
        if changed {
            self.spec = spec;
            self.state = State::Deploying;
            self.updated = now();
        }
        changed
    }

    /// As the API answers it.
    pub fn view(&self, name: &str, run: &Run) -> Value {
        let mut view = Value::Object(self.spec.clone());
        let id = service_id(name.rsplit('/').next().unwrap_or_default());
        view["name"] = json!(name);
        view["createTime"] = json!(self.created);
        view["updateTime"] = json!(self.updated);
        match &self.state {
            State::Deploying => view["state"] = json!("DEPLOYING"),
            State::Active => view["state"] = json!("ACTIVE"),
            State::Failed(failure) => {
                view["state"] = json!("FAILED");
                view["stateMessages"] = json!([{
                    "severity": "ERROR", "type": "FunctionDeploymentFailed",
                    "message": failure.message,
                }]);
            }
        }
        view["buildConfig"]["sourceProvenance"] =
            json!({"resolvedStorageSource": view["buildConfig"]["source"]["storageSource"]});
        let config = &mut view["serviceConfig"];
        config["service"] = json!(run.name(&id));
        if let Some(revision) = &self.revision {
            config["revision"] = json!(revision);
        }
        let everything = run.with(&id, |service| service.is_all_on_latest());
        config["allTrafficOnLatestRevision"] = json!(everything.unwrap_or(false));
        if let Some(url) = run.url(&id) {
            config["uri"] = json!(url);
            view["url"] = json!(url);
        }
        view
    }
}

/// What is kept of a spec: not what says where traffic goes, which the service
/// knows better.
fn stored(mut spec: Map<String, Value>) -> Map<String, Value> {
    spec.remove("name");
    spec.insert("environment".to_owned(), json!("GEN_2"));
    if let Some(config) = spec.get_mut("serviceConfig").and_then(Value::as_object_mut) {
        config.remove("allTrafficOnLatestRevision");
    }
    spec
}

/// The id of the Cloud Run service under a function.
pub(super) fn service_id(function: &str) -> String {
    function.to_ascii_lowercase().replace('_', "-")
}

/// Refuses what Cloud Functions refuses at once.
pub(super) fn check(id: &str, spec: &Map<String, Value>) -> Result<(), Error> {
    let build = spec.get("buildConfig").unwrap_or(&Value::Null);
    let has = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let source = &build["source"]["storageSource"];
    let checks = [
        ("function_id", !id.is_empty() && id.len() <= 63),
        ("build_config.runtime", has(&build["runtime"])),
        ("build_config.entry_point", has(&build["entryPoint"])),
        (
            "build_config.source.storage_source.bucket",
            has(&source["bucket"]),
        ),
        (
            "build_config.source.storage_source.object",
            has(&source["object"]),
        ),
    ];
    let violations: Vec<_> = checks
        .iter()
        .filter(|(_, fits)| !fits)
        .map(|(field, _)| {
            (
                (*field).to_owned(),
                format!("{field} must be set and valid."),
            )
        })
        .collect();
    if violations.is_empty() {
        labels::check(spec)
    } else {
        Err(Error::violations(&violations))
    }
}

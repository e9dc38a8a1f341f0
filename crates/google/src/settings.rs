//! A unit's artifact and settings, as the manifest and the lock write them.

use crate::errors;
use segue_model::{Failure, Fault, Unit};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Duration;

/// What the manifest says of a Cloud Run service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Run {
    /// The service's name; the module's when none is given.
    #[serde(default)]
    pub service: Option<String>,
    /// Requests that one instance takes at once.
    #[serde(default)]
    pub concurrency: Option<i32>,
    /// The identity that the service runs as.
    #[serde(default)]
    pub service_account: Option<String>,
    #[serde(flatten)]
    pub access: Reach,
}

/// What the manifest says of a function.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Function {
    /// The function's name; the module's when none is given.
    #[serde(default)]
    pub function: Option<String>,
    /// For example `nodejs22`.
    #[serde(default)]
    pub runtime: Option<String>,
    /// The exported name that is called.
    #[serde(default)]
    pub entry_point: Option<String>,
    /// The identity that the function runs as.
    #[serde(default)]
    pub service_account: Option<String>,
    #[serde(flatten)]
    pub access: Reach,
}

/// Who may call, and how health is asked for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Reach {
    /// Members of `roles/run.invoker`.
    #[serde(default)]
    pub invokers: Vec<String>,
    /// How long health must stay good, in milliseconds.
    #[serde(default = "one_second")]
    pub stable_ms: u64,
    /// The path that answers 200 when healthy.
    #[serde(default = "healthz")]
    pub health: String,
}

impl Reach {
    pub(crate) fn stable(&self) -> Duration {
        Duration::from_millis(self.stable_ms)
    }
}

/// What the lock holds for a Cloud Run service.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Image {
    /// `repository@sha256:…`.
    pub image: String,
}

/// What the lock holds for a function.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
pub(crate) struct Source {
    pub bucket: String,
    pub object: String,
    /// The object's generation, a 64-bit number in text.
    pub generation: String,
}

/// The part of `unit` that `value` is, as `T`.
pub(crate) fn read<T: DeserializeOwned>(
    unit: &Unit,
    part: &str,
    value: &Value,
) -> Result<T, Failure> {
    // An absent part is one in which nothing is said.
    let value = match value {
        Value::Null => Value::Object(Default::default()),
        value => value.clone(),
    };
    serde_json::from_value(value).map_err(|error| {
        Failure::step(
            errors::INPUT,
            format!("the {part} of {} cannot be used", unit.module),
        )
        .by(Fault::User)
        .words(error.to_string())
    })
}

/// The input or settings `value` of `whose`, as `T`.
pub(crate) fn input<T: DeserializeOwned>(whose: &str, value: &Value) -> Result<T, Failure> {
    T::deserialize(value).map_err(|error| {
        Failure::step(
            errors::INPUT,
            format!("what {whose} was told cannot be used"),
        )
        .by(Fault::User)
        .words(error.to_string())
    })
}

fn one_second() -> u64 {
    1_000
}

fn healthz() -> String {
    "/healthz".to_owned()
}

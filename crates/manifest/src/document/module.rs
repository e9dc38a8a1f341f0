//! The shape of a module.

use super::{DurationText, MigrationText, Needs, OneOrMany, PercentText};
use crate::{
    Spanned,
    manifest::{Check, SecretRef, Verify},
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One deployable thing: where it runs, its version, what is deployed and what it needs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Module", extend("oneOf" = [
    { "required": ["helm"] },
    { "required": ["manifests"] },
    { "required": ["image"] },
    { "required": ["source"] },
]))]
pub(crate) struct ModuleText {
    /// The target, or targets, on which it runs; all of one platform.
    pub on: OneOrMany<Spanned<String>>,
    /// The version to release (Semantic Versioning), for example `2.1.0`.
    pub version: Spanned<String>,
    /// What must be live before it: a list of modules, or modules with the range of
    /// versions that this one works with, for example `{ billing-service: ">=2.0, <3" }`.
    #[serde(default)]
    pub needs: Needs,
    /// `last`: comes after every other module.
    pub order: Option<Spanned<Position>>,
    /// How long a new version must stay healthy before the release goes on.
    pub stable: Option<Spanned<DurationText>>,
    /// How long one operation on it may take before it counts as failed.
    pub deadline: Option<Spanned<DurationText>>,
    /// The path that answers whether it is healthy.
    pub health: Option<Spanned<String>>,
    /// Programs that change what it keeps its data in, one after the other, before the
    /// new version is deployed anywhere. The version that is live must bear the change.
    pub migrate: Option<OneOrMany<MigrationText>>,
    /// What it relies on; asked before it is deployed.
    #[serde(default)]
    pub checks: Vec<Spanned<Check>>,
    /// What proves that it works; asked after it is deployed.
    #[serde(default)]
    pub verify: Vec<Spanned<Verify>>,

    /// Kubernetes: the Helm chart that is rendered.
    pub helm: Option<Spanned<Helm>>,
    /// Kubernetes: a file or directory of manifests, relative to this file.
    pub manifests: Option<Spanned<String>>,
    /// Azure Functions, Cloud Run: the container image without tag or digest; the
    /// module's version is its tag.
    pub image: Option<Spanned<String>>,
    /// Cloud Functions: the source archive, `gs://BUCKET/OBJECT`.
    pub source: Option<Spanned<String>>,

    /// Kubernetes: containers of the pods that a mesh injects, for example
    /// `istio-proxy`; they must be ready too.
    pub sidecars: Option<Spanned<Vec<String>>>,
    /// Kubernetes: where the values of its Secret objects come from, by object and key.
    pub secrets: Option<Spanned<BTreeMap<String, BTreeMap<String, SecretRef>>>>,
    /// Azure Functions: the function app's name; the module's name when not written.
    pub app: Option<Spanned<String>>,
    /// Azure Functions: the deployment slot that takes the new version before the swap.
    pub slot: Option<Spanned<String>>,
    /// Azure Functions: app settings that the module needs, by name.
    #[schemars(extend("additionalProperties" = { "type": "string", "minLength": 0 }))]
    pub settings: Option<Spanned<BTreeMap<String, String>>>,
    /// Cloud Run: the service's name; the module's name when not written.
    pub service: Option<Spanned<String>>,
    /// Cloud Run: how many requests one instance takes at once.
    #[schemars(range(min = 1, max = 1000))]
    pub concurrency: Option<Spanned<u32>>,
    /// Cloud Run: the steps in which traffic moves, increasing to `100%`; all at once
    /// when not written.
    #[schemars(length(min = 1))]
    pub shift: Option<Spanned<Vec<Spanned<PercentText>>>>,
    /// Cloud Functions: the function's name; the module's name when not written.
    pub function: Option<Spanned<String>>,
    /// Cloud Functions: the runtime, for example `nodejs22`.
    pub runtime: Option<Spanned<String>>,
    /// Cloud Functions: the function of the source that is called.
    pub entry_point: Option<Spanned<String>>,
    /// Cloud Run, Cloud Functions: the service account as which it runs.
    pub service_account: Option<Spanned<String>>,
    /// Cloud Run, Cloud Functions: who may call it, as IAM writes it, for example `allUsers`.
    pub invokers: Option<Spanned<Vec<String>>>,
}

/// A Helm chart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Helm {
    /// The chart's directory, relative to this file.
    pub chart: Spanned<String>,
    /// Files of values, relative to this file; the later ones over the earlier.
    #[serde(default)]
    pub values: Vec<Spanned<String>>,
}

/// The place of a module among all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ModuleOrder")]
pub(crate) enum Position {
    /// After every other module.
    Last,
}

//! What exists in Azure before anybody calls it: the resources that releases
//! change and do not create.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The subscription, its one resource group, and what is in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct World {
    /// The subscription's id.
    pub subscription: String,
    /// The resource group's name.
    pub resource_group: String,
    /// The one bearer token that Resource Manager and the vaults accept.
    pub token: String,
    /// The function apps.
    pub apps: Vec<App>,
    /// The Event Grid topics' event subscriptions.
    pub event_subscriptions: Vec<EventSubscription>,
    /// The vaults: by name, each secret by its name.
    pub vaults: BTreeMap<String, BTreeMap<String, SeededSecret>>,
    /// The Application Insights components; each knows the requests of all apps.
    pub components: Vec<String>,
}

/// A secret that is in its vault from the start.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SeededSecret {
    /// Its value.
    pub value: String,
    /// The id of its one version: 32 hexadecimal digits.
    pub version: String,
}

/// A function app that runs a container.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct App {
    /// Its name.
    pub name: String,
    /// The module that it runs.
    pub module: String,
    /// Its deployment slots beside `production`; each begins as a copy of it.
    pub slots: Vec<String>,
    /// Its functions' names.
    pub functions: Vec<String>,
    /// What runs at the start, as `repository@sha256:…`.
    pub image: Option<String>,
    /// Its app settings at the start.
    pub settings: BTreeMap<String, String>,
}

/// An event subscription of a custom topic, which starts a function.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EventSubscription {
    /// The topic's name.
    pub topic: String,
    /// The subscription's name.
    pub name: String,
    /// The function app that it calls.
    pub app: String,
    /// The function in it.
    pub function: String,
    /// Where its events go instead, when somebody paused it before the start.
    pub held: Option<HoldQueue>,
}

/// A storage queue that holds events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct HoldQueue {
    /// The storage account's name, in the same resource group.
    pub storage_account: String,
    /// The queue's name.
    pub queue: String,
}

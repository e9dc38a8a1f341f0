//! Long-running operations.
//! Source: <https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.operations>.

use super::{call::Call, error::Error, page::page};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Why an operation failed: a `google.rpc.Code` and words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    pub code: u8,
    pub message: String,
}

struct Operation {
    module: String,
    metadata: Value,
    outcome: Option<Result<Value, Failure>>,
}

/// The operations of one API.
pub(super) struct Operations {
    parent: String,
    all: Mutex<BTreeMap<String, Operation>>,
}

impl Operations {
    /// No operations yet; `parent` is `projects/…/locations/…`.
    pub fn new(parent: String) -> Self {
        Self {
            parent,
            all: Mutex::default(),
        }
    }

    /// Begins an operation that concerns `module`; its name.
    pub fn begin(&self, module: &str, metadata: Value) -> String {
        let id: String = std::iter::repeat_with(|| fastrand::char('a'..='z'))
            .take(16)
            .collect();
        let name = format!("{}/operations/{id}", self.parent);
        let operation = Operation {
            module: module.to_owned(),
            metadata,
            outcome: None,
        };
        self.lock().insert(name.clone(), operation);
        name
    }

    /// Ends it; `response` carries its `@type`.
    pub fn end(&self, name: &str, metadata: Value, outcome: Result<Value, Failure>) {
        if let Some(operation) = self.lock().get_mut(name) {
            operation.metadata = metadata;
            operation.outcome = Some(outcome);
        }
    }

    /// As `operations.get` answers it.
    pub fn view(&self, name: &str) -> Result<Value, Error> {
        let all = self.lock();
        let operation = all
            .get(name)
            .ok_or_else(|| Error::not_found(format!("Resource '{name}' was not found")))?;
        Ok(operation.view(name))
    }

    /// The module that an operation concerns.
    pub fn module(&self, name: &str) -> Option<String> {
        Some(self.lock().get(name)?.module.clone())
    }

    /// As `operations.list` answers them.
    pub fn list(&self, call: &Call<'_>) -> Result<Value, Error> {
        let all = self.lock();
        let views = all.iter().map(|(name, one)| one.view(name)).collect();
        page(call, "operations", views)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Operation>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Operation {
    fn view(&self, name: &str) -> Value {
        let mut view = json!({"name": name, "metadata": self.metadata});
        match &self.outcome {
            None => {}
            Some(Ok(response)) => {
                view["done"] = json!(true);
                view["response"] = response.clone();
            }
            Some(Err(failure)) => {
                view["done"] = json!(true);
                view["error"] = json!({"code": failure.code, "message": failure.message});
            }
        }
        view
    }
}

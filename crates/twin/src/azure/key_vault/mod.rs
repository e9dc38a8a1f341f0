//! Key Vault's data plane for secrets: one listener per vault.
//!
//! Secrets' ids and `nextLink`s bear the listener's own URL, in place of
//! `https://{vault}.vault.azure.net`. Deleting is deliberately absent.
//! Source: <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

mod body;
mod error;
mod request;
mod store;

use super::SeededSecret;
use crate::Shared;
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, Method},
    response::{IntoResponse, Response},
};
use body::{SetSecret, UpdateSecret};
use error::VaultError;
use request::VaultRequest;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{Detail, Store, Version};

/// How many items a page has when `maxresults` is not given, and at most.
const PAGE: usize = 25;

struct Vault {
    shared: Shared,
    /// The name of the vault in the ledger of effects: `keyvault/{name}`.
    api: String,
    base: String,
    token: String,
    store: Mutex<Store>,
}

/// The routes of the vault `name` at `base`.
pub(super) fn router(
    shared: &Shared,
    name: &str,
    base: &str,
    token: &str,
    secrets: &BTreeMap<String, SeededSecret>,
) -> Router {
    let vault = Vault {
        shared: shared.clone(),
        api: format!("keyvault/{name}"),
        base: base.to_owned(),
        token: token.to_owned(),
        store: Mutex::new(Store::new(secrets)),
    };
    Router::new().fallback(serve).with_state(Arc::new(vault))
}

async fn serve(State(vault): State<Arc<Vault>>, request: Request) -> Response {
    let answer = match VaultRequest::read(&vault.token, request).await {
        Ok(request) => vault.answer(&request),
        Err(error) => Err(error),
    };
    let mut response = match answer {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    };
    if let Ok(id) = HeaderValue::from_str(&super::ids::uuid()) {
        response.headers_mut().insert("x-ms-request-id", id);
    }
    response
}

impl Vault {
    fn answer(&self, request: &VaultRequest) -> Result<Value, VaultError> {
        let path: Vec<_> = request.path.iter().map(String::as_str).collect();
        match (path.as_slice(), &request.method) {
            (["secrets"], &Method::GET) => self.list(request),
            (["secrets"], _) => Err(request.wrong_verb("GET")),
            (["secrets", name], &Method::GET) => self.get(name, None),
            (["secrets", name], &Method::PUT) => self.set(name, request.body()?),
            (["secrets", _], _) => Err(request.wrong_verb("GET, PUT")),
            (["secrets", name, "versions"], &Method::GET) => self.versions(name, request),
            (["secrets", _, "versions"], _) => Err(request.wrong_verb("GET")),
            (["secrets", name, version], &Method::GET) => self.get(name, Some(version)),
            (["secrets", name, version], &Method::PATCH) => {
                self.update(name, version, request.body()?)
            }
            (["secrets", _, _], _) => Err(request.wrong_verb("GET, PATCH")),
            _ => Err(VaultError::no_such_path()),
        }
    }

    fn get(&self, name: &str, version: Option<&str>) -> Result<Value, VaultError> {
        let store = self.lock();
        let found = store.find(name, version)?;
        if !found.enabled {
            return Err(VaultError::disabled());
        }
        Ok(found.value(&self.base, Detail::Whole))
    }

    fn set(&self, name: &str, body: SetSecret) -> Result<Value, VaultError> {
        let version = Version::new(name, body)?;
        let value = version.value(&self.base, Detail::Whole);
        self.lock().add(version);
        self.shared.effects.record(&self.api, "secrets.set", name);
        Ok(value)
    }

    fn update(&self, name: &str, version: &str, body: UpdateSecret) -> Result<Value, VaultError> {
        let mut store = self.lock();
        let found = store.find_mut(name, version)?;
        if found.update(body) {
            self.shared
                .effects
                .record(&self.api, "secrets.update", name);
        }
        Ok(found.value(&self.base, Detail::WithoutValue))
    }

    fn list(&self, request: &VaultRequest) -> Result<Value, VaultError> {
        let store = self.lock();
        let all = store
            .latest()
            .map(|version| version.value(&self.base, Detail::Secret));
        self.page(request, "secrets", all.collect())
    }

    fn versions(&self, name: &str, request: &VaultRequest) -> Result<Value, VaultError> {
        let store = self.lock();
        let all = store.versions(name);
        let all = all.map(|version| version.value(&self.base, Detail::WithoutValue));
        self.page(request, &format!("secrets/{name}/versions"), all.collect())
    }

    fn page(
        &self,
        request: &VaultRequest,
        path: &str,
        all: Vec<Value>,
    ) -> Result<Value, VaultError> {
        let size = request.number("maxresults")?.unwrap_or(PAGE);
        if !(1..=PAGE).contains(&size) {
            return Err(VaultError::bad_parameter(format!(
                "Property maxresults has invalid value: it must be between 1 and {PAGE}."
            )));
        }
        let start = request.number("$skiptoken")?.unwrap_or(0);
        let next = start.saturating_add(size);
        let link = (next < all.len()).then(|| {
            let version = request.version();
            format!(
                "{}/{path}?api-version={version}&$skiptoken={next}&maxresults={size}",
                self.base
            )
        });
        let items: Vec<_> = all.into_iter().skip(start).take(size).collect();
        Ok(json!({"value": items, "nextLink": link}))
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

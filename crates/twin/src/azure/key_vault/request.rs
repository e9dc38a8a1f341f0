//! One request to a vault, authenticated and read.

use super::error::VaultError;
use axum::{
    body::{Bytes, to_bytes},
    extract::{Query, Request},
    http::{HeaderMap, Method, header},
};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// A secret's value has at most 25 kB.
const LARGEST_BODY: usize = 1 << 18;

const VERSIONS: [&str; 8] = [
    "7.1",
    "7.2",
    "7.3",
    "7.4",
    "7.5",
    "7.6",
    "2025-07-01",
    "2026-04-01",
];

const PARAMETERS: [&str; 3] = ["api-version", "maxresults", "$skiptoken"];

/// One request.
pub(super) struct VaultRequest {
    pub method: Method,
    pub path: Vec<String>,
    query: BTreeMap<String, String>,
    body: Bytes,
}

impl VaultRequest {
    /// Checks token and api-version, and reads the request.
    pub async fn read(token: &str, request: Request) -> Result<Self, VaultError> {
        let (parts, body) = request.into_parts();
        authenticate(token, &parts.headers)?;
        let bad = |error: &dyn std::fmt::Display| VaultError::bad_parameter(error.to_string());
        let Query(query) = Query::try_from_uri(&parts.uri).map_err(|error| bad(&error))?;
        let body = to_bytes(body, LARGEST_BODY)
            .await
            .map_err(|error| bad(&error))?;
        let segments = parts
            .uri
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty());
        let request = Self {
            path: segments.map(str::to_owned).collect(),
            method: parts.method,
            query,
            body,
        };
        request.check()?;
        Ok(request)
    }

    /// The request's `api-version`.
    pub fn version(&self) -> &str {
        self.query.get("api-version").map_or("", String::as_str)
    }

    /// A query parameter that is a number.
    pub fn number(&self, name: &str) -> Result<Option<usize>, VaultError> {
        let parse = |text: &String| {
            let message = format!("Property {name} has invalid value '{text}'.");
            text.parse().map_err(|_| VaultError::bad_parameter(message))
        };
        self.query.get(name).map(parse).transpose()
    }

    /// The body as a `T`; unknown fields are errors.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, VaultError> {
        // The error must not show the value, so it gets serde's words, which
        // name the field and the kind of mistake only.
        serde_json::from_slice(&self.body).map_err(|error| {
            let words = if error.is_data() {
                error.to_string()
            } else {
                "invalid JSON".to_owned()
            };
            VaultError::bad_parameter(format!("Request body specifies an invalid value: {words}"))
        })
    }

    /// The error for a verb that the resource does not have.
    pub fn wrong_verb(&self, allowed: &'static str) -> VaultError {
        VaultError::wrong_verb(self.method.as_str(), allowed)
    }

    fn check(&self) -> Result<(), VaultError> {
        let version = self.version();
        if version.is_empty() {
            return Err(VaultError::bad_parameter("api-version must be specified"));
        }
        if !VERSIONS.contains(&version) {
            return Err(VaultError::bad_parameter(format!(
                "The specified version ({version}) is not recognized. Consider using the latest \
                 supported version ({}).",
                VERSIONS.join(", ")
            )));
        }
        match self
            .query
            .keys()
            .find(|key| !PARAMETERS.contains(&key.as_str()))
        {
            None => Ok(()),
            Some(key) => Err(VaultError::bad_parameter(format!(
                "The query parameter '{key}' is not known."
            ))),
        }
    }
}

fn authenticate(token: &str, headers: &HeaderMap) -> Result<(), VaultError> {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok());
    match given.and_then(|given| given.strip_prefix("Bearer ")) {
        Some(bearer) if bearer == token => Ok(()),
        Some(_) => Err(VaultError::unauthorized(
            "AKV10032: Invalid issuer or signature of the token.",
        )),
        None => Err(VaultError::unauthorized(
            "AKV10000: Request is missing a Bearer or PoP token.",
        )),
    }
}

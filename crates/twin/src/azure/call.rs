//! One request to Resource Manager, authenticated and read: path, query, body.

use super::error::ArmError;
use axum::{
    body::{Bytes, to_bytes},
    extract::{Query, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header},
};
use serde::de::DeserializeOwned;

/// Resource Manager takes bodies up to 4 MB; nothing here needs that much.
const LARGEST_BODY: usize = 1 << 20;

/// The last segments of POST requests that read.
const READING_ACTIONS: [&str; 4] = ["list", "listkeys", "containerlogs", "getfullurl"];

/// An API of a resource provider: its namespace and the versions it knows.
pub(super) struct Api {
    pub namespace: &'static str,
    pub versions: &'static [&'static str],
}

/// One request.
pub(super) struct Call {
    pub method: Method,
    /// The endpoint, for the URLs that answers carry: `https://127.0.0.1:PORT`.
    pub base: String,
    uri: Uri,
    path: Vec<String>,
    query: Vec<(String, String)>,
    json: bool,
    body: Bytes,
}

impl Call {
    /// Checks the bearer token and reads the request.
    pub async fn read(base: &str, token: &str, request: Request) -> Result<Self, ArmError> {
        let (parts, body) = request.into_parts();
        authenticate(token, &parts.headers)?;
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|error| {
            ArmError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLarge",
                error.to_string(),
            )
        })?;
        Ok(Self {
            base: base.to_owned(),
            query: query(&parts.uri)?,
            path: segments(parts.uri.path()),
            uri: parts.uri,
            json: says_json(&parts.headers),
            method: parts.method,
            body,
        })
    }

    /// The path's segments in lower case: Resource Manager ignores case in paths.
    pub fn path(&self) -> Vec<String> {
        self.path.iter().map(|s| s.to_ascii_lowercase()).collect()
    }

    /// The path's last segment as written: the name of what is made or changed.
    pub fn last(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The request's own URL.
    pub fn url(&self) -> String {
        format!("{}{}", self.base, self.uri)
    }

    /// The URL of an asynchronous operation of a provider in this subscription.
    pub fn operation_url(&self, namespace: &str, kind: &str, id: &str) -> Result<String, ArmError> {
        let subscription = self.path.get(1).map_or("", String::as_str);
        Ok(format!(
            "{}/subscriptions/{subscription}/providers/{namespace}/locations/westeurope/{kind}/{id}\
             ?api-version={}",
            self.base,
            self.version()?
        ))
    }

    /// The value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.query
            .iter()
            .find(found)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses query parameters that are not in `known` (`api-version` always is).
    pub fn only_parameters(&self, known: &[&str]) -> Result<(), ArmError> {
        let strange = |(key, _): &&(String, String)| {
            !key.eq_ignore_ascii_case("api-version")
                && !known.iter().any(|known| key.eq_ignore_ascii_case(known))
        };
        match self.query.iter().find(strange) {
            None => Ok(()),
            Some((key, _)) => Err(ArmError::bad_request(
                "BadRequest",
                format!("The query parameter '{key}' is not known."),
            )),
        }
    }

    /// Whether the request would change something.
    pub fn mutates(&self) -> bool {
        let action = self.last().to_ascii_lowercase();
        match self.method {
            Method::GET | Method::HEAD => false,
            Method::POST => !READING_ACTIONS.contains(&action.as_str()),
            _ => true,
        }
    }

    /// The request's `api-version`, which every request must have.
    pub fn version(&self) -> Result<&str, ArmError> {
        let words = "The api-version query parameter (?api-version=) is required for all requests.";
        self.parameter("api-version")
            .filter(|version| !version.is_empty())
            .ok_or_else(|| ArmError::bad_request("MissingApiVersionParameter", words))
    }

    /// Refuses an `api-version` that `api` does not know for `resource_type`.
    pub fn check_version(&self, api: &Api, resource_type: &str) -> Result<(), ArmError> {
        let version = self.version()?;
        let supported = api.versions.join(", ");
        if api.versions.contains(&version) {
            return Ok(());
        }
        if !is_date(version) {
            return Err(ArmError::bad_request(
                "InvalidApiVersionParameter",
                format!(
                    "The api-version '{version}' is invalid. The supported versions are '{supported}'."
                ),
            ));
        }
        Err(ArmError::bad_request(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location 'westeurope' and API version \
                 '{version}' for type '{resource_type}'. The supported api-versions are \
                 '{supported}'. The supported locations are 'westeurope'."
            ),
        ))
    }

    /// The body as a `T`; unknown fields are errors when `T` says so.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, ArmError> {
        if !self.json {
            return Err(ArmError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UnsupportedMediaType",
                "The content media type is not supported. Only 'application/json' is supported.",
            ));
        }
        serde_json::from_slice(&self.body).map_err(ArmError::invalid_body)
    }

    /// The error for a verb that the resource does not have.
    pub fn wrong_verb(&self, allowed: &'static str) -> ArmError {
        ArmError::wrong_verb(self.method.as_str(), allowed)
    }
}

fn authenticate(token: &str, headers: &HeaderMap) -> Result<(), ArmError> {
    let refused = |code: &'static str, words: &str| {
        ArmError::new(StatusCode::UNAUTHORIZED, code, words).with(
            header::WWW_AUTHENTICATE,
            "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\"",
        )
    };
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        let words = "Authentication failed. The 'Authorization' header is missing.";
        return Err(refused("AuthenticationFailed", words));
    };
    let bearer = given.to_str().ok().and_then(|v| v.strip_prefix("Bearer "));
    if bearer == Some(token) {
        return Ok(());
    }
    Err(refused(
        "InvalidAuthenticationToken",
        "The access token is invalid.",
    ))
}

fn segments(path: &str) -> Vec<String> {
    let whole = |segment: &&str| !segment.is_empty();
    path.split('/').filter(whole).map(str::to_owned).collect()
}

fn query(uri: &Uri) -> Result<Vec<(String, String)>, ArmError> {
    let Query(query) = Query::try_from_uri(uri)
        .map_err(|error| ArmError::bad_request("BadRequest", error.to_string()))?;
    Ok(query)
}

fn says_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"))
}

/// `YYYY-MM-DD`, with or without `-preview`.
fn is_date(version: &str) -> bool {
    let date = version.strip_suffix("-preview").unwrap_or(version);
    date.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_version_is_a_date() {
        assert!(is_date("2024-11-01"));
        assert!(is_date("2024-11-01-preview"));
        assert!(!is_date("v1"));
    }

    #[test]
    fn listing_app_settings_is_a_read_though_it_is_a_post() {
        let call = |path: &str| Call {
            method: Method::POST,
            base: String::new(),
            uri: Uri::default(),
            path: segments(path),
            query: Vec::new(),
            json: false,
            body: Bytes::new(),
        };
        assert!(!call("/sites/a/config/appsettings/list").mutates());
        assert!(call("/sites/a/slotsswap").mutates());
    }
}

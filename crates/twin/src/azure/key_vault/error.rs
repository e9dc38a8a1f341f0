//! Key Vault's errors: `{"error":{"code","message","innererror"}}`, in its words.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// What an unauthenticated call is told: where to get a token, and for what.
const CHALLENGE: &str = "Bearer authorization=\"https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000\", resource=\"https://vault.azure.net\"";

/// An error answer of a vault.
#[derive(Debug)]
pub(super) struct VaultError {
    status: StatusCode,
    body: Value,
    header: Option<(HeaderName, &'static str)>,
}

impl VaultError {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            body: json!({"code": code, "message": message}),
            header: None,
        }
    }

    pub fn unauthorized(words: &str) -> Self {
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", words);
        error.header = Some((header::WWW_AUTHENTICATE, CHALLENGE));
        error
    }

    pub fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadParameter", message)
    }

    pub fn wrong_verb(verb: &str, allowed: &'static str) -> Self {
        let message = format!("HTTP method '{verb}' is not supported.");
        let mut error = Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
        error.header = Some((header::ALLOW, allowed));
        error
    }

    pub fn no_such_path() -> Self {
        let words = "The request URI does not name a secret.";
        Self::new(StatusCode::NOT_FOUND, "NotFound", words)
    }

    /// `what` is a name, or a name and a version.
    pub fn secret_not_found(what: &str) -> Self {
        let message = format!(
            "A secret with (name/id) {what} was not found in this key vault. If you recently \
             deleted this secret you may be able to recover it using the correct recovery command. \
             For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        Self::new(StatusCode::NOT_FOUND, "SecretNotFound", message)
    }

    pub fn disabled() -> Self {
        let words = "Operation get is not allowed on a disabled secret.";
        let mut error = Self::new(StatusCode::FORBIDDEN, "Forbidden", words);
        error.body["innererror"] = json!({"code": "SecretDisabled"});
        error
    }
}

impl IntoResponse for VaultError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({"error": self.body}))).into_response();
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

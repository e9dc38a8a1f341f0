//! Resource Manager's errors: `{"error":{"code","message","details"}}`.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>
//! and the common error format of the Azure REST API guidelines.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// An error answer of Resource Manager or of a resource provider.
#[derive(Debug, Clone)]
pub(super) struct ArmError {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, &'static str)>,
}

/// What every handler gives.
pub(super) type Answer = Result<Response, ArmError>;

impl ArmError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            header: None,
        }
    }

    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", message)
    }

    /// The body is no JSON of the wanted form; `why` names the field.
    pub fn invalid_body(why: impl std::fmt::Display) -> Self {
        let message =
            format!("The request content was invalid and could not be deserialized: '{why}'.");
        Self::bad_request("InvalidRequestContent", message)
    }

    /// `kind_and_name` as in `Microsoft.Web/sites/app`.
    pub fn not_found(kind_and_name: &str, group: &str) -> Self {
        let message = format!(
            "The Resource '{kind_and_name}' under resource group '{group}' was not found. \
             For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        );
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFound", message)
    }

    pub fn no_such_type(namespace: &str, resource_type: &str) -> Self {
        let message = format!(
            "The resource type '{resource_type}' could not be found in the namespace '{namespace}'."
        );
        Self::new(StatusCode::NOT_FOUND, "InvalidResourceType", message)
    }

    pub fn wrong_verb(verb: &str, allowed: &'static str) -> Self {
        let message = format!("The requested resource does not support http method '{verb}'.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
            .with(header::ALLOW, allowed)
    }

    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceUnavailable",
            "The service is temporarily unavailable. Please retry the request.",
        )
        .with(header::RETRY_AFTER, "1")
    }

    pub fn denied(action: &str, scope: &str) -> Self {
        let message = format!(
            "The client 'segue' with object id '00000000-0000-0000-0000-000000000001' does not \
             have authorization to perform action '{action}' over scope '{scope}' or the scope is \
             invalid. If access was recently granted, please refresh your credentials."
        );
        Self::new(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
    }

    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            error.to_string(),
        )
    }

    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    /// The error object alone, as a failed asynchronous operation shows it.
    pub fn value(&self) -> Value {
        json!({"code": self.code, "message": self.message, "details": []})
    }
}

impl IntoResponse for ArmError {
    fn into_response(self) -> Response {
        let body = Json(json!({"error": self.value()}));
        let mut response = (self.status, body).into_response();
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

//! The API's error body: a `Status` object.

use super::kind::Kind;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// Why a request is refused, as the API says it.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    details: Option<Value>,
}

/// One thing that is wrong with an object.
#[derive(Debug, Clone)]
pub struct Cause {
    pub reason: &'static str,
    pub field: String,
    pub message: String,
}

impl Cause {
    pub fn required(field: impl Into<String>, words: &str) -> Self {
        let words = if words.is_empty() {
            String::new()
        } else {
            format!(": {words}")
        };
        Self {
            reason: "FieldValueRequired",
            field: field.into(),
            message: format!("Required value{words}"),
        }
    }

    pub fn invalid(field: impl Into<String>, value: &Value, words: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            message: format!("Invalid value: {value}: {words}"),
        }
    }

    pub fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            field: field.into(),
            message: format!("Duplicate value: {value}"),
        }
    }

    pub fn forbidden(field: impl Into<String>, words: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            field: field.into(),
            message: format!("Forbidden: {words}"),
        }
    }

    pub fn not_supported(field: impl Into<String>, value: &Value, known: &[&str]) -> Self {
        let known: Vec<_> = known.iter().map(|word| format!("\"{word}\"")).collect();
        Self {
            reason: "FieldValueNotSupported",
            field: field.into(),
            message: format!(
                "Unsupported value: {value}: supported values: {}",
                known.join(", ")
            ),
        }
    }

    fn to_wire(&self) -> Value {
        json!({"reason": self.reason, "message": self.message, "field": self.field})
    }
}

impl ApiError {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            details: None,
        }
    }

    fn about(mut self, kind: &Kind, name: &str) -> Self {
        self.details = Some(json!({"name": name, "group": kind.group, "kind": kind.plural}));
        self
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    pub fn forbidden(kind: &Kind, name: &str, words: &str) -> Self {
        let resource = kind.resource();
        Self::new(
            403,
            "Forbidden",
            format!("{resource} \"{name}\" is forbidden: {words}"),
        )
        .about(kind, name)
    }

    pub fn no_such_path() -> Self {
        let mut error = Self::new(
            404,
            "NotFound",
            "the server could not find the requested resource",
        );
        error.details = Some(json!({}));
        error
    }

    pub fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", kind.resource());
        Self::new(404, "NotFound", message).about(kind, name)
    }

    pub fn method_not_allowed() -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
    }

    pub fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", kind.resource());
        Self::new(409, "AlreadyExists", message).about(kind, name)
    }

    /// Someone else changed the object since the caller read it.
    pub fn conflict(kind: &Kind, name: &str, words: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": {words}",
            kind.resource()
        );
        Self::new(409, "Conflict", message).about(kind, name)
    }

    /// Someone else owns fields that the caller applies.
    pub fn apply_conflict(message: String, causes: &[Cause]) -> Self {
        let mut error = Self::new(409, "Conflict", message);
        let causes: Vec<_> = causes.iter().map(Cause::to_wire).collect();
        error.details = Some(json!({"causes": causes}));
        error
    }

    /// The history that a watch asks for is gone.
    pub fn expired(asked: u64, oldest: u64) -> Self {
        Self::new(
            410,
            "Expired",
            format!("too old resource version: {asked} ({oldest})"),
        )
    }

    pub fn unsupported_media_type(given: &str) -> Self {
        Self::new(
            415,
            "UnsupportedMediaType",
            format!("the body of the request was in an unknown format - {given}"),
        )
    }

    pub fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Self {
        let resource = if kind.group.is_empty() {
            kind.kind.to_owned()
        } else {
            format!("{}.{}", kind.kind, kind.group)
        };
        let words: Vec<_> = causes
            .iter()
            .map(|cause| format!("{}: {}", cause.field, cause.message))
            .collect();
        let words = match words.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        let mut error = Self::new(
            422,
            "Invalid",
            format!("{resource} \"{name}\" is invalid: {words}"),
        );
        let causes: Vec<_> = causes.iter().map(Cause::to_wire).collect();
        error.details = Some(json!({
            "name": name, "group": kind.group, "kind": kind.kind, "causes": causes,
        }));
        error
    }

    pub fn unavailable(message: impl Into<String>) -> Self {
        let mut error = Self::new(503, "ServiceUnavailable", message);
        error.details = Some(json!({"retryAfterSeconds": 1}));
        error
    }

    /// As the body says it.
    pub fn to_wire(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        status
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (code, axum::Json(self.to_wire())).into_response();
        if code == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

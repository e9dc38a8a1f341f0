//! What Azure answers when it refuses, as [`Failure`]s: the one place where
//! status codes get a meaning. Azure's words stay as they are.

use azure_core::{Error, error::ErrorKind, http::headers::Headers};
use segue_model::{Failure, FailureKind, Fault};
use serde_json::Value;
use std::time::Duration;

/// Azure refused the credential or the permission (401, 403).
pub(crate) const DENIED: &str = "SEG4001";
/// A resource is not there (404).
pub(crate) const NOT_FOUND: &str = "SEG4002";
/// Another operation is in progress, or the state does not allow it (409, 412).
pub(crate) const CONFLICT: &str = "SEG4003";
/// Azure is out of reach or asked to come back later (429, 5xx, no answer).
pub(crate) const UNAVAILABLE: &str = "SEG4004";
/// Azure refused the request itself (400 and the rest), or its answer made no sense.
pub(crate) const REJECTED: &str = "SEG4005";
/// No credential could be had.
pub(crate) const NO_CREDENTIAL: &str = "SEG4006";
/// The way to Azure could not be set up.
pub(crate) const UNUSABLE: &str = "SEG4007";

/// At most this much of an answer that is not in a known form is repeated.
const WORDS_LIMIT: usize = 2000;

/// What an answer with this status and body means.
pub(crate) fn from_answer(what: &str, status: u16, headers: &Headers, body: &[u8]) -> Failure {
    let failure = match status {
        401 | 403 => Failure::denied(DENIED, what)
            .hint("see which role the identity lacks: az role assignment list --assignee <identity> --all"),
        404 => Failure::step(NOT_FOUND, what).by(Fault::User),
        409 | 412 => Failure::unavailable(CONFLICT, what),
        408 | 429 | 500..=599 => Failure::unavailable(UNAVAILABLE, what),
        _ => Failure::step(REJECTED, what).by(Fault::User),
    };
    failure
        .words(words(status, body))
        .retry_after_ms(retry_after_ms(headers))
}

/// What a failure inside the SDK means: a connection that broke, a credential
/// that gave no token, or an answer that the SDK turned into an error.
pub(crate) fn from_sdk(what: &str, error: &Error) -> Failure {
    if let ErrorKind::HttpResponse {
        status,
        raw_response: Some(raw),
        ..
    } = error.kind()
    {
        return from_answer(what, u16::from(*status), raw.headers(), raw.body());
    }
    let words = chain(error);
    if kinds(error).any(passes) {
        return Failure::unavailable(UNAVAILABLE, what).words(words);
    }
    match error.kind() {
        ErrorKind::Credential => Failure::denied(NO_CREDENTIAL, what)
            .words(words)
            .hint("log in with `az login`, or give the workload an identity"),
        // A parser's words may repeat the value that it could not parse.
        ErrorKind::DataConversion => nonsense(what),
        _ => Failure::new(FailureKind::Step, Fault::Platform, REJECTED, what).words(words),
    }
}

/// No answer, nor a token to ask with, within `limit`.
pub(crate) fn silent(what: &str, limit: Duration) -> Failure {
    Failure::unavailable(UNAVAILABLE, what).words(format!("no answer in {limit:?}"))
}

/// An answer that is not what the API documents. It is not repeated: it may hold a secret.
pub(crate) fn nonsense(what: &str) -> Failure {
    Failure::new(FailureKind::Step, Fault::Platform, REJECTED, what)
        .words("the answer is not what the API documents")
}

/// Something of the way to Azure cannot be set up.
pub(crate) fn unusable(what: &str, error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::internal(UNUSABLE, format!("cannot set up {what}")).words(chain(error))
}

/// The wait that an answer asks for, in milliseconds.
/// Source: RFC 9110 §10.2.3, in its form of seconds; Azure sends no dates there.
pub(crate) fn retry_after_ms(headers: &Headers) -> Option<u64> {
    let read = |name: &'static str| {
        headers
            .get_optional_str(&name.into())?
            .trim()
            .parse::<u64>()
            .ok()
    };
    read("x-ms-retry-after-ms")
        .or_else(|| read("retry-after-ms"))
        .or_else(|| read("retry-after").map(|seconds| seconds.saturating_mul(1000)))
}

/// Azure's own words in an error body: `{"error":{"code","message","details"}}`
/// (ARM, Key Vault) or `{"Code","Message"}` (App Service), else the text as it is.
pub(crate) fn words(status: u16, body: &[u8]) -> String {
    let parsed: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    match said(parsed.get("error").unwrap_or(&parsed)) {
        Some(words) => words,
        None if body.is_empty() => format!("HTTP {status}"),
        None => String::from_utf8_lossy(body)
            .chars()
            .take(WORDS_LIMIT)
            .collect(),
    }
}

/// Code, message and details of one error object.
pub(crate) fn said(error: &Value) -> Option<String> {
    let text = |lower: &str, upper: &str| {
        let found = error.get(lower).or_else(|| error.get(upper));
        found
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let own = match (text("code", "Code"), text("message", "Message")) {
        (None, None) => return None,
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    };
    let details = error.get("details").and_then(Value::as_array);
    let details = details.into_iter().flatten().filter_map(said);
    let inner = error.get("innererror").and_then(said);
    let all: Vec<String> = std::iter::once(own).chain(details).chain(inner).collect();
    Some(all.join("; "))
}

/// The error and everything beneath it; each says only its own part.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for link in links(error) {
        let words = link.to_string();
        if !said.iter().any(|earlier| earlier.contains(&words)) {
            said.push(words);
        }
    }
    said.join(": ")
}

fn links<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

fn kinds(error: &Error) -> impl Iterator<Item = &ErrorKind> {
    links(error).filter_map(|link| link.downcast_ref::<Error>().map(Error::kind))
}

/// Whether a kind of error may pass by itself.
fn passes(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Connection | ErrorKind::Io => true,
        ErrorKind::HttpResponse { status, .. } => {
            matches!(u16::from(*status), 408 | 429 | 500..=599)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        from_answer("what", status, &Headers::new(), body.as_bytes())
    }

    #[test]
    fn each_status_has_its_meaning() {
        let kind = |status| failure(status, "").kind;
        assert_eq!(kind(401), FailureKind::Denied);
        assert_eq!(kind(403), FailureKind::Denied);
        assert_eq!(kind(404), FailureKind::Step);
        assert_eq!(kind(409), FailureKind::Unavailable);
        assert_eq!(kind(429), FailureKind::Unavailable);
        assert_eq!(kind(503), FailureKind::Unavailable);
        assert_eq!(kind(400), FailureKind::Step);
    }

    #[test]
    fn azures_words_stay_as_they_are() {
        let arm = r#"{"error":{"code":"AuthorizationFailed","message":"The client does not have authorization.","details":[{"code":"X","message":"more"}]}}"#;
        assert_eq!(
            failure(403, arm).words,
            "AuthorizationFailed: The client does not have authorization.; X: more"
        );
        let web = r#"{"Code":"Conflict","Message":"Another operation is in progress."}"#;
        assert_eq!(
            failure(409, web).words,
            "Conflict: Another operation is in progress."
        );
        assert_eq!(failure(502, "<html>").words, "<html>");
        assert_eq!(failure(500, "").words, "HTTP 500");
    }

    #[test]
    fn the_wait_that_azure_asks_for_is_kept() {
        let mut headers = Headers::new();
        headers.insert("retry-after", "7");
        assert_eq!(retry_after_ms(&headers), Some(7000));
        headers.insert("x-ms-retry-after-ms", "250");
        assert_eq!(retry_after_ms(&headers), Some(250));
    }

    #[test]
    fn a_broken_connection_is_not_a_failed_step_and_keeps_its_cause() {
        let cause = std::io::Error::other("connection reset by peer");
        let error = Error::with_error(ErrorKind::Io, cause, "failed to execute request");
        let failure = from_sdk("what", &error);
        assert_eq!(failure.kind, FailureKind::Unavailable);
        assert_eq!(
            failure.words,
            "failed to execute request: connection reset by peer"
        );
    }

    #[test]
    fn no_token_because_entra_is_out_of_reach_may_pass() {
        let inner = Error::with_message(ErrorKind::Connection, "no route to host");
        let outer = Error::with_error(ErrorKind::Credential, inner, "authentication failed");
        assert_eq!(from_sdk("what", &outer).kind, FailureKind::Unavailable);
        let refused = Error::with_message(ErrorKind::Credential, "please run az login");
        assert_eq!(from_sdk("what", &refused).kind, FailureKind::Denied);
    }

    #[test]
    fn what_a_parser_says_is_not_repeated() {
        let error = Error::with_message(ErrorKind::DataConversion, "invalid type: \"hunter2\"");
        assert!(!from_sdk("what", &error).to_string().contains("hunter2"));
    }
}

//! Google's errors as failures: what kind, whose fault, in Google's words.
//!
//! Source of the codes: <https://google.aip.dev/193> and `google.rpc.Code`.

use google_cloud_gax::error::{Error, rpc::Code};
use http::HeaderMap;
use segue_model::{Failure, Fault};

/// Settings, artifact or a former state that cannot be used.
pub(crate) const INPUT: &str = "SEG5001";
/// No usable credentials.
pub(crate) const CREDENTIALS: &str = "SEG5002";
/// The credential or a permission was refused.
pub(crate) const DENIED: &str = "SEG5003";
/// Out of reach, overloaded, or out of quota for now.
pub(crate) const UNAVAILABLE: &str = "SEG5004";
/// Something that must be there is not.
pub(crate) const NOT_FOUND: &str = "SEG5005";
/// Somebody else keeps changing the same thing.
pub(crate) const CONFLICT: &str = "SEG5006";
/// The request was refused as it stands.
pub(crate) const REJECTED: &str = "SEG5007";
/// A Cloud Run revision did not become ready.
pub(crate) const REVISION: &str = "SEG5008";
/// A function could not be built or deployed.
pub(crate) const FUNCTION: &str = "SEG5009";
/// The health endpoint answered badly.
pub(crate) const UNHEALTHY: &str = "SEG5010";
/// The health endpoint refused the caller.
pub(crate) const HEALTH_DENIED: &str = "SEG5011";
/// Traffic did not go where it was sent.
pub(crate) const TRAFFIC: &str = "SEG5012";
/// The unit is not staged.
pub(crate) const NOT_STAGED: &str = "SEG5013";
/// The trigger is of a kind or in a form that cannot be paused.
pub(crate) const TRIGGER: &str = "SEG5014";
/// An image is missing, or its reader may not read it.
pub(crate) const REGISTRY: &str = "SEG5015";
/// A push subscription does not reach its service.
pub(crate) const PUSH: &str = "SEG5016";

/// The failure that `error` means for what was being done: `what` is one
/// sentence without a full stop.
pub(crate) fn failure(what: impl Into<String>, error: &Error) -> Failure {
    let words = words(error);
    if error.is_authentication() {
        return if error.is_transient_and_before_rpc() {
            Failure::unavailable(UNAVAILABLE, what).words(words)
        } else {
            Failure::denied(CREDENTIALS, what).words(words)
        };
    }
    let code = error.status().map(|status| status.code);
    let failure = classify(what.into(), code, error.http_status_code(), error);
    failure
        .words(words)
        .retry_after_ms(error.http_headers().and_then(retry_after_ms))
}

fn classify(what: String, code: Option<Code>, http: Option<u16>, error: &Error) -> Failure {
    match (code, http) {
        (Some(Code::PermissionDenied | Code::Unauthenticated), _) | (_, Some(401 | 403)) => {
            Failure::denied(DENIED, what)
                .hint("give the identity that Segue runs as the permission named above")
        }
        (Some(Code::ResourceExhausted | Code::Unavailable | Code::DeadlineExceeded), _)
        | (Some(Code::Internal | Code::Unknown), _)
        | (_, Some(408 | 429 | 500..)) => Failure::unavailable(UNAVAILABLE, what),
        (Some(Code::NotFound), _) | (_, Some(404)) => {
            Failure::step(NOT_FOUND, what).by(Fault::User)
        }
        (Some(Code::Aborted | Code::AlreadyExists), _) | (_, Some(409)) => {
            Failure::unavailable(CONFLICT, what)
        }
        (Some(_), _) | (_, Some(_)) => Failure::step(REJECTED, what).by(Fault::User),
        // Never sent, for a reason that lies in the request itself.
        (None, None) if error.is_binding() || error.is_serialization() => {
            Failure::step(REJECTED, what).by(Fault::User)
        }
        // A timeout, a broken connection, an answer cut short.
        (None, None) => Failure::unavailable(UNAVAILABLE, what),
    }
}

/// Whether the thing asked for is not there.
pub(crate) fn is_not_found(error: &Error) -> bool {
    match error.status() {
        Some(status) => status.code == Code::NotFound,
        None => error.http_status_code() == Some(404),
    }
}

/// Whether somebody else changed the thing in between: read again.
pub(crate) fn is_conflict(error: &Error) -> bool {
    match error.status() {
        Some(status) => matches!(status.code, Code::Aborted | Code::AlreadyExists),
        None => error.http_status_code() == Some(409),
    }
}

/// Google's own words: the status message, else the body, else the chain of causes.
pub(crate) fn words(error: &Error) -> String {
    if let Some(status) = error.status()
        && !status.message.is_empty()
    {
        return status.message.clone();
    }
    match error.http_payload() {
        Some(body) if !body.is_empty() => {
            let body = &body[..body.len().min(2_000)];
            String::from_utf8_lossy(body).trim().to_owned()
        }
        _ => chain(error),
    }
}

/// An error with all that caused it: `a: b: c`, each said once.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

/// The wait that `Retry-After` asks for, in milliseconds; only its form in
/// seconds is used by Google.
pub(crate) fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers
        .get(http::header::RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(seconds.saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use google_cloud_gax::error::rpc::Status;
    use segue_model::FailureKind;

    fn of(code: Code, http: u16) -> Failure {
        let status = Status::default().set_code(code).set_message("as it says");
        let headers = HeaderMap::from_iter([(
            http::header::RETRY_AFTER,
            http::HeaderValue::from_static("2"),
        )]);
        let error = Error::service_with_http_metadata(status, Some(http), Some(headers));
        failure("x was not done", &error)
    }

    #[test]
    fn each_code_has_its_kind() {
        use FailureKind::{Denied, Step, Unavailable};
        for (code, http, kind, page) in [
            (Code::PermissionDenied, 403, Denied, DENIED),
            (Code::Unauthenticated, 401, Denied, DENIED),
            (Code::Unavailable, 503, Unavailable, UNAVAILABLE),
            (Code::ResourceExhausted, 429, Unavailable, UNAVAILABLE),
            (Code::Internal, 500, Unavailable, UNAVAILABLE),
            (Code::NotFound, 404, Step, NOT_FOUND),
            (Code::Aborted, 409, Unavailable, CONFLICT),
            (Code::InvalidArgument, 400, Step, REJECTED),
            (Code::FailedPrecondition, 400, Step, REJECTED),
        ] {
            let failure = of(code, http);
            assert_eq!(
                (failure.kind, failure.code.as_str()),
                (kind, page),
                "{code:?}"
            );
            assert_eq!(failure.words, "as it says");
            assert_eq!(failure.retry_after_ms, Some(2_000));
        }
    }

    #[test]
    fn what_never_arrived_is_unavailable_and_tells_its_cause() {
        let lost = failure("x was not read", &Error::io("connection refused"));
        assert_eq!(lost.kind, FailureKind::Unavailable);
        assert!(lost.words.contains("connection refused"), "{}", lost.words);
        let late = failure("x was not read", &Error::timeout("too slow"));
        assert_eq!(late.kind, FailureKind::Unavailable);
    }

    #[test]
    fn an_answer_of_a_proxy_is_shown_as_it_came() {
        let body = "<html>bad gateway</html>".as_bytes().to_vec();
        let error = Error::http(502, HeaderMap::new(), body.into());
        let failure = failure("x was not read", &error);
        assert_eq!(failure.kind, FailureKind::Unavailable);
        assert_eq!(failure.words, "<html>bad gateway</html>");
    }
}

//! Cloud Storage: the generation of a function's source, for the lock.
//!
//! Source: <https://cloud.google.com/storage/docs/json_api/v1/objects/get>.

use crate::{Access, errors};
use segue_model::{Failure, Fault};
use serde_json::Value;

/// The current generation of `gs://bucket/object`, a 64-bit number in text.
///
/// # Errors
/// A failed step when the object is not there, `Denied` when it may not be
/// read, `Unavailable` when Cloud Storage is.
pub async fn source_generation(
    access: &Access,
    bucket: &str,
    object: &str,
) -> Result<String, Failure> {
    let what = format!("gs://{bucket}/{object} was not read");
    let url = address(access.endpoints.storage.as_deref(), bucket, object)?;
    let answer = access
        .http(access.timeouts.answer)?
        .get(url)
        .headers(access.headers().await?)
        .send()
        .await
        .map_err(|error| lost(&what, &error))?;
    let status = answer.status().as_u16();
    let wait = errors::retry_after_ms(answer.headers());
    let body = answer.text().await.map_err(|error| lost(&what, &error))?;
    let body: Value = serde_json::from_str(&body).unwrap_or(Value::String(body));
    if status == 200 {
        return generation(&body).ok_or_else(|| {
            Failure::step(errors::REJECTED, what).words("the answer names no generation")
        });
    }
    Err(refused(what, status, &body).retry_after_ms(wait))
}

fn address(endpoint: Option<&str>, bucket: &str, object: &str) -> Result<url::Url, Failure> {
    let base = endpoint.unwrap_or("https://storage.googleapis.com");
    let bad = || {
        Failure::step(
            errors::INPUT,
            format!("{base} is no address of Cloud Storage"),
        )
        .by(Fault::User)
    };
    let mut url = url::Url::parse(base).map_err(|_| bad())?;
    url.path_segments_mut()
        .map_err(|()| bad())?
        .pop_if_empty()
        // Each piece is percent-encoded as one: an object's name may hold slashes.
        .extend(["storage", "v1", "b", bucket, "o", object]);
    url.set_query(Some("fields=generation"));
    Ok(url)
}

fn generation(body: &Value) -> Option<String> {
    Some(body.get("generation")?.as_str()?.to_owned())
}

fn refused(what: String, status: u16, body: &Value) -> Failure {
    let words = body
        .pointer("/error/message")
        .and_then(Value::as_str)
        .or(body.as_str())
        .unwrap_or_default();
    let failure = match status {
        401 | 403 => Failure::denied(errors::DENIED, what),
        404 => Failure::step(errors::NOT_FOUND, what).by(Fault::User),
        408 | 429 | 500.. => Failure::unavailable(errors::UNAVAILABLE, what),
        _ => Failure::step(errors::REJECTED, what).by(Fault::User),
    };
    failure.words(words)
}

fn lost(what: &str, error: &reqwest::Error) -> Failure {
    Failure::unavailable(errors::UNAVAILABLE, what).words(errors::chain(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::FailureKind;
    use serde_json::json;

    #[test]
    fn an_object_is_one_piece_of_the_path() {
        let url = address(Some("http://127.0.0.1:1"), "b", "a/b c.zip").unwrap();
        assert_eq!(
            url.as_str(),
            "http://127.0.0.1:1/storage/v1/b/b/o/a%2Fb%20c.zip?fields=generation"
        );
        assert!(address(Some("nowhere"), "b", "o").is_err());
    }

    #[test]
    fn a_missing_object_is_a_failed_step_in_googles_words() {
        let body = json!({"error": {"code": 404, "message": "No such object: b/o"}});
        let failure = refused("gs://b/o was not read".into(), 404, &body);
        assert_eq!(failure.kind, FailureKind::Step);
        assert_eq!(failure.words, "No such object: b/o");
        assert_eq!(
            refused(String::new(), 503, &Value::Null).kind,
            FailureKind::Unavailable
        );
    }
}

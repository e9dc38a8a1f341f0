//! Requests to registries and their token services: bounded, and their refusals told apart.

use crate::code;
use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER};
use segue_model::{Failure, Fault};
use std::time::Duration;

/// The largest answer that is read, in bytes: 4 MiB, the least that the
/// distribution specification asks registries to take for a manifest.
const MAX_BODY: usize = 4 << 20;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client for short requests.
pub fn client() -> Result<Client, Failure> {
    Client::builder()
        .timeout(TIMEOUT)
        .user_agent(concat!("segue/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| {
            Failure::internal(code::OUT_OF_REACH, "the HTTP client cannot be made")
                .words(chain(&error))
        })
}

/// No answer came.
pub fn unreached(what: &str, error: &reqwest::Error) -> Failure {
    Failure::unavailable(code::OUT_OF_REACH, format!("{what}: no answer")).words(chain(error))
}

/// An answer that is not the wanted one; `missing` is the failure of a 404.
pub async fn refused(what: &str, response: Response, missing: &str) -> Failure {
    let status = response.status();
    let wait = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let words = body(response).await.unwrap_or_default();
    let words: String = String::from_utf8_lossy(&words).chars().take(1000).collect();
    let failure = match status {
        StatusCode::NOT_FOUND => code::refused(missing, format!("{what} does not exist")),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Failure::denied(code::DENIED, format!("{what} may not be read ({status})"))
        }
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Failure::unavailable(code::OUT_OF_REACH, format!("{what}: {status}"))
                .retry_after_ms(wait.map(|seconds| seconds.saturating_mul(1000)))
        }
        _ => Failure::step(code::OUT_OF_REACH, format!("{what}: {status}")).by(Fault::Platform),
    };
    failure.words(words.trim())
}

/// The whole body, when it is not too large.
pub async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if read.len() + chunk.len() > MAX_BODY {
            return None;
        }
        read.extend_from_slice(&chunk);
    }
    Some(read)
}

/// An error with its causes: reqwest's own text hides them.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

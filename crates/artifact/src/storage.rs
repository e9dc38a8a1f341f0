//! Buckets with source archives: which generation of an object is there now.

use crate::{code, http};
use async_trait::async_trait;
use reqwest::{Client, Url};
use segue_model::{Failure, Fault};
use segue_platform::Secret;
use serde::Deserialize;

/// What knows the generations of source archives.
#[async_trait]
pub trait Sources: Send + Sync {
    /// The generation of `object` in `bucket` that is live now: a decimal
    /// number as text. Changes nothing.
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure>;
}

/// Google Cloud Storage (JSON API v1, `objects.get`).
#[derive(Debug, Clone)]
pub struct CloudStorage {
    client: Client,
    base: Url,
    token: Secret,
}

impl CloudStorage {
    /// Cloud Storage at `base` (`https://storage.googleapis.com/`), shown an
    /// OAuth access token with the scope `devstorage.read_only`.
    ///
    /// # Errors
    /// When no HTTP client can be made: no TLS provider is installed.
    pub fn new(base: Url, token: Secret) -> Result<Self, Failure> {
        Ok(Self {
            client: http::client()?,
            base,
            token,
        })
    }
}

#[derive(Deserialize)]
struct Object {
    generation: String,
}

#[async_trait]
impl Sources for CloudStorage {
    async fn generation(&self, bucket: &str, object: &str) -> Result<String, Failure> {
        let what = format!("gs://{bucket}/{object}");
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            // Each argument is one segment: a slash in it is escaped, as the API wants it.
            path.pop_if_empty()
                .extend(["storage", "v1", "b", bucket, "o", object]);
        }
        let response = self
            .client
            .get(url)
            .query(&[("fields", "generation")])
            .bearer_auth(self.token.expose())
            .send()
            .await
            .map_err(|error| http::unreached(&what, &error.without_url()))?;
        if !response.status().is_success() {
            return Err(http::refused(&what, response, code::NO_SOURCE).await);
        }
        let body = http::body(response).await.unwrap_or_default();
        serde_json::from_slice::<Object>(&body)
            .map(|object| object.generation)
            .map_err(|error| {
                Failure::step(
                    code::OUT_OF_REACH,
                    format!("{what}: an answer without generation"),
                )
                .by(Fault::Platform)
                .words(error.to_string())
            })
    }
}

//! How Google is reached, and as whom. Production and sandbox differ only here.

use crate::errors;
use google_cloud_auth::credentials::{
    Builder, CacheableResource, Credentials, CredentialsProvider, EntityTag,
};
use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::{client_builder::ClientBuilder, retry_policy::NeverRetry};
use http::{Extensions, HeaderMap, HeaderValue, header::AUTHORIZATION};
use segue_model::{Failure, FailureKind, Fault};
use segue_platform::{Secret, Timeouts};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the metadata server may take to say that it is there: it is one hop away.
const METADATA_TIMEOUT: Duration = Duration::from_secs(3);

/// Where each API is; the API's public address where none is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// Cloud Run Admin API v2.
    pub run: Option<String>,
    /// Cloud Functions API v2.
    pub functions: Option<String>,
    /// Cloud Scheduler API v1.
    pub scheduler: Option<String>,
    /// Pub/Sub API v1.
    pub pubsub: Option<String>,
    /// Artifact Registry API v1.
    pub artifact_registry: Option<String>,
    /// Cloud Storage JSON API v1.
    pub storage: Option<String>,
    /// The OCI distribution API of Artifact Registry; for whoever resolves images.
    pub oci: Option<String>,
}

/// As whom Google is called.
#[derive(Debug, Clone, Default)]
pub enum Credential {
    /// Application Default Credentials.
    #[default]
    ApplicationDefault,
    /// The sandbox's fixed bearer token.
    Bearer(Secret),
}

/// How Google is reached, and as whom.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Where each API is.
    pub endpoints: Endpoints,
    /// As whom.
    pub credential: Credential,
    /// How long the APIs may keep silent.
    pub timeouts: Timeouts,
}

impl Access {
    /// Google itself, with Application Default Credentials.
    pub fn production() -> Self {
        Self::default()
    }

    /// Twins at `endpoints`, which take `token`.
    pub fn sandbox(endpoints: Endpoints, token: impl Into<String>) -> Self {
        Self {
            endpoints,
            credential: Credential::Bearer(Secret::new(token)),
            timeouts: Timeouts::default(),
        }
    }

    /// With other bounds on how long the APIs may keep silent.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// That something here gives credentials, asked before anything else is: the
    /// metadata server is where Google's clients look last, and away from Google
    /// Cloud they would look there for a minute.
    ///
    /// # Errors
    /// `SEG5002` when nothing does.
    pub async fn usable(&self) -> Result<(), Failure> {
        if matches!(self.credential, Credential::Bearer(_)) || has_credentials_file() {
            return Ok(());
        }
        let host = std::env::var("GCE_METADATA_HOST");
        let host = host.unwrap_or_else(|_| "metadata.google.internal".into());
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(METADATA_TIMEOUT);
        let http = http
            .build()
            .map_err(|error| no_credentials(errors::chain(&error)))?;
        let asked = http
            .get(format!("http://{host}/"))
            .header("Metadata-Flavor", "Google");
        match asked.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(no_credentials(format!(
                "no GOOGLE_APPLICATION_CREDENTIALS, no file of `gcloud auth`, and no \
                 metadata server: {}",
                errors::chain(&error)
            ))),
        }
    }

    /// The credentials that Google's clients take.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        match &self.credential {
            Credential::ApplicationDefault => Builder::default()
                .with_scopes(["https://www.googleapis.com/auth/cloud-platform"])
                .build()
                .map(|inner| {
                    let limit = self.timeouts.answer;
                    Credentials::from(Bounded { inner, limit })
                })
                .map_err(|error| no_credentials(errors::chain(&error))),
            Credential::Bearer(token) => Bearer::new(token).map(Credentials::from),
        }
    }

    /// A client of one API, at `endpoint`. It never tries again by itself: the engine does.
    pub(crate) fn client<F, Cr>(
        &self,
        builder: ClientBuilder<F, Cr>,
        endpoint: Option<&String>,
    ) -> Result<ClientBuilder<F, Cr>, Failure>
    where
        Credentials: Into<Cr>,
    {
        let builder = builder
            .with_credentials(self.credentials()?)
            .with_retry_policy(NeverRetry)
            .with_attempt_timeout(self.timeouts.answer);
        Ok(match endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        })
    }

    /// The headers that prove who calls, for requests outside Google's clients.
    pub(crate) async fn headers(&self) -> Result<HeaderMap, Failure> {
        match self.credentials()?.headers(Extensions::new()).await {
            Ok(CacheableResource::New { data, .. }) => Ok(data),
            Ok(CacheableResource::NotModified) => Ok(HeaderMap::new()),
            Err(error) if error.is_transient() => Err(Failure::unavailable(
                errors::UNAVAILABLE,
                "no access token could be had for Google Cloud",
            )
            .words(errors::chain(&error))),
            Err(error) => Err(no_credentials(errors::chain(&error))),
        }
    }

    /// A plain HTTP client, for what Google's clients do not cover.
    pub(crate) fn http(&self, timeout: Duration) -> Result<reqwest::Client, Failure> {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.timeouts.connect)
            .timeout(timeout)
            .redirect(reqwest::redirect::Policy::none());
        let builder = match self.credential {
            Credential::ApplicationDefault => builder,
            // The sandbox is on loopback, where no proxy leads.
            Credential::Bearer(_) => builder.no_proxy(),
        };
        builder.build().map_err(|error| {
            Failure::internal(errors::INPUT, "no HTTP client could be made")
                .words(errors::chain(&error))
        })
    }
}

/// Whether there is a file where Application Default Credentials are looked for
/// first (<https://cloud.google.com/docs/authentication/application-default-credentials>).
fn has_credentials_file() -> bool {
    let home = std::env::home_dir().unwrap_or_default();
    std::env::var_os("GOOGLE_APPLICATION_CREDENTIALS").is_some()
        || home
            .join(".config/gcloud/application_default_credentials.json")
            .exists()
}

/// Why a client could not be made.
pub(crate) fn not_connected(error: google_cloud_gax::client_builder::Error) -> Failure {
    no_credentials(errors::chain(&error))
}

fn no_credentials(words: String) -> Failure {
    Failure::new(
        FailureKind::Denied,
        Fault::User,
        errors::CREDENTIALS,
        "there are no usable credentials for Google Cloud",
    )
    .words(words)
    .hint("run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS")
}

/// Credentials that give up in time: Google's own try for as long as they like.
#[derive(Debug)]
struct Bounded {
    inner: Credentials,
    limit: Duration,
}

impl CredentialsProvider for Bounded {
    async fn headers(
        &self,
        extensions: Extensions,
    ) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
        match tokio::time::timeout(self.limit, self.inner.headers(extensions)).await {
            Ok(headers) => headers,
            Err(_) => Err(CredentialsError::from_msg(
                true,
                format!("no access token could be had in {:?}", self.limit),
            )),
        }
    }

    async fn universe_domain(&self) -> Option<String> {
        self.inner.universe_domain().await
    }
}

/// A fixed bearer token, as the sandbox's twins take it.
#[derive(Debug)]
struct Bearer {
    headers: HeaderMap,
    tag: EntityTag,
}

impl Bearer {
    fn new(token: &Secret) -> Result<Self, Failure> {
        let mut value =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| {
                Failure::internal(errors::INPUT, "the sandbox's token fits no HTTP header")
            })?;
        value.set_sensitive(true);
        Ok(Self {
            headers: HeaderMap::from_iter([(AUTHORIZATION, value)]),
            tag: EntityTag::new(),
        })
    }
}

impl CredentialsProvider for Bearer {
    async fn headers(
        &self,
        extensions: Extensions,
    ) -> Result<CacheableResource<HeaderMap>, CredentialsError> {
        Ok(match extensions.get::<EntityTag>() {
            Some(tag) if *tag == self.tag => CacheableResource::NotModified,
            _ => CacheableResource::New {
                entity_tag: self.tag.clone(),
                data: self.headers.clone(),
            },
        })
    }

    async fn universe_domain(&self) -> Option<String> {
        Some("googleapis.com".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let access = Access::sandbox(Endpoints::default(), "s3cret");
        assert!(!format!("{access:?}").contains("s3cret"));
    }
}

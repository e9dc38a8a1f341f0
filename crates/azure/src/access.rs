//! How the clouds are reached: where, as whom, and whose certificates are
//! trusted. Production and sandbox differ in these values only.

use crate::{arm::Arm, credential, errors};
use azure_core::{
    credentials::TokenCredential,
    http::{ClientOptions, HttpClient, RetryOptions, Transport},
};
use segue_model::Failure;
use segue_platform::{Secret, Timeouts};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Azure's public Resource Manager.
/// Source: Azure REST API reference, "Components of a REST API request".
const PUBLIC_ARM: &str = "https://management.azure.com";

/// Where the APIs are, when they are not where Azure has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The Resource Manager's base URL (https).
    pub arm: String,
    /// Each Key Vault's base URL (https), by the vault's name.
    pub vaults: BTreeMap<String, String>,
    /// Certificates of authorities to trust besides the system's, in PEM.
    pub ca_pem: String,
}

/// As whom the APIs are called.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Whoever the surroundings say: workload identity, a service principal's
    /// environment variables, managed identity, or the developer's `az login`.
    Identity,
    /// A bearer token as it is.
    Token(Secret),
}

/// How Azure is reached.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where the APIs are; none for Azure's public cloud.
    pub endpoints: Option<Endpoints>,
    /// As whom they are called.
    pub credential: Credential,
    /// How long they may keep silent.
    pub timeouts: Timeouts,
}

impl Access {
    /// Azure's public cloud, as whoever the surroundings say.
    pub fn production() -> Self {
        Self {
            endpoints: None,
            credential: Credential::Identity,
            timeouts: Timeouts::default(),
        }
    }

    /// APIs at explicit places, called with a token as it is.
    pub fn sandbox(endpoints: Endpoints, token: impl Into<String>) -> Self {
        Self {
            endpoints: Some(endpoints),
            credential: Credential::Token(Secret::new(token)),
            timeouts: Timeouts::default(),
        }
    }

    /// With other bounds on how long the APIs may keep silent.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    pub(crate) fn arm(&self) -> Result<Arm, Failure> {
        let base = match &self.endpoints {
            Some(endpoints) => endpoints.arm.as_str(),
            None => PUBLIC_ARM,
        };
        Arm::connect(
            base,
            self.credential()?,
            self.options(&self.http()?),
            self.timeouts.answer,
        )
    }

    pub(crate) fn credential(&self) -> Result<Arc<dyn TokenCredential>, Failure> {
        credential::of(&self.credential)
    }

    /// The SDK's transport. Redirects are not followed: neither ARM nor Key Vault
    /// uses them.
    pub(crate) fn http(&self) -> Result<reqwest::Client, Failure> {
        // A connection over HTTP/2 outlives the requests on it: one that is half
        // open would take the next request too.
        let builder = self
            .builder()?
            .connect_timeout(self.timeouts.connect)
            .timeout(self.timeouts.answer)
            .http2_keep_alive_interval(self.timeouts.connect)
            .http2_keep_alive_timeout(self.timeouts.connect);
        built(builder)
    }

    /// What asks apps for their health, over a new connection each time: one that
    /// stands and brings no answer is the app's silence and not the network's.
    /// An app that redirects its health endpoint is not healthy.
    pub(crate) fn health(&self) -> Result<reqwest::Client, Failure> {
        built(
            self.builder()?
                // Shorter than the answer's: which of the two passed says who is silent.
                .connect_timeout(self.timeouts.connect.min(self.timeouts.outside / 2))
                .timeout(self.timeouts.outside)
                .pool_max_idle_per_host(0),
        )
    }

    fn builder(&self) -> Result<reqwest::ClientBuilder, Failure> {
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        if let Some(endpoints) = &self.endpoints {
            let trusted = reqwest::Certificate::from_pem_bundle(endpoints.ca_pem.as_bytes())
                .map_err(|error| errors::unusable("the certificates in `ca_pem`", &error))?;
            // Explicit endpoints are loopback or private: no proxy stands between.
            builder = builder.tls_certs_merge(trusted).no_proxy();
        }
        Ok(builder)
    }

    /// The SDK's options: our transport, and no retries (the engine retries).
    pub(crate) fn options(&self, http: &reqwest::Client) -> ClientOptions {
        let client: Arc<dyn HttpClient> = Arc::new(http.clone());
        ClientOptions {
            retry: RetryOptions::none(),
            transport: Some(Transport::new(client)),
            ..ClientOptions::default()
        }
    }

    /// The base URL of a vault. Names are checked before they come here.
    pub(crate) fn vault_url(&self, vault: &str) -> Result<String, Failure> {
        match &self.endpoints {
            None => Ok(format!("https://{vault}.vault.azure.net")),
            Some(endpoints) => endpoints.vaults.get(vault).cloned().ok_or_else(|| {
                Failure::step(
                    errors::NOT_FOUND,
                    format!("no endpoint is known for Key Vault {vault}"),
                )
            }),
        }
    }
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Failure> {
    builder
        .build()
        .map_err(|error| errors::unusable("the HTTP client", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let access = Access::sandbox(
            Endpoints {
                arm: "https://127.0.0.1:1".into(),
                vaults: BTreeMap::new(),
                ca_pem: String::new(),
            },
            "very-secret",
        );
        assert!(!format!("{access:?}").contains("very-secret"));
    }

    #[test]
    fn vaults_are_where_azure_has_them_unless_told() {
        let url = Access::production().vault_url("storefront-prod").unwrap();
        assert_eq!(url, "https://storefront-prod.vault.azure.net");
    }
}

//! Drives a sandbox over its own API.

use crate::{Effect, FaultKind, LoadReport};
use segue_model::Failure;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Drives a sandbox over its own API.
#[derive(Clone)]
pub struct Client {
    url: String,
    http: reqwest::Client,
}

impl Client {
    /// The sandbox whose API listens at `url`.
    ///
    /// # Errors
    /// When no TLS provider is installed.
    pub fn new(url: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().no_proxy().build();
        Ok(Self {
            url: url.to_owned(),
            http: http.map_err(|error| away(&error))?,
        })
    }

    /// From now on exactly these faults hold.
    ///
    /// # Errors
    /// When the sandbox does not answer; so with every method here.
    pub async fn faults(&self, faults: &[(String, FaultKind)]) -> Result<(), Failure> {
        let faults: BTreeMap<_, _> = faults
            .iter()
            .map(|(module, kind)| (module, kind.name()))
            .collect();
        let request = self.http.post(format!("{}/faults", self.url)).json(&faults);
        sent(request).await.map(drop)
    }

    /// Begins the load, unless it has begun.
    ///
    /// # Errors
    /// See [`Client::faults`].
    pub async fn start_load(&self) -> Result<(), Failure> {
        sent(self.http.post(format!("{}/load/start", self.url)))
            .await
            .map(drop)
    }

    /// Ends the load when `least` requests were sent, and says what was seen.
    ///
    /// # Errors
    /// See [`Client::faults`].
    pub async fn stop_load(&self, least: u64) -> Result<LoadReport, Failure> {
        read(
            self.http
                .post(format!("{}/load/stop?least={least}", self.url)),
        )
        .await
    }

    /// What the load has seen so far.
    ///
    /// # Errors
    /// See [`Client::faults`].
    pub async fn load(&self) -> Result<LoadReport, Failure> {
        read(self.http.get(format!("{}/load", self.url))).await
    }

    /// Everything that was changed, in order.
    ///
    /// # Errors
    /// See [`Client::faults`].
    pub async fn effects(&self) -> Result<Vec<Effect>, Failure> {
        read(self.http.get(format!("{}/effects", self.url))).await
    }
}

async fn sent(request: reqwest::RequestBuilder) -> Result<reqwest::Response, Failure> {
    let response = request.send().await.map_err(|error| away(&error))?;
    response.error_for_status().map_err(|error| away(&error))
}

async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Failure> {
    sent(request)
        .await?
        .json()
        .await
        .map_err(|error| away(&error))
}

fn away(error: &reqwest::Error) -> Failure {
    Failure::unavailable("SEG6103", "the sandbox does not answer")
        .words(error.to_string())
        .hint("start it again with `segue sandbox`")
}

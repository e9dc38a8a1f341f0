//! The Resource Manager: thin requests over the SDK's pipeline. The one file
//! that sends them; what they mean stands with each API.

use crate::{errors, polling, request::Request};
use azure_core::{
    credentials::TokenCredential,
    http::{
        self, ClientOptions, Context, Pipeline, PipelineSendOptions, Url,
        headers::Headers,
        policies::{Policy, auth::BearerTokenAuthorizationPolicy},
    },
};
use segue_model::Failure;
use segue_platform::asking;
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// What a token for the Resource Manager is asked for.
const SCOPE: &str = "https://management.azure.com/.default";

/// The Resource Manager.
#[derive(Clone)]
pub(crate) struct Arm {
    base: Url,
    pipeline: Pipeline,
    /// How long an answer may take.
    answer: Duration,
}

/// What it answered. It has no `Debug`: bodies may hold secrets.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    body: Vec<u8>,
}

impl Arm {
    pub(crate) fn connect(
        base: &str,
        credential: Arc<dyn TokenCredential>,
        options: ClientOptions,
        answer: Duration,
    ) -> Result<Self, Failure> {
        let base = Url::parse(base)
            .map_err(|error| errors::unusable("the endpoint of the Resource Manager", &error))?;
        let bearer: Arc<dyn Policy> =
            Arc::new(BearerTokenAuthorizationPolicy::new(credential, [SCOPE]));
        let pipeline = Pipeline::new(
            option_env!("CARGO_PKG_NAME"),
            option_env!("CARGO_PKG_VERSION"),
            options,
            Vec::new(),
            vec![bearer],
            None,
        );
        Ok(Self {
            base,
            pipeline,
            answer,
        })
    }

    /// Sends a request and takes any success for an answer.
    pub(crate) async fn send(&self, what: &str, request: &Request) -> Result<Answer, Failure> {
        let answer = self.ask(what, request).await?;
        answer.success(what)
    }

    /// Sends a request whose 404 is an answer like any other.
    pub(crate) async fn find(
        &self,
        what: &str,
        request: &Request,
    ) -> Result<Option<Answer>, Failure> {
        let answer = self.ask(what, request).await?;
        match answer.status {
            404 => Ok(None),
            _ => answer.success(what).map(Some),
        }
    }

    /// Sends a request and waits until the operation that it began is over.
    pub(crate) async fn finish(&self, what: &str, request: &Request) -> Result<(), Failure> {
        let begun = self.send(what, request).await?;
        polling::until_done(self, what, begun).await
    }

    async fn ask(&self, what: &str, request: &Request) -> Result<Answer, Failure> {
        let mut sent = http::Request::new(self.url(request), request.method);
        sent.insert_header("accept", "application/json");
        match &request.body {
            Some(body) => {
                sent.insert_header("content-type", "application/json");
                sent.set_json(body)
                    .map_err(|error| errors::from_sdk(what, &error))?;
            }
            // ARM answers 411 to a POST that does not say its length.
            None if request.method == http::Method::Post => {
                sent.insert_header("content-length", "0");
            }
            None => {}
        }
        self.exchange(what, sent).await
    }

    /// Looks at the URL of an operation that ARM gave.
    ///
    /// # Errors
    /// When it leads elsewhere: a token for ARM goes to ARM only.
    pub(crate) async fn look(&self, what: &str, url: &str) -> Result<Answer, Failure> {
        let url = self.base.join(url).map_err(|_| errors::nonsense(what))?;
        if url.origin() != self.base.origin() {
            return Err(errors::nonsense(what).hint(format!(
                "the operation's URL leads to {}, away from {}",
                url.origin().ascii_serialization(),
                self.base.origin().ascii_serialization()
            )));
        }
        let mut sent = http::Request::new(url, http::Method::Get);
        sent.insert_header("accept", "application/json");
        self.exchange(what, sent).await
    }

    fn url(&self, request: &Request) -> Url {
        let mut url = self.base.clone();
        url.set_path(&request.path);
        url.query_pairs_mut()
            .append_pair("api-version", request.api_version)
            .extend_pairs(&request.query);
        url
    }

    async fn exchange(&self, what: &str, mut sent: http::Request) -> Result<Answer, Failure> {
        let options = PipelineSendOptions {
            skip_checks: true,
            ..PipelineSendOptions::default()
        };
        let context = Context::default();
        let asked = self.pipeline.send(&context, &mut sent, Some(options));
        // The token that a request needs first may keep it waiting for long.
        let raw = tokio::time::timeout(self.answer, asking(asked))
            .await
            .map_err(|_| errors::silent(what, self.answer))?
            .map_err(|error| errors::from_sdk(what, &error))?;
        Ok(Answer {
            status: u16::from(raw.status()),
            headers: raw.headers().clone(),
            body: raw.body().to_vec(),
        })
    }
}

impl Answer {
    #[cfg(test)]
    pub(crate) fn new(status: u16, headers: Headers, body: &str) -> Self {
        Self {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn success(self, what: &str) -> Result<Self, Failure> {
        match self.status {
            200..=299 => Ok(self),
            status => Err(errors::from_answer(what, status, &self.headers, &self.body)),
        }
    }

    pub(crate) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers.get_optional_str(&name.into())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none; the body is not repeated.
    pub(crate) fn json(&self, what: &str) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| errors::nonsense(what))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

//! A registry that speaks the OCI distribution API (specification 1.1), with
//! the token challenge that all registries share.

use super::{
    Credential, Registry,
    challenge::{self, Asked, Challenge},
    credential::Credentials,
    http,
    reference::host_and_path,
};
use crate::code;
use async_trait::async_trait;
use reqwest::{
    Client, Method, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use segue_model::{Digest, Failure};
use segue_platform::Secret;
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// What a tag may stand for. An index comes first: it holds every architecture.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Registries by the host in an image's name. Without a credential they are
/// asked anonymously.
#[derive(Debug, Clone)]
pub struct OciRegistry {
    client: Client,
    bases: BTreeMap<String, Url>,
    everywhere: Option<Url>,
    credentials: Credentials,
}

impl OciRegistry {
    /// Registries without credentials, each at `https://<host>/`.
    ///
    /// # Errors
    /// When no HTTP client can be made: no TLS provider is installed.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            client: http::client()?,
            bases: BTreeMap::new(),
            everywhere: None,
            credentials: Credentials::default(),
        })
    }

    /// Asks `base` in place of `https://<host>/`.
    #[must_use]
    pub fn base(mut self, host: &str, base: Url) -> Self {
        self.bases.insert(host.to_owned(), base);
        self
    }

    /// Asks `base` for the images of every other host too, and shows it
    /// `credential`: one twin stands for all registries.
    #[must_use]
    pub fn everywhere(mut self, base: Url, credential: Credential) -> Self {
        self.everywhere = Some(base);
        self.credentials.everywhere(credential);
        self
    }

    /// Shows `credential` to `host`.
    #[must_use]
    pub fn credential(mut self, host: &str, credential: Credential) -> Self {
        self.credentials.set(host, credential);
        self
    }

    /// Shows all other hosts what Docker's `config.json` has for them, its
    /// credential helpers included. The file may be missing.
    #[must_use]
    pub fn docker_config(mut self, file: PathBuf) -> Self {
        self.credentials.docker(file);
        self
    }

    fn manifest(&self, host: &str, path: &str, tag: &str) -> Result<Url, Failure> {
        let base = match self.bases.get(host).or(self.everywhere.as_ref()) {
            Some(base) => Ok(base.clone()),
            // Docker Hub's names and its API have different hosts.
            None if host == "docker.io" => Url::parse("https://registry-1.docker.io/"),
            None => Url::parse(&format!("https://{host}/")),
        };
        base.and_then(|base| base.join(&format!("/v2/{path}/manifests/{tag}")))
            .map_err(|error| {
                code::refused(code::BAD_IMAGE, format!("{host} is no registry's host"))
                    .words(error.to_string())
            })
    }

    /// The answer to a request for a manifest, after the challenge if there is one.
    async fn ask(&self, ask: &Ask<'_>, method: Method) -> Result<Response, Failure> {
        let request = || {
            self.client
                .request(method.clone(), ask.url.clone())
                .header(ACCEPT, MANIFESTS)
        };
        if let Some(Credential::Bearer(token)) = &ask.credential {
            return send(request().bearer_auth(token.expose()), ask.what).await;
        }
        let response = send(request(), ask.what).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let header = response.headers().get(WWW_AUTHENTICATE);
        let challenge = header.and_then(|header| challenge::parse(header.to_str().ok()?));
        match (challenge, &ask.credential) {
            (Some(Challenge::Bearer(asked)), _) => {
                let token = self.token(ask, &asked).await?;
                send(request().bearer_auth(token.expose()), ask.what).await
            }
            (Some(Challenge::Basic), Some(Credential::Basic { user, password })) => {
                let request = request().basic_auth(user, Some(password.expose()));
                send(request, ask.what).await
            }
            _ => Ok(response),
        }
    }

    async fn token(&self, ask: &Ask<'_>, asked: &Asked) -> Result<Secret, Failure> {
        let refused = |why: &str| {
            let what = format!("{}: the realm of {} {why}", ask.what, ask.host);
            Failure::denied(code::DENIED, what).words(&asked.realm)
        };
        let realm = Url::parse(&asked.realm).map_err(|_| refused("is no URL"))?;
        // A registry must not talk us into showing a password in the clear.
        if realm.scheme() != "https" && ask.url.scheme() == "https" {
            return Err(refused("is not https"));
        }
        let request = self.token_request(realm, asked, ask.credential.as_ref());
        let response = send(request, ask.what).await?;
        if !response.status().is_success() {
            return Err(http::refused(ask.what, response, code::DENIED).await);
        }
        let body = http::body(response).await.unwrap_or_default();
        serde_json::from_slice::<Token>(&body)
            .ok()
            .and_then(|answer| answer.token.or(answer.access_token))
            .map(Secret::new)
            .ok_or_else(|| refused("gave no token"))
    }

    /// A GET for passwords and strangers, the OAuth2 POST for identity tokens.
    /// Source: distribution specification, "Token Authentication" and "OAuth2".
    fn token_request(
        &self,
        realm: Url,
        asked: &Asked,
        credential: Option<&Credential>,
    ) -> RequestBuilder {
        let mut query = realm.clone();
        {
            let mut pairs = query.query_pairs_mut();
            for (key, value) in [("service", &asked.service), ("scope", &asked.scope)] {
                if let Some(value) = value {
                    pairs.append_pair(key, value);
                }
            }
            if let Some(Credential::Identity(token)) = credential {
                pairs
                    .append_pair("grant_type", "refresh_token")
                    .append_pair("client_id", "segue")
                    .append_pair("refresh_token", token.expose());
            }
        }
        match credential {
            Some(Credential::Identity(_)) => self
                .client
                .post(realm)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(query.query().unwrap_or_default().to_owned()),
            Some(Credential::Basic { user, password }) => self
                .client
                .get(query)
                .basic_auth(user, Some(password.expose())),
            _ => self.client.get(query),
        }
    }
}

/// What is asked, of whom, with what.
struct Ask<'a> {
    host: &'a str,
    url: Url,
    what: &'a str,
    credential: Option<Credential>,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

#[async_trait]
impl Registry for OciRegistry {
    async fn digest(&self, repository: &str, tag: &str) -> Result<Digest, Failure> {
        let (host, path) = host_and_path(repository);
        let what = format!("image {repository}:{tag}");
        let ask = Ask {
            host,
            url: self.manifest(host, &path, tag)?,
            what: &what,
            credential: self.credentials.of(host).await?,
        };
        let head = self.ask(&ask, Method::HEAD).await?;
        // An answer to HEAD has no body, so that its refusals are better read from GET.
        if head.status().is_success()
            && let Some(digest) = stated(&head)
        {
            return Ok(digest);
        }
        let response = self.ask(&ask, Method::GET).await?;
        if !response.status().is_success() {
            return Err(http::refused(&what, response, code::NO_IMAGE).await);
        }
        let stated = stated(&response);
        let body = http::body(response).await.ok_or_else(|| {
            Failure::unavailable(code::OUT_OF_REACH, format!("{what}: no whole answer"))
        })?;
        let digest = Digest::of(&body);
        match stated {
            Some(stated) if stated != digest => Err(Failure::step(
                code::OUT_OF_REACH,
                format!("{what}: the registry says {stated} and sends {digest}"),
            )),
            _ => Ok(digest),
        }
    }
}

async fn send(request: RequestBuilder, what: &str) -> Result<Response, Failure> {
    request
        .send()
        .await
        .map_err(|error| http::unreached(what, &error.without_url()))
}

fn stated(response: &Response) -> Option<Digest> {
    let header = response.headers().get("docker-content-digest")?;
    header.to_str().ok()?.parse().ok()
}

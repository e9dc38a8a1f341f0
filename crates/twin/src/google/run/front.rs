//! The front end: a URL per service and per tag, IAM, and the way to a workload.

use super::{
    super::{server, server::Server, site::Site},
    Run, lock,
};
use crate::mesh::{CALLER_HEADER, Refusal, Route, VERSION_HEADER};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Weak},
};

/// The role that may call a service.
const INVOKER: &str = "roles/run.invoker";

/// What goes through to the workload.
const TO_WORKLOAD: [&str; 2] = [CALLER_HEADER, "content-type"];

/// What comes back from it.
const FROM_WORKLOAD: [&str; 2] = [VERSION_HEADER, "content-type"];

struct Front {
    // Weak: the servers are the run's own.
    run: Weak<Run>,
    service: String,
    tag: String,
}

impl Run {
    /// The URL of a service.
    pub fn url(&self, service: &str) -> Option<String> {
        self.tag_url(service, "")
    }

    /// The service whose URL `uri` is, or begins with.
    pub fn service_at(&self, uri: &str) -> Option<String> {
        let fronts = lock(&self.fronts);
        let found = fronts.iter().find(|(_, server)| {
            uri.strip_prefix(&server.url)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        found.map(|((service, _), _)| service.clone())
    }

    /// The URL of a service's tag.
    pub(super) fn tag_url(&self, service: &str, tag: &str) -> Option<String> {
        let key = (service.to_owned(), tag.to_owned());
        Some(lock(&self.fronts).get(&key)?.url.clone())
    }

    /// Serves the URL of a service (of its tag, when one is given), once.
    pub(super) async fn open(self: &Arc<Self>, service: &str, tag: &str) -> io::Result<()> {
        if self.tag_url(service, tag).is_some() {
            return Ok(());
        }
        let front = Arc::new(Front {
            run: Arc::downgrade(self),
            service: service.to_owned(),
            tag: tag.to_owned(),
        });
        let server = Server::start(Router::new().fallback(serve).with_state(front)).await?;
        let key = (service.to_owned(), tag.to_owned());
        lock(&self.fronts).entry(key).or_insert(server);
        Ok(())
    }

    /// Ends the URLs of all tags but `kept`.
    pub(super) fn close_tags(&self, service: &str, kept: &[String]) {
        lock(&self.fronts)
            .retain(|(of, tag), _| of != service || tag.is_empty() || kept.contains(tag));
    }

    /// From now on the mesh reaches the service.
    pub(super) fn expose(self: &Arc<Self>, service: &str) {
        let route = ModuleRoute {
            run: Arc::downgrade(self),
            service: service.to_owned(),
        };
        self.site.shared.mesh.route(service, Arc::new(route));
    }

    fn may_invoke(&self, service: &str, account: Option<&str>) -> bool {
        self.with(service, |one| {
            one.spec
                .get("invokerIamDisabled")
                .is_some_and(|off| off == true)
                || one.policy.grants(INVOKER, account)
        })
        .unwrap_or(false)
    }

    /// The workload that the next request reaches.
    fn pick(&self, service: &str, tag: &str) -> Result<SocketAddr, Refusal> {
        let picked = self.with(service, |one| {
            let name = one.serving.next(tag)?.to_owned();
            let workload = one.revisions.get(&name)?.workload.as_ref()?;
            Some(workload.address)
        });
        picked.flatten().ok_or_else(|| Refusal {
            status: 404,
            words: "Page not found: the requested URL was not found on this server.".to_owned(),
        })
    }
}

struct ModuleRoute {
    run: Weak<Run>,
    service: String,
}

impl Route for ModuleRoute {
    fn pick(&self, caller: &str) -> Result<SocketAddr, Refusal> {
        let Some(run) = self.run.upgrade() else {
            return Err(Refusal {
                status: 502,
                words: "the sandbox has ended".to_owned(),
            });
        };
        let site: &Site = &run.site;
        if !run.may_invoke(&self.service, site.account(caller)) {
            return Err(refused());
        }
        run.pick(&self.service, "")
    }
}

/// Source: <https://cloud.google.com/run/docs/troubleshooting#unauthorized-client>.
fn refused() -> Refusal {
    Refusal {
        status: 403,
        words: "The request was not authenticated. Either allow unauthenticated invocations or \
                set the proper Authorization header."
            .to_owned(),
    }
}

async fn serve(
    State(front): State<Arc<Front>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(run) = front.run.upgrade() else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let known = server::bearer(&headers) == Some(run.site.world.token.as_str());
    let exists = run.with(&front.service, |_| ()).is_some();
    let picked = if exists && !known && !run.may_invoke(&front.service, None) {
        Err(refused())
    } else {
        run.pick(&front.service, &front.tag)
    };
    match picked {
        Ok(address) => forward(&run, address, method, &uri, &headers, body).await,
        Err(refusal) => (
            StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_GATEWAY),
            refusal.words,
        )
            .into_response(),
    }
}

async fn forward(
    run: &Run,
    address: SocketAddr,
    method: Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = run
        .client
        .request(method, format!("http://{address}{path}"))
        .body(body);
    for name in TO_WORKLOAD {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let Ok(answer) = request.send().await else {
        let words = "The request failed because either the HTTP response was malformed or \
                     connection to the instance had an error.";
        return (StatusCode::SERVICE_UNAVAILABLE, words).into_response();
    };
    let status = answer.status();
    let mut kept = HeaderMap::new();
    for name in FROM_WORKLOAD {
        if let Some(value) = answer.headers().get(name) {
            kept.insert(HeaderName::from_static(name), value.clone());
        }
    }
    kept.insert(
        header::SERVER,
        header::HeaderValue::from_static("Google Frontend"),
    );
    (status, kept, answer.bytes().await.unwrap_or_default()).into_response()
}

//! One API on one loopback port: token, contract, faults, answer, contract.

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    schema::{Check, Way},
    site::Site,
};
use crate::tripwire::guard;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::{io, net::Ipv4Addr, sync::Arc};
use tokio::{net::TcpListener, sync::oneshot};

/// One of Google's APIs.
pub(super) trait Api: Send + Sync + 'static {
    /// Its contract.
    fn document(&self) -> &'static Document;

    /// The project that it serves.
    fn site(&self) -> &Site;

    /// The only location that it serves; none: any.
    fn location(&self) -> Option<&str> {
        Some(&self.site().world.region)
    }

    /// The module that a request concerns, for faults.
    fn module(&self, call: &Call<'_>) -> Option<String>;

    /// Carries a request out.
    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error>;
}

/// A running server; dropping it ends it.
pub(super) struct Server {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    _running: oneshot::Sender<()>,
}

impl Server {
    /// Serves `app` on a port of its own.
    pub async fn start(app: Router) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (running, ended) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(async {
                // The sender is never used: dropping it is the signal.
                let _ = ended.await;
            });
            // An accept error ends this server only; its callers then see it gone.
            let _ = served.await;
        });
        Ok(Self {
            url,
            _running: running,
        })
    }
}

/// Serves `api`, which effects call `name`, on a port of its own.
pub(super) async fn serve<A: Api>(name: &str, api: Arc<A>) -> io::Result<Server> {
    let tripwire = api.site().shared.effects.tripwire().clone();
    let router = Router::new().fallback(respond::<A>).with_state(api);
    Server::start(guard(router, name, &tripwire)).await
}

async fn respond<A: Api>(
    State(api): State<Arc<A>>,
    verb: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match handle(api, &verb, &uri, &headers, &body) {
        Ok(value) => Json(value).into_response(),
        Err(error) => error.into_response(),
    }
}

fn handle<A: Api>(
    api: Arc<A>,
    verb: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, Error> {
    let site = api.site();
    if bearer(headers) != Some(site.world.token.as_str()) {
        return Err(Error::unauthenticated());
    }
    let document = api.document();
    let query = uri.query().unwrap_or_default();
    let call = Call::parse(document, verb.as_str(), uri.path(), query, body)?;
    let permission = permission(call.method);
    placed(&*api, &call, &permission)?;
    if let Some(module) = api.module(&call) {
        let changes = call
            .method
            .mutates()
            .then_some((permission.as_str(), call.resource()));
        site.faults(&module, changes)?;
    }
    let answer = api.clone().answer(&call)?;
    honest(document, &call, answer)
}

/// The request is for this project and region.
fn placed(api: &impl Api, call: &Call<'_>, permission: &str) -> Result<(), Error> {
    let project = call.segment("projectsId");
    if !project.is_empty() && project != api.site().world.project {
        return Err(Error::denied(permission, call.resource()));
    }
    let location = call.segment("locationsId");
    match api.location() {
        Some(here) if !location.is_empty() && location != here => Err(Error::not_found(format!(
            "Location {location} is not found or access is unauthorized."
        ))),
        _ => Ok(()),
    }
}

/// The answer, when the API's document allows it.
fn honest(document: &Document, call: &Call<'_>, answer: Value) -> Result<Value, Error> {
    let mut check = Check::new(document, Way::Response);
    if let Some(schema) = &call.method.response {
        check.value(schema, &answer, "");
    }
    match check.violations.first() {
        None => Ok(answer),
        Some((_, why)) => Err(Error::internal(format!("the twin's own answer: {why}"))),
    }
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

/// What a caller must be allowed to do: `run.services.update`.
fn permission(method: &discovery::Method) -> String {
    let service = method.id.split('.').next().unwrap_or_default();
    let name = method.name().replace(".patch", ".update");
    format!("{service}.{name}")
}

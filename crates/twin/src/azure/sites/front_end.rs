//! The front end of one slot: its host name over TLS, a plain way in for the
//! mesh, and the container behind both. It counts what the app answered.

use super::instance::{Instance, Standing};
use crate::{
    azure::requests::Requests,
    mesh::{CALLER_HEADER, Refusal, Route, VERSION_HEADER},
    tls::{Authority, Server, loopback},
};
use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
};

/// The largest body that the front end passes on.
const LARGEST_BODY: usize = 1 << 20;

/// The headers that pass in each direction.
const PASSED: [HeaderName; 2] = [
    HeaderName::from_static(CALLER_HEADER),
    HeaderName::from_static(VERSION_HEADER),
];

/// The front end of one slot.
pub(super) struct FrontEnd {
    door: Arc<Door>,
    outside: Server,
    inside: Server,
}

struct Door {
    instance: RwLock<Arc<Instance>>,
    client: reqwest::Client,
    requests: Arc<Requests>,
}

impl FrontEnd {
    /// Opens a front end before `instance`.
    pub async fn open(
        authority: &Authority,
        client: reqwest::Client,
        requests: Arc<Requests>,
        instance: Arc<Instance>,
    ) -> io::Result<Self> {
        let door = Arc::new(Door {
            instance: RwLock::new(instance),
            client,
            requests,
        });
        let router = Router::new().fallback(pass).with_state(door.clone());
        Ok(Self {
            outside: authority.serve(loopback().await?, router.clone())?,
            inside: Server::plain(loopback().await?, router)?,
            door,
        })
    }

    /// The host name, with its port: `https://{host_name}/` works.
    pub fn host_name(&self) -> String {
        self.outside.address.to_string()
    }

    /// The way in for the mesh.
    pub fn route(&self) -> Arc<dyn Route> {
        Arc::new(WayIn(self.inside.address))
    }

    /// What runs behind it.
    pub fn instance(&self) -> Arc<Instance> {
        self.door.instance()
    }

    /// From now on requests go to `instance`; gives back what ran before.
    pub fn put(&self, instance: Arc<Instance>) -> Arc<Instance> {
        let mut slot = self
            .door
            .instance
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut slot, instance)
    }
}

struct WayIn(SocketAddr);

impl Route for WayIn {
    fn pick(&self, _caller: &str) -> Result<SocketAddr, Refusal> {
        // The front end itself answers when no container does.
        Ok(self.0)
    }
}

impl Door {
    fn instance(&self) -> Arc<Instance> {
        self.instance
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn pass(State(door): State<Arc<Door>>, request: Request) -> Response {
    let instance = door.instance();
    let Some(address) = instance.reachable() else {
        return refuse(instance.standing());
    };
    match forward(&door, address, request).await {
        Ok(response) => {
            door.requests.record(response.status().as_u16());
            response
        }
        Err(words) => (StatusCode::BAD_GATEWAY, words).into_response(),
    }
}

fn refuse(standing: Standing) -> Response {
    let words = match standing {
        Standing::Starting | Standing::Nothing => "Service Unavailable",
        _ => ":( Application Error",
    };
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

async fn forward(door: &Door, address: SocketAddr, request: Request) -> Result<Response, String> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|e| e.to_string())?;
    let mut onward = door
        .client
        .request(parts.method, format!("http://{address}{path}"))
        .body(body);
    for name in PASSED {
        if let Some(value) = parts.headers.get(&name) {
            onward = onward.header(name, value);
        }
    }
    let answer = onward.send().await.map_err(|e| e.to_string())?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.map_err(|e| e.to_string())?;
    let mut response = (status, body).into_response();
    for name in PASSED {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    Ok(response)
}

//! The `proxy` subresource of services and pods: a request through the API to
//! a workload.

use super::{
    Inner,
    object::{NAME_LABEL, items, label, namespace, text, uid},
    request::Target,
    status::ApiError,
};
use crate::mesh::VERSION_HEADER;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;

/// Who calls a workload when the API does.
const CALLER: &str = "kubernetes";

/// Forwards a GET to `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`.
pub async fn forward(
    inner: &Inner,
    method: &Method,
    target: &Target,
    path: &str,
) -> Result<Response, ApiError> {
    if method != Method::GET {
        return Err(ApiError::method_not_allowed());
    }
    let parts: Vec<&str> = target.name.split(':').collect();
    let (wanted, port) = match parts.as_slice() {
        [name] => (*name, ""),
        [name, port] => (*name, *port),
        ["http" | "", name, port] => (*name, *port),
        _ => {
            return Err(ApiError::bad_request(format!(
                "invalid proxy request {:?}",
                target.name
            )));
        }
    };
    let address = address(inner, target, wanted, port)?;
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    let answer = inner.shared.mesh.get(CALLER, address, &path).await;
    let code = match StatusCode::from_u16(answer.status) {
        Ok(code) if code != StatusCode::BAD_GATEWAY || answer.version.is_some() => code,
        _ => {
            return Err(ApiError::unavailable(format!(
                "error trying to reach service: {}",
                answer.body
            )));
        }
    };
    let mut response = (code, answer.body).into_response();
    if let Some(version) = answer.version.and_then(|v| HeaderValue::from_str(&v).ok()) {
        response.headers_mut().insert(VERSION_HEADER, version);
    }
    Ok(response)
}

fn address(
    inner: &Inner,
    target: &Target,
    wanted: &str,
    port: &str,
) -> Result<SocketAddr, ApiError> {
    let store = inner.store();
    let object = store
        .get(target.kind, &target.namespace, wanted)
        .cloned()
        .ok_or_else(|| ApiError::not_found(target.kind, wanted))?;
    drop(store);
    if inner.shared.faults.unavailable(label(&object, NAME_LABEL)) {
        return Err(ApiError::unavailable(
            "the server is currently unable to handle the request",
        ));
    }
    match target.kind.kind {
        "Service" if has_port(&object, port) => inner
            .runtime()
            .next(namespace(&object), wanted)
            .ok_or_else(|| {
                ApiError::unavailable(format!(
                    "no endpoints available for service \"{}\"",
                    target.name
                ))
            }),
        "Service" => Err(ApiError::unavailable(format!(
            "no service port \"{port}\" found for service \"{wanted}\""
        ))),
        "Pod" => inner.runtime().address(uid(&object)).ok_or_else(|| {
            let ip = text(&object, "/status/podIP");
            ApiError::unavailable(format!(
                "error trying to reach service: dial tcp {ip}:{port}: connect: connection refused"
            ))
        }),
        _ => Err(ApiError::no_such_path()),
    }
}

/// Whether a service has the port, by number or by name; without one, the first.
fn has_port(service: &Value, wanted: &str) -> bool {
    let ports = items(service, "/spec/ports");
    let number = wanted.parse::<u16>().ok();
    ports.iter().any(|port| {
        let is_number = number.is_some_and(|number| port["port"] == number);
        wanted.is_empty() || port["name"] == wanted || is_number
    })
}

//! The OCI distribution API, read only: which manifest a tag or digest is.
//! Source: <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>.
//!
//! One endpoint serves every registry host of the sandbox: the name of an image
//! may begin with its host (`europe-docker.pkg.dev/PROJECT/…`); without one it
//! is looked for on every host. Manifests are real; their bytes do not hash to
//! their digests, which the sandbox makes up.

use super::{
    server::{self, Server},
    site::Site,
};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{io, sync::Arc};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DIGEST_HEADER: HeaderName = HeaderName::from_static("docker-content-digest");

/// Serves the images among the site's programs.
pub(super) async fn serve(site: Arc<Site>) -> io::Result<Server> {
    Server::start(Router::new().fallback(respond).with_state(site)).await
}

async fn respond(
    State(site): State<Arc<Site>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if server::bearer(&headers) != Some(site.world.token.as_str()) {
        let mut refused = error(401, "UNAUTHORIZED", "authentication required");
        refused.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"https://oauth2.googleapis.com/token\""),
        );
        return refused;
    }
    if method != Method::GET && method != Method::HEAD {
        return error(405, "UNSUPPORTED", "The operation is unsupported.");
    }
    let path = uri.path().trim_end_matches('/');
    if path == "/v2" {
        return Json(json!({})).into_response();
    }
    let Some((name, reference)) = path
        .strip_prefix("/v2/")
        .and_then(|rest| rest.split_once("/manifests/"))
    else {
        return error(404, "UNSUPPORTED", "The operation is unsupported.");
    };
    match digest(&site, name, reference) {
        Some(digest) => manifest(&digest),
        None => error(
            404,
            "MANIFEST_UNKNOWN",
            &format!("Failed to fetch \"{reference}\" of \"{name}\"."),
        ),
    }
}

/// The digest that `reference` (a tag or a digest) of the image `name` is.
fn digest(site: &Site, name: &str, reference: &str) -> Option<String> {
    let known = site.shared.programs.references();
    let repositories = known
        .iter()
        .filter_map(|image| Some(image.split_once('@')?.0));
    repositories
        .filter(|repository| {
            let without_host = repository.split_once('/').map(|(_, path)| path);
            *repository == name || without_host == Some(name)
        })
        .find_map(|repository| {
            let digest = if reference.starts_with("sha256:") {
                reference.to_owned()
            } else {
                let programs = &site.shared.programs;
                programs.resolve(&format!("{repository}:{reference}"))?
            };
            let image = format!("{repository}@{digest}");
            site.shared.program(&image).map(|_| digest)
        })
}

fn manifest(digest: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(digest) else {
        return error(400, "DIGEST_INVALID", "The digest is no header value.");
    };
    let body = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": digest, "size": 2,
        },
        "layers": [],
    });
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(DIGEST_HEADER, value);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MANIFEST));
    response
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({"errors": [{"code": code, "message": message}]});
    (status, Json(body)).into_response()
}

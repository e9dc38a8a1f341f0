//! The registry client against a registry that answers as the specification says.

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use reqwest::Url;
use segue_artifact::{Credential, OciRegistry, Registry};
use segue_model::{Digest, FailureKind};
use segue_platform::Secret;
use std::{collections::BTreeMap, sync::Arc};

const MANIFEST: &[u8] = br#"{"schemaVersion":2}"#;

/// How the registry behaves.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Open,
    /// Says no digest in headers.
    Silent,
    /// Says another digest than that of what it sends.
    Lying,
    /// Gives out tokens, for a password when asked with one.
    Tokens,
    /// Takes this static token alone.
    Static,
    Busy,
}

async fn start(kind: Kind) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let state = Arc::new((kind, base.clone()));
    let app = Router::new()
        .route("/v2/{*rest}", get(manifest))
        .route("/token", get(token).post(exchange))
        .with_state(state);
    tokio::spawn(async move { axum::serve(listener, app).await });
    base.parse().unwrap()
}

async fn manifest(
    State(state): State<Arc<(Kind, String)>>,
    method: Method,
    Path(rest): Path<String>,
    headers: HeaderMap,
) -> Response {
    let (kind, base) = &*state;
    let shown = headers
        .get(header::AUTHORIZATION)
        .map(|it| it.to_str().unwrap());
    let wanted = match kind {
        Kind::Tokens => Some("Bearer given:repository:team/app:pull"),
        Kind::Static => Some("Bearer static"),
        _ => None,
    };
    if wanted.is_some() && shown != wanted {
        let challenge = format!(
            "Bearer realm=\"{base}token\",service=\"r\",scope=\"repository:team/app:pull\""
        );
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
            "UNAUTHORIZED",
        )
            .into_response();
    }
    if *kind == Kind::Busy {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "7")],
            "later",
        )
            .into_response();
    }
    if rest != "team/app/manifests/2.1.0" {
        return (
            StatusCode::NOT_FOUND,
            r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#,
        )
            .into_response();
    }
    assert!(
        headers[header::ACCEPT]
            .to_str()
            .unwrap()
            .contains("image.index.v1+json")
    );
    let digest = match kind {
        Kind::Lying if method == Method::GET => Some(Digest::of(b"other")),
        Kind::Silent | Kind::Lying => None,
        _ => Some(Digest::of(MANIFEST)),
    };
    let mut response = MANIFEST.into_response();
    if let Some(digest) = digest {
        response
            .headers_mut()
            .insert("docker-content-digest", digest.as_str().parse().unwrap());
    }
    response
}

async fn token(Query(query): Query<BTreeMap<String, String>>, headers: HeaderMap) -> Response {
    if query["service"] != "r" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if let Some(shown) = headers.get(header::AUTHORIZATION)
        && shown != "Basic bWU6cHc="
    {
        return (StatusCode::UNAUTHORIZED, "bad password").into_response();
    }
    format!(r#"{{"token":"given:{}"}}"#, query["scope"]).into_response()
}

/// The OAuth2 exchange of an identity token.
async fn exchange(body: String) -> Response {
    let wanted = "service=r&scope=repository%3Ateam%2Fapp%3Apull&grant_type=refresh_token&client_id=segue&refresh_token=id%2B1";
    if body != wanted {
        return (StatusCode::BAD_REQUEST, body).into_response();
    }
    r#"{"access_token":"given:repository:team/app:pull"}"#.into_response()
}

async fn registry(kind: Kind) -> OciRegistry {
    let _ = rustls::crypto::ring::default_provider().install_default();
    OciRegistry::new()
        .unwrap()
        .base("r.example", start(kind).await)
}

fn basic(password: &str) -> Credential {
    Credential::Basic {
        user: "me".into(),
        password: Secret::new(password),
    }
}

#[tokio::test]
async fn a_tag_is_its_digest() {
    for kind in [Kind::Open, Kind::Silent, Kind::Tokens] {
        let digest = registry(kind)
            .await
            .digest("r.example/team/app", "2.1.0")
            .await;
        assert_eq!(digest.unwrap(), Digest::of(MANIFEST));
    }
}

#[tokio::test]
async fn credentials_go_where_they_belong() {
    let tokens = registry(Kind::Tokens)
        .await
        .credential("r.example", basic("pw"));
    assert!(tokens.digest("r.example/team/app", "2.1.0").await.is_ok());

    let identity = Credential::Identity(Secret::new("id+1"));
    let identity = registry(Kind::Tokens)
        .await
        .credential("r.example", identity);
    assert!(identity.digest("r.example/team/app", "2.1.0").await.is_ok());

    let fixed = Credential::Bearer(Secret::new("static"));
    let fixed = registry(Kind::Static).await.credential("r.example", fixed);
    assert!(fixed.digest("r.example/team/app", "2.1.0").await.is_ok());
}

#[tokio::test]
async fn one_registry_can_stand_for_all() {
    let fixed = Credential::Bearer(Secret::new("static"));
    let base = start(Kind::Static).await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let all = OciRegistry::new().unwrap().everywhere(base, fixed);
    for repository in ["one.example/team/app", "team/app"] {
        assert!(all.digest(repository, "2.1.0").await.is_ok());
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_the_registrys_words_and_without_the_password() {
    let wrong = registry(Kind::Tokens)
        .await
        .credential("r.example", basic("hunter2"));
    let failure = wrong
        .digest("r.example/team/app", "2.1.0")
        .await
        .unwrap_err();
    assert_eq!(
        (failure.kind, failure.code.as_str()),
        (FailureKind::Denied, "SEG2013")
    );
    assert_eq!(failure.words, "bad password");
    assert!(!format!("{failure:?}{wrong:?}").contains("hunter2"));

    let anonymous = registry(Kind::Static).await;
    let failure = anonymous
        .digest("r.example/team/app", "2.1.0")
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
}

#[tokio::test]
async fn an_image_that_is_not_there_is_named() {
    let failure = registry(Kind::Open)
        .await
        .digest("r.example/team/app", "2.1.1")
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG2012");
    assert!(failure.what.contains("r.example/team/app:2.1.1"));
    assert!(failure.words.contains("MANIFEST_UNKNOWN"));
}

#[tokio::test]
async fn a_busy_registry_says_when_to_come_back() {
    let failure = registry(Kind::Busy)
        .await
        .digest("r.example/team/app", "2.1.0")
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert_eq!(failure.retry_after_ms, Some(7000));
}

#[tokio::test]
async fn a_digest_that_is_not_that_of_the_content_is_refused() {
    let failure = registry(Kind::Lying)
        .await
        .digest("r.example/team/app", "2.1.0")
        .await
        .unwrap_err();
    assert!(failure.what.contains("the registry says"), "{failure}");
}

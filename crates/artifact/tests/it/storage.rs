//! Cloud Storage's `objects.get`.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use segue_artifact::{CloudStorage, Sources};
use segue_platform::Secret;

async fn object(Path((bucket, object)): Path<(String, String)>, headers: HeaderMap) -> Response {
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|it| it != "Bearer t")
    {
        return (StatusCode::UNAUTHORIZED, "Invalid Credentials").into_response();
    }
    if (bucket.as_str(), object.as_str()) == ("b", "dir/o.zip") {
        return r#"{"generation":"1763000000000001"}"#.into_response();
    }
    (StatusCode::NOT_FOUND, "No such object").into_response()
}

async fn storage(token: &str) -> CloudStorage {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().route("/storage/v1/b/{bucket}/o/{object}", get(object));
    tokio::spawn(async move { axum::serve(listener, app).await });
    CloudStorage::new(base.parse().unwrap(), Secret::new(token)).unwrap()
}

#[tokio::test]
async fn an_object_has_a_generation() {
    let generation = storage("t").await.generation("b", "dir/o.zip").await;
    assert_eq!(generation.unwrap(), "1763000000000001");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let missing = storage("t")
        .await
        .generation("b", "x.zip")
        .await
        .unwrap_err();
    assert_eq!(missing.code, "SEG2020");
    assert!(missing.what.contains("gs://b/x.zip"));
    let denied = storage("wrong")
        .await
        .generation("b", "dir/o.zip")
        .await
        .unwrap_err();
    assert_eq!(denied.code, "SEG2013");
    assert_eq!(denied.words, "Invalid Credentials");
}

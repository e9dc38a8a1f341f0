//! Artifact Registry, Cloud Storage and the OCI registry.

use super::*;
use google_cloud_artifactregistry_v1::client::ArtifactRegistry;
use segue_twin::faults::FaultKind;

const REPOSITORY: &str = "projects/shop/locations/europe/repositories/images";

async fn get(url: String) -> reqwest::Response {
    let request = reqwest::Client::new().get(url).bearer_auth(TOKEN);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_repository_knows_its_readers_images_and_tags() {
    let (shared, google) = project().await;
    let client = ArtifactRegistry::builder()
        .with_endpoint(&google.endpoints.artifact_registry)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap();
    let policy = client
        .get_iam_policy()
        .set_resource(REPOSITORY)
        .send()
        .await
        .unwrap();
    assert_eq!(policy.bindings[0].role, "roles/artifactregistry.reader");
    let repository = client.get_repository().set_name(REPOSITORY);
    let repository = repository.send().await.unwrap();
    assert_eq!(repository.registry_uri, "europe-docker.pkg.dev/shop/images");
    let image = || {
        let name = format!("{REPOSITORY}/dockerImages/app@sha256:2");
        client.get_docker_image().set_name(name).send()
    };
    assert_eq!(image().await.unwrap().uri, super::image(2));
    let images = client.list_docker_images().set_parent(REPOSITORY);
    assert_eq!(images.send().await.unwrap().docker_images.len(), 2);
    let tag = client
        .get_tag()
        .set_name(format!("{REPOSITORY}/packages/app/tags/2.0.0"))
        .send()
        .await
        .unwrap();
    assert!(tag.version.ends_with("/packages/app/versions/sha256:2"));
    shared.faults.set("app", FaultKind::ImageNotFound);
    assert_eq!(image().await.unwrap_err().http_status_code(), Some(404));
}

#[tokio::test]
async fn a_tag_resolves_to_a_digest_with_and_without_its_host() {
    let (_shared, google) = project().await;
    for name in ["shop/images/app", "europe-docker.pkg.dev/shop/images/app"] {
        for reference in ["2.0.0", "sha256:2"] {
            let url = format!("{}/v2/{name}/manifests/{reference}", google.endpoints.oci);
            let answer = reqwest::Client::new().head(url).bearer_auth(TOKEN);
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.headers()["docker-content-digest"], "sha256:2");
        }
    }
    let missing = get(format!(
        "{}/v2/shop/images/app/manifests/9",
        google.endpoints.oci
    ))
    .await;
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains("MANIFEST_UNKNOWN"));
}

#[tokio::test]
async fn an_object_is_found_at_its_newest_generation() {
    let (_shared, google) = project().await;
    let object = |name: &str| {
        format!(
            "{}/storage/v1/b/shop-functions/o/{name}",
            google.endpoints.storage
        )
    };
    let newest: serde_json::Value = get(object("app.zip")).await.json().await.unwrap();
    assert_eq!(newest["generation"], "2");
    let first: serde_json::Value = get(object("app.zip?generation=1"))
        .await
        .json()
        .await
        .unwrap();
    assert_ne!(first["md5Hash"], newest["md5Hash"]);
    assert_eq!(get(object("other.zip")).await.status(), 404);
}

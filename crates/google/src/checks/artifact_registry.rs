//! `artifact-registry.check`: every image exists, and who runs it may read it.
//!
//! Source: <https://cloud.google.com/artifact-registry/docs/access-control>.

use crate::{Access, access::not_connected, errors, iam, settings};
use async_trait::async_trait;
use google_cloud_artifactregistry_v1::client::ArtifactRegistry;
use google_cloud_iam_v1::model::GetPolicyOptions;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer, asking};
use serde::Deserialize;
use serde_json::Value;

/// The roles that can read a repository.
const READERS: [&str; 9] = [
    "roles/artifactregistry.reader",
    "roles/artifactregistry.writer",
    "roles/artifactregistry.createOnPushWriter",
    "roles/artifactregistry.repoAdmin",
    "roles/artifactregistry.createOnPushRepoAdmin",
    "roles/artifactregistry.admin",
    "roles/viewer",
    "roles/editor",
    "roles/owner",
];

/// Checks that images exist and that their reader may read them. Input:
/// `{"repository": "LOCATION-docker.pkg.dev/PROJECT/REPOSITORY", "reader":
/// "serviceAccount:…", "images": ["…@sha256:…"]}`.
#[derive(Debug, Clone)]
pub struct ArtifactRegistryCheck {
    client: ArtifactRegistry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    repository: String,
    #[serde(default)]
    reader: Option<String>,
    #[serde(default)]
    images: Vec<String>,
}

impl ArtifactRegistryCheck {
    /// Makes the client; calls nothing yet.
    ///
    /// # Errors
    /// `Denied` when there are no credentials.
    pub async fn connect(access: &Access) -> Result<Self, Failure> {
        let at = access.endpoints.artifact_registry.as_ref();
        let client = access
            .client(ArtifactRegistry::builder(), at)?
            .build()
            .await;
        Ok(Self {
            client: client.map_err(not_connected)?,
        })
    }

    async fn exists(&self, image: &str) -> Result<(), Failure> {
        let name = image_name(image).ok_or_else(|| not_there(image))?;
        match asking(self.client.get_docker_image().set_name(name).send()).await {
            Ok(_) => Ok(()),
            Err(error) if errors::is_not_found(&error) => Err(Failure::step(
                errors::REGISTRY,
                format!("there is no image {image}"),
            )
            .words(errors::words(&error))),
            Err(error) => Err(errors::failure(
                format!("{image} was not looked up"),
                &error,
            )),
        }
    }

    async fn may_read(&self, repository: &str, reader: &str) -> Result<(), Failure> {
        let name = repository_name(repository).ok_or_else(|| not_there(repository))?;
        let policy = asking(
            self.client
                .get_iam_policy()
                .set_resource(name)
                .set_options(GetPolicyOptions::new().set_requested_policy_version(3))
                .send(),
        )
        .await
        .map_err(|error| {
            errors::failure(format!("who may read {repository} was not read"), &error)
        })?;
        if iam::reaches(&policy, |role| READERS.contains(&role), reader) {
            return Ok(());
        }
        Err(
            Failure::step(errors::REGISTRY, format!("{reader} may not read {repository}"))
                .by(Fault::User)
                .hint(format!(
                    "grant it roles/artifactregistry.reader on {repository}; a role on the whole project is not seen here"
                )),
        )
    }
}

#[async_trait]
impl Performer for ArtifactRegistryCheck {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = settings::input("artifact-registry.check", input)?;
        for image in &input.images {
            call.progress(format!("looking for {image}"));
            self.exists(image).await?;
        }
        let count = input.images.len();
        let Some(reader) = &input.reader else {
            return Ok(Evidence::seen(format!("{count} of {count} images exist")));
        };
        self.may_read(&input.repository, reader).await?;
        Ok(Evidence::seen(format!(
            "{count} of {count} images exist, {reader} may read them"
        )))
    }
}

fn not_there(reference: &str) -> Failure {
    let what = format!("{reference} does not lie in Artifact Registry");
    Failure::step(errors::REGISTRY, what)
        .by(Fault::User)
        .hint("names there look like europe-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE@sha256:…")
}

/// `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY` as the API names it, and what follows it.
fn parse(reference: &str) -> Option<(String, Option<&str>)> {
    let mut pieces = reference.splitn(4, '/');
    let location = pieces.next()?.strip_suffix("-docker.pkg.dev")?;
    let (project, repository) = (pieces.next()?, pieces.next()?);
    if [location, project, repository].contains(&"") {
        return None;
    }
    let name = format!("projects/{project}/locations/{location}/repositories/{repository}");
    Some((name, pieces.next()))
}

fn repository_name(reference: &str) -> Option<String> {
    parse(reference.trim_end_matches('/')).map(|(name, _)| name)
}

/// An image by digest as the API names it; slashes in its path are encoded.
fn image_name(reference: &str) -> Option<String> {
    let (repository, image) = parse(reference)?;
    let image = image.filter(|image| image.contains("@sha256:"))?;
    Some(format!(
        "{repository}/dockerImages/{}",
        image.replace('/', "%2F")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_apis() {
        let repository = "europe-docker.pkg.dev/p/storefront";
        let name = "projects/p/locations/europe/repositories/storefront";
        assert_eq!(repository_name(repository).as_deref(), Some(name));
        assert_eq!(
            image_name(&format!("{repository}/notifier@sha256:12")),
            Some(format!("{name}/dockerImages/notifier@sha256:12"))
        );
        assert_eq!(
            image_name(&format!("{repository}/team/notifier@sha256:12")),
            Some(format!("{name}/dockerImages/team%2Fnotifier@sha256:12"))
        );
    }

    #[test]
    fn what_is_not_there_is_said() {
        for reference in [
            "docker.io/library/nginx@sha256:1",
            "",
            "-docker.pkg.dev//",
            "x",
        ] {
            assert_eq!(image_name(reference), None, "{reference}");
        }
        assert_eq!(image_name("europe-docker.pkg.dev/p/r/i:latest"), None);
    }
}

//! Artifact Registry API v1: repositories, who may read them, and the images
//! and tags in them.
//! Source: <https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories>.

use super::{
    call::Call,
    discovery::{self, Document},
    error::Error,
    iam::Policy,
    page::page,
    run::now,
    server::Api,
    site::Site,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Where a location's images are served: `europe-docker.pkg.dev`.
const HOST: &str = "-docker.pkg.dev";

/// The repositories of one project.
pub(super) struct ArtifactRegistry {
    site: Arc<Site>,
    /// By full name.
    repositories: Mutex<BTreeMap<String, Repository>>,
}

struct Repository {
    /// `europe-docker.pkg.dev/PROJECT/REPOSITORY`.
    path: String,
    view: Value,
    policy: Policy,
}

impl ArtifactRegistry {
    /// The repositories of the site's world; a path that names no location,
    /// project and repository is none.
    pub fn new(site: Arc<Site>) -> Self {
        let repositories = site.world.repositories.iter().filter_map(|one| {
            let (host, rest) = one.path.split_once('/')?;
            let (project, id) = rest.split_once('/')?;
            let location = host.strip_suffix(HOST)?;
            let name = format!("projects/{project}/locations/{location}/repositories/{id}");
            let view = json!({
                "name": name, "format": "DOCKER", "mode": "STANDARD_REPOSITORY",
                "registryUri": one.path, "createTime": now(), "updateTime": now(),
            });
            let repository = Repository {
                path: one.path.clone(),
                view,
                policy: Policy::granting("roles/artifactregistry.reader", &one.readers),
            };
            Some((name, repository))
        });
        Self {
            repositories: Mutex::new(repositories.collect()),
            site: site.clone(),
        }
    }

    fn repositories(&self) -> MutexGuard<'_, BTreeMap<String, Repository>> {
        self.repositories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, name: &str, then: impl FnOnce(&mut Repository) -> T) -> Result<T, Error> {
        let mut repositories = self.repositories();
        let found = repositories.get_mut(name);
        found.map(then).ok_or_else(|| missing(name))
    }

    fn set_policy(&self, call: &Call<'_>) -> Result<Value, Error> {
        let (changed, view) = self.with(call.resource(), |one| {
            let changed = one.policy.set(&call.body)?;
            Ok::<_, Error>((changed, one.policy.view()))
        })??;
        if changed {
            let effects = &self.site.shared.effects;
            effects.record("artifactregistry", call.method.name(), call.resource());
        }
        Ok(view)
    }

    fn image(&self, name: &str, call: &Call<'_>) -> Result<Value, Error> {
        let path = self.with(name, |one| one.path.clone())?;
        let id = call.segment("dockerImagesId");
        let reference = format!("{path}/{id}");
        let exists = self.site.shared.program(&reference).is_some();
        if !id.contains('@') || !exists {
            return Err(missing(&format!("{name}/dockerImages/{id}")));
        }
        Ok(image(name, id, &reference))
    }

    fn images(&self, name: &str, call: &Call<'_>) -> Result<Value, Error> {
        let path = self.with(name, |one| one.path.clone())?;
        let references = self.site.shared.programs.references();
        let images = references
            .iter()
            .filter(|reference| self.site.shared.program(reference).is_some())
            .filter_map(|reference| {
                let id = reference.strip_prefix(&path)?.strip_prefix('/')?;
                Some(image(name, id, reference))
            });
        page(call, "dockerImages", images.collect())
    }

    fn tag(&self, name: &str, call: &Call<'_>) -> Result<Value, Error> {
        let path = self.with(name, |one| one.path.clone())?;
        let (package, tag) = (call.segment("packagesId"), call.segment("tagsId"));
        let digest = self
            .site
            .shared
            .programs
            .resolve(&format!("{path}/{package}:{tag}"));
        let package = format!("{name}/packages/{}", package.replace('/', "%2F"));
        let digest = digest.ok_or_else(|| missing(&format!("{package}/tags/{tag}")))?;
        Ok(json!({
            "name": format!("{package}/tags/{tag}"),
            "version": format!("{package}/versions/{digest}"),
        }))
    }
}

impl Api for ArtifactRegistry {
    fn document(&self) -> &'static Document {
        &discovery::ARTIFACT_REGISTRY
    }

    fn site(&self) -> &Site {
        &self.site
    }

    fn location(&self) -> Option<&str> {
        None
    }

    fn module(&self, _: &Call<'_>) -> Option<String> {
        None
    }

    fn answer(self: Arc<Self>, call: &Call<'_>) -> Result<Value, Error> {
        let name = format!(
            "projects/{}/locations/{}/repositories/{}",
            call.segment("projectsId"),
            call.segment("locationsId"),
            call.segment("repositoriesId")
        );
        match call.method.name() {
            "repositories.get" => self.with(&name, |one| one.view.clone()),
            "repositories.list" => {
                let repositories = self.repositories();
                let views = repositories
                    .iter()
                    .filter(|(name, _)| name.starts_with(call.resource()))
                    .map(|(_, one)| one.view.clone());
                page(call, "repositories", views.collect())
            }
            "repositories.getIamPolicy" => self.with(&name, |one| one.policy.view()),
            "repositories.setIamPolicy" => self.set_policy(call),
            "repositories.dockerImages.get" => self.image(&name, call),
            "repositories.dockerImages.list" => self.images(&name, call),
            "repositories.packages.tags.get" => self.tag(&name, call),
            other => Err(Error::internal(format!("the twin has no {other}"))),
        }
    }
}

fn image(repository: &str, id: &str, reference: &str) -> Value {
    json!({
        "name": format!("{repository}/dockerImages/{}", id.replace('/', "%2F")),
        "uri": reference,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
    })
}

fn missing(name: &str) -> Error {
    Error::not_found(format!("Requested entity was not found. ({name})"))
}

//! Deploying a function: build the source, then a revision of its service.

use super::{
    super::{
        operations::Failure,
        run::{Change, now, traffic},
    },
    Functions,
    function::{State, service_id},
};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};

/// How long a build takes, in the twins' time.
const BUILD: Duration = Duration::from_millis(600);

impl Functions {
    /// Builds and deploys what is wanted of `id`; with `everything` all traffic
    /// goes to the new revision, without it stays where it is.
    pub(super) async fn deploy(
        self: &Arc<Self>,
        id: &str,
        everything: bool,
    ) -> Result<(), Failure> {
        let outcome = self.carry_out(id, everything).await;
        let live = self
            .run
            .with(&service_id(id), |one| one.latest_ready.clone());
        // A function that was deleted meanwhile has no state to keep.
        let _ = self.with(id, |function| {
            function.updated = now();
            function.state = match &outcome {
                Ok(()) => {
                    function.revision = live.flatten();
                    State::Active
                }
                Err(failure) => State::Failed(failure.clone()),
            };
        });
        outcome
    }

    async fn carry_out(self: &Arc<Self>, id: &str, everything: bool) -> Result<(), Failure> {
        let gone = |_| Failure {
            code: 5,
            message: "The function was deleted.".to_owned(),
        };
        let (spec, builds) = self
            .with(id, |function| {
                function.builds += 1;
                (function.spec.clone(), function.builds)
            })
            .map_err(gone)?;
        self.site.shared.clock.sleep(BUILD).await;
        let source = self.source(&spec)?;
        let image = self.image(id, builds);
        self.run.built(&image, &source);
        let service = service_id(id);
        let change = Change {
            spec: self.service_spec(&service, &spec, &image, everything),
            dry: false,
            force: true,
        };
        self.run
            .deploy(&service, change)
            .await
            .map_err(|failure| Failure {
                code: 3,
                message: format!(
                    "Could not create or update Cloud Run service {service}, Container \
                     Healthcheck failed. {}",
                    failure.message
                ),
            })
    }

    /// The source as the programs name it; without a generation the newest.
    fn source(&self, spec: &Map<String, Value>) -> Result<String, Failure> {
        let source = &spec.get("buildConfig").unwrap_or(&Value::Null)["source"]["storageSource"];
        let text = |field: &str| source[field].as_str().unwrap_or_default();
        let (bucket, object) = (text("bucket"), text("object"));
        let generation = text("generation").parse().ok();
        self.site
            .source(bucket, object, generation)
            .map(|generation| format!("gs://{bucket}/{object}#{generation}"))
            .ok_or_else(|| Failure {
                code: 3,
                message: format!(
                    "Build failed: could not resolve storage source: googleapi: Error 404: No \
                     such object: {bucket}/{object}, notFound"
                ),
            })
    }

    fn image(&self, id: &str, build: u64) -> String {
        let world = &self.site.world;
        let (project, region) = (&world.project, &world.region);
        format!(
            "{region}-docker.pkg.dev/{project}/gcf-artifacts/{}__{region}__{}:version_{build}",
            project.replace('-', "--"),
            id.replace('-', "--")
        )
    }

    fn service_spec(
        &self,
        service: &str,
        spec: &Map<String, Value>,
        image: &str,
        everything: bool,
    ) -> Map<String, Value> {
        let config = spec.get("serviceConfig").unwrap_or(&Value::Null);
        let environment: Vec<_> = config["environmentVariables"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let mut template = json!({
            "containers": [{"image": image, "env": environment}],
            "maxInstanceRequestConcurrency":
                config["maxInstanceRequestConcurrency"].as_i64().unwrap_or(1),
            "timeout": format!("{}s", config["timeoutSeconds"].as_i64().unwrap_or(60)),
        });
        if let Some(account) = config["serviceAccountEmail"].as_str() {
            template["serviceAccount"] = json!(account);
        }
        let mut wanted = Map::new();
        wanted.insert("template".to_owned(), template);
        wanted.insert(
            "labels".to_owned(),
            json!({"goog-managed-by": "cloudfunctions"}),
        );
        let pinned = self.run.with(service, |one| one.pinned_traffic()).flatten();
        let traffic = match pinned {
            Some(pinned) if !everything => pinned,
            _ => traffic::all_to_latest(),
        };
        wanted.insert("traffic".to_owned(), traffic);
        wanted
    }
}

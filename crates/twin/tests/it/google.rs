//! The Google Cloud twins, driven by Google's own Rust clients.
#![allow(clippy::unwrap_used)]

mod artifacts;
mod functions;
mod run;
mod triggers;

use google_cloud_auth::credentials::{
    CacheableResource, Credentials, CredentialsProvider, EntityTag,
};
use segue_twin::{
    Shared,
    clock::Clock,
    google::{Google, World},
    mesh::Mesh,
    world::Program,
};
use std::{sync::Arc, time::Duration};

const TOKEN: &str = "sandbox-token";
const PARENT: &str = "projects/shop/locations/europe-west1";
const CALLER: &str = "caller@shop.iam.gserviceaccount.com";

/// A project with images `app@sha256:1` (1.0.0) and `app@sha256:2` (2.0.0, the
/// candidate) of the module `app`, and the same as sources.
async fn project() -> (Shared, Google) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let shared = Shared {
        clock: Clock::scaled(0.05),
        faults: Arc::default(),
        effects: Arc::default(),
        mesh: Arc::new(Mesh::new()),
        programs: Arc::default(),
    };
    for version in [1, 2] {
        let program = Program {
            module: "app".to_owned(),
            version: semver::Version::new(version, 0, 0),
            needs: Vec::new(),
            startup_ms: 300,
            candidate: version == 2,
        };
        shared.programs.add(&image(version), program.clone());
        shared
            .programs
            .add(&format!("gs://shop-functions/app.zip#{version}"), program);
    }
    shared
        .programs
        .tag("europe-docker.pkg.dev/shop/images/app:2.0.0", "sha256:2");
    let world = World::new("shop", "europe-west1", TOKEN)
        .service_account("caller", CALLER)
        .topic("events")
        .push_subscription(
            "app-push",
            "events",
            "app",
            "push@shop.iam.gserviceaccount.com",
        )
        .job(
            "nightly",
            "0 3 * * *",
            "app",
            "scheduler@shop.iam.gserviceaccount.com",
        )
        .repository(
            "europe-docker.pkg.dev/shop/images",
            &["serviceAccount:nodes@shop.iam.gserviceaccount.com"],
        );
    let google = Google::start(shared.clone(), world).await.unwrap();
    (shared, google)
}

fn image(version: u64) -> String {
    format!("europe-docker.pkg.dev/shop/images/app@sha256:{version}")
}

fn verbs(shared: &Shared) -> Vec<String> {
    let effects = shared.effects.all();
    effects.into_iter().map(|effect| effect.verb).collect()
}

fn credentials() -> Credentials {
    Credentials::from(Static)
}

#[derive(Debug)]
struct Static;

impl CredentialsProvider for Static {
    async fn headers(
        &self,
        _: http::Extensions,
    ) -> Result<CacheableResource<http::HeaderMap>, google_cloud_auth::errors::CredentialsError>
    {
        let mut data = http::HeaderMap::new();
        let bearer = http::HeaderValue::from_str(&format!("Bearer {TOKEN}")).unwrap();
        data.insert(http::header::AUTHORIZATION, bearer);
        Ok(CacheableResource::New {
            entity_tag: EntityTag::new(),
            data,
        })
    }

    async fn universe_domain(&self) -> Option<String> {
        None
    }
}

/// Waits for an operation's end: its error, or nothing.
macro_rules! outcome {
    ($client:expr, $operation:expr) => {{
        let mut operation = $operation.send().await.unwrap();
        while !operation.done {
            tokio::time::sleep(super::POLL).await;
            operation = $client
                .get_operation()
                .set_name(&operation.name)
                .send()
                .await
                .unwrap();
        }
        match operation.result {
            Some(google_cloud_longrunning::model::operation::Result::Error(error)) => {
                Err((error.code, error.message.clone()))
            }
            _ => Ok(()),
        }
    }};
}
use outcome;

const POLL: Duration = Duration::from_millis(5);

#[tokio::test]
async fn dropping_the_project_ends_its_servers() {
    let (shared, google) = project().await;
    let urls = [
        google.endpoints.run.clone(),
        google.endpoints.oci.clone(),
        google.service_url("app").unwrap(),
    ];
    drop(google);
    for url in urls {
        while reqwest::get(&url).await.is_ok() {
            tokio::time::sleep(POLL).await;
        }
    }
    assert_eq!(shared.mesh.call("caller", "app", "/").await.status, 502);
}

//! A project of Google's on loopback, with an old and a new version to release.

use segue_google::{Access, Endpoints};
use segue_model::{Digest, Failure, FailureKind, OperationKey, ReleaseId, Unit};
use segue_platform::Call;
use segue_twin::{
    Shared,
    clock::Clock,
    faults::FaultKind,
    google::{Google, World},
    world::Program,
};
use serde_json::{Value, json};
use std::{future::Future, sync::Arc};

pub const PROJECT: &str = "storefront-prod";
pub const REGION: &str = "europe-west1";
const TOKEN: &str = "sandbox-token";

pub struct Sandbox {
    pub shared: Shared,
    pub google: Google,
    pub access: Access,
}

/// An empty project.
pub fn world() -> World {
    World::new(PROJECT, REGION, TOKEN)
}

impl Sandbox {
    pub async fn start(world: World) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Shared {
            clock: Clock::scaled(0.05),
            faults: Arc::default(),
            effects: Arc::default(),
            mesh: Arc::default(),
            programs: Arc::default(),
        };
        let google = Google::start(shared.clone(), world).await.unwrap();
        let at = &google.endpoints;
        let endpoints = Endpoints {
            run: Some(at.run.clone()),
            functions: Some(at.functions.clone()),
            scheduler: Some(at.scheduler.clone()),
            pubsub: Some(at.pubsub.clone()),
            artifact_registry: Some(at.artifact_registry.clone()),
            storage: Some(at.storage.clone()),
            oci: Some(at.oci.clone()),
        };
        Self {
            shared,
            google,
            access: Access::sandbox(endpoints, TOKEN),
        }
    }

    /// The program of `module` in `version` exists at `reference`.
    pub fn exists(&self, reference: &str, module: &str, version: &str, candidate: bool) {
        let program = Program {
            module: module.to_owned(),
            version: version.parse().unwrap(),
            needs: Vec::new(),
            startup_ms: 1_000,
            candidate,
        };
        self.shared.programs.add(reference, program);
    }

    pub fn fault(&self, module: &str, kind: FaultKind) {
        self.shared.faults.set(module, kind);
    }

    /// What was changed since the last time.
    pub fn effects(&self) -> Vec<String> {
        let all = self.shared.effects.all();
        self.shared.effects.reset();
        all.into_iter().map(|effect| effect.verb).collect()
    }

    /// Creates a Cloud Run service as somebody else would, callable by anybody.
    pub async fn create_service(&self, id: &str, service: &Value) {
        let path = format!("?serviceId={id}");
        self.run_api(Some(service), &path).await;
        let everybody = json!({"policy": {"bindings": [
            {"role": "roles/run.invoker", "members": ["allUsers"]},
        ]}});
        let path = format!("/{id}:setIamPolicy");
        self.run_api(Some(&everybody), &path).await;
        while self.read_service(id).await["reconciling"] == true {
            tokio::task::yield_now().await;
        }
    }

    /// A Cloud Run service as the API answers it.
    pub async fn read_service(&self, id: &str) -> Value {
        self.run_api(None, &format!("/{id}")).await
    }

    async fn run_api(&self, body: Option<&Value>, path: &str) -> Value {
        let run = &self.google.endpoints.run;
        let url = format!("{run}/v2/projects/{PROJECT}/locations/{REGION}/services{path}");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = match body {
            Some(body) => http.post(url).json(body),
            None => http.get(url),
        };
        let answer = request.bearer_auth(TOKEN).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// How many of a hundred requests each version answers.
    pub async fn answers(&self, module: &str, version: &str) -> usize {
        let mut count = 0;
        for _ in 0..100 {
            let answer = self.shared.mesh.call("internet", module, "/").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            count += usize::from(answer.version.as_deref() == Some(version));
        }
        count
    }
}

/// An image of `module`, told apart by `version`.
pub fn image(module: &str, version: &str) -> String {
    let digest = Digest::of(version.as_bytes());
    format!("europe-docker.pkg.dev/{PROJECT}/storefront/{module}@{digest}")
}

pub fn unit(module: &str, version: &str, artifact: Value, settings: Value) -> Unit {
    Unit {
        module: module.into(),
        target: "google".into(),
        version: version.parse().unwrap(),
        artifact,
        settings,
    }
}

/// A Cloud Run service that anybody may call.
pub fn service(module: &str, version: &str) -> Unit {
    let settings = json!({
        "concurrency": 40,
        "service_account": "notifier@storefront-prod.iam.gserviceaccount.com",
        "invokers": ["allUsers"],
        "stable_ms": 100,
    });
    let artifact = json!({"image": image(module, version)});
    unit(module, version, artifact, settings)
}

/// The call of the operation `name` in the release `release`.
pub fn call_in(release: &str, name: &str) -> Call {
    Call::detached(OperationKey::new(
        &ReleaseId::new(release),
        &name.into(),
        false,
    ))
}

pub fn call(name: &str) -> Call {
    call_in("r1", name)
}

/// Calls again as long as the platform is unavailable, as the engine does.
/// Returns the outcome and how often it was unavailable.
pub async fn persist<T, F: Future<Output = Result<T, Failure>>>(
    mut again: impl FnMut() -> F,
) -> (Result<T, Failure>, u32) {
    for refusals in 0..50 {
        match again().await {
            Err(failure) if failure.kind == FailureKind::Unavailable => {
                assert!(!failure.words.is_empty());
                assert_eq!(failure.retry_after_ms, Some(1_000));
            }
            outcome => return (outcome, refusals),
        }
    }
    panic!("unavailable for ever");
}

/// A function that anybody may call, built from `gs://sources/MODULE.zip`.
pub fn function(module: &str, version: &str) -> Unit {
    let settings = json!({
        "runtime": "nodejs22",
        "entry_point": "report",
        "service_account": "reporting@storefront-prod.iam.gserviceaccount.com",
        "invokers": ["allUsers"],
        "stable_ms": 100,
    });
    unit(module, version, source(module, version), settings)
}

/// The source of `module`; each version is a generation of the same object.
fn source(module: &str, version: &str) -> Value {
    let generation: String = version.split('.').collect();
    json!({"bucket": "sources", "object": format!("{module}.zip"), "generation": generation})
}

/// The source as the twins name it.
pub fn source_reference(module: &str, version: &str) -> String {
    let source = source(module, version);
    let text = |field: &str| source[field].as_str().unwrap().to_owned();
    format!(
        "gs://{}/{}#{}",
        text("bucket"),
        text("object"),
        text("generation")
    )
}

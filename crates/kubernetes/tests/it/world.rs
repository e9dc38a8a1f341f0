//! A cluster with the images of one module, and units that run them.

use async_trait::async_trait;
use segue_kubernetes::{Access, Kubernetes};
use segue_model::{Failure, FailureKind, Observation, OperationKey, Unit};
use segue_platform::{Call, Platform as _, Secret, Secrets, Timeouts};
use segue_twin::{
    Shared,
    clock::Clock,
    effects::Effect,
    kubernetes::{Cluster, World as Furniture},
    mesh::Mesh,
    world::Program,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

pub const NAMESPACE: &str = "shop";
const TOKEN: &str = "sandbox-token";

/// How much faster than in the clouds everything goes.
const SCALE: f64 = 0.05;

/// A cluster, and the adapter that is connected to it.
pub struct World {
    pub shared: Shared,
    pub cluster: Cluster,
    pub kubernetes: Kubernetes,
}

/// A vault in which every secret's value is its name and version.
struct Vault;

#[async_trait]
impl Secrets for Vault {
    async fn value(&self, vault: &str, secret: &str, version: &str) -> Result<Secret, Failure> {
        Ok(Secret::new(format!("{vault}/{secret}/{version}")))
    }

    async fn current(&self, _: &str, _: &str) -> Result<String, Failure> {
        Ok("1".into())
    }
}

impl World {
    /// An empty namespace; the images of `web` 1.0.0, and of 2.0.0, the candidate.
    pub async fn new() -> Self {
        Self::at(SCALE).await
    }

    /// The same, in `scale` of the time that it takes in the clouds.
    pub async fn at(scale: f64) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Shared {
            clock: Clock::scaled(scale),
            faults: Arc::default(),
            effects: Arc::default(),
            mesh: Arc::new(Mesh::new()),
            programs: Arc::default(),
        };
        for major in [1, 2, 3] {
            let program = Program {
                module: "web".into(),
                version: semver::Version::new(major, 0, 0),
                needs: Vec::new(),
                startup_ms: 400,
                candidate: major == 2,
            };
            shared.programs.add(&image(major), program);
        }
        let furniture = Furniture {
            name: "aks".into(),
            namespaces: vec![NAMESPACE.into()],
            token: TOKEN.into(),
            sidecar_images: vec!["proxy".into()],
        };
        let cluster = Cluster::start(shared.clone(), furniture).await.unwrap();
        let access = Access::Direct {
            url: cluster.url.clone(),
            token: TOKEN.into(),
        };
        let kubernetes =
            Kubernetes::connect(access, NAMESPACE, Arc::new(Vault), Timeouts::default())
                .await
                .unwrap();
        Self {
            shared,
            cluster,
            kubernetes,
        }
    }

    /// The same, with `web` 1.0.0 live.
    pub async fn live() -> Self {
        let world = Self::new().await;
        soon(world.kubernetes.stage(&call("before"), &web(1)))
            .await
            .unwrap();
        world.shared.effects.reset();
        world
    }

    pub async fn observe(&self) -> Observation {
        soon(self.kubernetes.observe(&web(1))).await.unwrap()
    }

    /// What the ledger holds, as `verb resource`.
    pub fn effects(&self) -> Vec<String> {
        let say = |effect: Effect| format!("{} {}", effect.verb, effect.resource);
        self.shared.effects.all().into_iter().map(say).collect()
    }

    /// The live object, if there is one.
    pub fn object(&self, kind: &str, name: &str) -> Option<Value> {
        self.cluster
            .objects()
            .into_iter()
            .find(|o| o["kind"] == kind && o["metadata"]["name"] == name)
    }

    /// The version that answers, and its status.
    pub async fn answer(&self) -> (u16, Option<String>) {
        let answer = self.shared.mesh.call("internet", "web", "/").await;
        (answer.status, answer.version)
    }
}

/// A merge patch of the Deployment by another manager.
pub async fn patch_as(manager: &str, world: &World, patch: &str) {
    let mut config = kube::Config::new(world.cluster.url.parse().unwrap());
    config.auth_info.token = Some("sandbox-token".to_owned().into());
    let client = kube::Client::try_from(config).unwrap();
    let uri = format!("/apis/apps/v1/namespaces/shop/deployments/web?fieldManager={manager}");
    let request = http::Request::patch(uri)
        .header("content-type", "application/merge-patch+json")
        .body(patch.as_bytes().to_vec())
        .unwrap();
    client.request::<serde_json::Value>(request).await.unwrap();
}

/// A call of an operation of this name.
pub fn call(operation: &str) -> Call {
    Call::detached(OperationKey::new(&"r1".into(), &operation.into(), false))
}

/// The result, in any time that is no hang.
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work)
        .await
        .expect("it hangs")
}

/// Does `work` again as long as the platform is unavailable, as the engine does.
pub async fn until_available<T, F>(mut work: impl FnMut() -> F) -> (Result<T, Failure>, usize)
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match soon(work()).await {
            Err(failure) if failure.kind == FailureKind::Unavailable && tries < 20 => {}
            result => return (result, tries),
        }
    }
}

pub fn image(major: u64) -> String {
    format!(
        "registry.example/web@sha256:{}",
        major.to_string().repeat(64)
    )
}

/// `web` in version `<major>.0.0`: a versioned ConfigMap, a Service, two replicas.
pub fn web(major: u64) -> Unit {
    unit(major, vec![config(major), service(), deployment(major)])
}

pub fn unit(major: u64, objects: Vec<Value>) -> Unit {
    Unit {
        module: "web".into(),
        target: "aks".into(),
        version: format!("{major}.0.0").parse().unwrap(),
        artifact: json!({ "objects": objects }),
        settings: json!({"stable_ms": 100, "health": "/healthz"}),
    }
}

pub fn config(major: u64) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": format!("web-config-{major}")},
        "data": {"major": major.to_string()},
    })
}

pub fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app.kubernetes.io/name": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]},
    })
}

pub fn deployment(major: u64) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "progressDeadlineSeconds": 20,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "web"}},
            "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": "web"}},
                "spec": {"containers": [{
                    "name": "web", "image": image(major),
                    "envFrom": [{"configMapRef": {"name": format!("web-config-{major}")}}],
                    "ports": [{"containerPort": 8080}],
                    "resources": {"requests": {"cpu": "1000m", "memory": "64Mi"}},
                    "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080},
                        "periodSeconds": 1, "failureThreshold": 1},
                }]},
            },
        },
    })
}

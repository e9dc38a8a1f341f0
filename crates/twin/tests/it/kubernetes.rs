//! The Kubernetes twin, driven through the official client.

mod api;
mod rollout;
mod trouble;

use k8s_openapi::api::{apps::v1::Deployment, core::v1::Pod};
use kube::{
    Api, Client, Config,
    api::{ListParams, Patch, PatchParams},
    config::AuthInfo,
};
use segue_twin::{
    Shared,
    clock::Clock,
    kubernetes::{Cluster, World},
    mesh::Mesh,
    world::Program,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Where the tests work.
const SPACE: &str = "shop";
/// The repository of the module that the tests roll out.
const REPOSITORY: &str = "registry.example/web";

/// A cluster and its client.
pub struct Bench {
    pub shared: Shared,
    pub cluster: Cluster,
    pub client: Client,
}

impl Bench {
    pub async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Shared {
            clock: Clock::scaled(0.05),
            faults: Arc::default(),
            effects: Arc::default(),
            mesh: Arc::new(Mesh::new()),
            programs: Arc::default(),
        };
        for version in ["1.0.0", "2.0.0"] {
            shared.programs.add(
                &image(version),
                Program {
                    module: "web".into(),
                    version: version.parse().unwrap(),
                    needs: Vec::new(),
                    startup_ms: 400,
                    candidate: version == "2.0.0",
                },
            );
        }
        let world = World {
            name: "aks".into(),
            namespaces: vec![SPACE.into()],
            token: "token".into(),
            sidecar_images: vec!["registry.example/proxy".into()],
        };
        let cluster = Cluster::start(shared.clone(), world).await.unwrap();
        let client = client(&cluster.url, "token");
        Self {
            shared,
            cluster,
            client,
        }
    }

    pub fn deployments(&self) -> Api<Deployment> {
        Api::namespaced(self.client.clone(), SPACE)
    }

    pub fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), SPACE)
    }

    /// Applies an object of any kind as `segue`.
    pub async fn apply(&self, object: Value) -> kube::Result<Value> {
        self.apply_as("segue", object).await
    }

    pub async fn apply_as(&self, manager: &str, object: Value) -> kube::Result<Value> {
        let plural = format!("{}s", object["kind"].as_str().unwrap().to_lowercase());
        let group = match object["apiVersion"].as_str().unwrap() {
            "v1" => "/api/v1".to_owned(),
            version => format!("/apis/{version}"),
        };
        let name = object["metadata"]["name"].as_str().unwrap();
        let uri = format!("{group}/namespaces/{SPACE}/{plural}/{name}?fieldManager={manager}");
        let request = http::Request::patch(uri)
            .header("content-type", "application/apply-patch+yaml")
            .body(object.to_string().into_bytes())
            .unwrap();
        self.client.request(request).await
    }

    /// Waits until `holds` of the Deployment `web` and its pods.
    pub async fn until(&self, what: &str, holds: impl Fn(&Value, &[Value]) -> bool) {
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let (deployment, pods) = self.look().await;
                if holds(&deployment, &pods) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        if waited.await.is_err() {
            let (deployment, pods) = self.look().await;
            panic!("{what} never came: {deployment:#} {pods:#?}");
        }
    }

    pub async fn look(&self) -> (Value, Vec<Value>) {
        let deployment = self.deployments().get_opt("web").await.unwrap();
        let pods = self.pods().list(&ListParams::default()).await.unwrap();
        let pods = pods.items.iter().map(|pod| json!(pod)).collect();
        (json!(deployment), pods)
    }

    pub async fn rolled_out(&self) {
        self.until("the rollout", |deployment, _| is_rolled_out(deployment))
            .await;
    }

    /// Events about anything, as `reason: message`.
    pub async fn events(&self) -> Vec<String> {
        let api: Api<k8s_openapi::api::core::v1::Event> =
            Api::namespaced(self.client.clone(), SPACE);
        let events = api.list(&ListParams::default()).await.unwrap();
        let words = |event: k8s_openapi::api::core::v1::Event| {
            format!(
                "{}: {}",
                event.reason.unwrap_or_default(),
                event.message.unwrap_or_default()
            )
        };
        events.items.into_iter().map(words).collect()
    }
}

pub fn client(url: &str, token: &str) -> Client {
    let mut config = Config::new(url.parse().unwrap());
    // a 503 is to be seen, not tried again
    config.default_retry = false;
    config.auth_info = AuthInfo {
        token: Some(token.to_owned().into()),
        ..AuthInfo::default()
    };
    Client::try_from(config).unwrap()
}

pub fn image(version: &str) -> String {
    format!("{REPOSITORY}@sha256:{version}")
}

pub fn is_rolled_out(deployment: &Value) -> bool {
    let (spec, status) = (&deployment["spec"], &deployment["status"]);
    let wanted = &spec["replicas"];
    status["observedGeneration"] == deployment["metadata"]["generation"]
        && status["updatedReplicas"] == *wanted
        && status["replicas"] == *wanted
        && status["availableReplicas"] == *wanted
}

/// The reason for which the first container of a pod waits.
pub fn waits(pod: &Value) -> &str {
    pod.pointer("/status/containerStatuses/0/state/waiting/reason")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The Deployment `web` in a version.
pub fn web(version: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": SPACE, "labels": labels(version)},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "web"}},
            "template": {
                "metadata": {"labels": labels(version)},
                "spec": {"containers": [{
                    "name": "app", "image": image(version),
                    "ports": [{"name": "http", "containerPort": 8080}],
                    "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
                }]},
            },
        },
    })
}

fn labels(version: &str) -> Value {
    json!({"app.kubernetes.io/name": "web", "app.kubernetes.io/version": version})
}

/// The Service `web`.
pub fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}},
        "spec": {
            "selector": {"app.kubernetes.io/name": "web"},
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        },
    })
}

pub fn config(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": data})
}

pub fn status(error: kube::Error) -> Box<kube::core::Status> {
    match error {
        kube::Error::Api(status) => status,
        other => panic!("not the API's own error: {other}"),
    }
}

pub fn applying() -> PatchParams {
    PatchParams::apply("segue")
}

pub const fn patch(object: &Value) -> Patch<&Value> {
    Patch::Apply(object)
}

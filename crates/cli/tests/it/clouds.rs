//! The sandbox's clouds, asked directly: not through the adapters that changed them.

use reqwest::{Certificate, Client};
use serde_json::Value;
use std::{fs, path::Path, sync::OnceLock};

/// The sandbox's clouds.
pub struct Clouds {
    running: Value,
    client: Client,
}

/// What triggers are, as the platforms tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Triggers {
    /// Where Event Grid delivers domain events.
    pub domain_events: Value,
    /// To where Pub/Sub pushes notifications.
    pub notifications: Value,
    /// Whether the daily report's schedule runs.
    pub daily_report: Value,
}

impl Clouds {
    /// Of the sandbox that runs for the project in `directory`.
    pub fn of(directory: &Path) -> Self {
        let text = fs::read_to_string(directory.join(".segue/sandbox.json")).unwrap();
        let running: Value = serde_json::from_str(&text).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = text_at(&running, "/endpoints/azure/ca_pem");
        let authority = Certificate::from_pem(pem.as_bytes()).unwrap();
        let client = Client::builder().no_proxy().tls_certs_merge([authority]);
        let client = client.build().unwrap();
        Self { running, client }
    }

    /// Everything that was changed since the sandbox is up, sorted: an effect
    /// that was done twice stands there twice.
    pub fn effects(&self) -> Vec<String> {
        let control = text_at(&self.running, "/control");
        let effects = self.get(&format!("{control}/effects"));
        let effects = effects.as_array().unwrap().iter();
        let mut effects: Vec<_> = effects
            .map(|it| {
                ["api", "verb", "resource"]
                    .map(|field| it[field].as_str().unwrap())
                    .join(" ")
            })
            .collect();
        effects.sort();
        effects
    }

    /// What the triggers are now.
    pub fn triggers(&self) -> Triggers {
        let endpoint = |path: &str| self.endpoint(path);
        let group =
            "subscriptions/6f1c7a52-9d0e-4b7c-8a35-1f2e3d4c5b6a/resourceGroups/storefront-prod";
        let topic = "Microsoft.EventGrid/topics/storefront-events";
        let events = self.get(&format!(
            "{}/{group}/providers/{topic}/providers/Microsoft.EventGrid/eventSubscriptions/event-processor?api-version=2025-02-15",
            endpoint("/azure/arm")
        ));
        let pushes = self.get(&format!(
            "{}/v1/projects/storefront-prod/subscriptions/notifier-push",
            endpoint("/google/pubsub")
        ));
        let job = self.get(&format!(
            "{}/v1/projects/storefront-prod/locations/europe-west1/jobs/daily-report",
            endpoint("/google/scheduler")
        ));
        Triggers {
            domain_events: events["properties"]["destination"].clone(),
            notifications: pushes["pushConfig"].clone(),
            daily_report: job["state"].clone(),
        }
    }

    /// Where the repository is that releases tag.
    pub fn repository(&self) -> String {
        self.endpoint("/repository")
    }

    fn endpoint(&self, path: &str) -> String {
        text_at(&self.running, &format!("/endpoints{path}"))
    }

    /// A Deployment, as its cluster tells it.
    pub fn deployment(&self, target: &str, name: &str) -> Value {
        self.get(&self.deployment_url(target, name))
    }

    /// Somebody changes a Deployment by hand.
    pub fn patch_deployment(&self, target: &str, name: &str, patch: &Value) {
        let request = self
            .client
            .patch(self.deployment_url(target, name))
            .bearer_auth(self.endpoint("/token"))
            .header("content-type", "application/merge-patch+json")
            .body(patch.to_string());
        runtime().block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status();
            assert!(
                status.is_success(),
                "{status}: {}",
                response.text().await.unwrap()
            );
        });
    }

    fn deployment_url(&self, target: &str, name: &str) -> String {
        let cluster = self.endpoint(&format!("/kubernetes/{target}/url"));
        format!("{cluster}/apis/apps/v1/namespaces/storefront/deployments/{name}")
    }

    fn get(&self, url: &str) -> Value {
        let request = self.client.get(url).bearer_auth(self.endpoint("/token"));
        runtime().block_on(async {
            let response = request.send().await.unwrap();
            assert!(
                response.status().is_success(),
                "{url}: {}",
                response.text().await.unwrap()
            );
            response.json().await.unwrap()
        })
    }
}

fn text_at(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap()
        .to_owned()
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap())
}

//! The Azure twins, driven over the wire as an adapter would.

mod event_grid;
mod insights;
mod key_vault;
mod manners;
mod sites;
mod swap;

use reqwest::{Method, StatusCode, header::HeaderMap};
use segue_twin::{
    Shared,
    azure::{App, Azure, EventSubscription, SeededSecret, World},
    clock::Clock,
    mesh::{Answer, Mesh},
    world::Program,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

const TOKEN: &str = "sandbox-token";
const WEB: &str = "2024-11-01";
const GROUP: &str = "/subscriptions/sub/resourceGroups/shop";
const SITE: &str = "/subscriptions/sub/resourceGroups/shop/providers/Microsoft.Web/sites/events-fn";

/// A resource group with the app `events-fn` (module `events`, image
/// [`image`]`(1)`), its slot `staging`, and image 2, the candidate.
struct Cloud {
    shared: Shared,
    azure: Azure,
    client: reqwest::Client,
}

/// One answer.
#[derive(Debug)]
struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    text: String,
}

impl Said {
    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }
}

fn image(version: u64) -> String {
    format!("shop.azurecr.io/events@sha256:{version}")
}

fn linux_fx_version(version: u64) -> String {
    format!("DOCKER|{}", image(version))
}

impl Cloud {
    async fn start() -> Self {
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
                module: "events".to_owned(),
                version: semver::Version::new(version, 0, 0),
                needs: Vec::new(),
                startup_ms: 1000,
                candidate: version == 2,
            };
            shared.programs.add(&image(version), program);
        }
        let azure = Azure::start(shared.clone(), world()).await.unwrap();
        let ca = reqwest::Certificate::from_pem(azure.endpoints.ca_pem.as_bytes()).unwrap();
        let client = reqwest::Client::builder()
            .tls_certs_merge([ca])
            .no_proxy()
            .build()
            .unwrap();
        Self {
            shared,
            azure,
            client,
        }
    }

    /// A request to Resource Manager with a token; `path` may have a query.
    async fn arm(&self, method: Method, path: &str, body: Option<Value>) -> Said {
        let url = format!("{}{path}", self.azure.endpoints.arm);
        self.send(method, &url, body).await
    }

    async fn send(&self, method: Method, url: &str, body: Option<Value>) -> Said {
        let mut request = self.client.request(method, url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Said {
            status,
            headers,
            body,
            text,
        }
    }

    async fn get(&self, path: &str) -> Said {
        self.arm(Method::GET, &format!("{path}?api-version={WEB}"), None)
            .await
    }

    async fn put(&self, path: &str, body: Value) -> Said {
        self.arm(
            Method::PUT,
            &format!("{path}?api-version={WEB}"),
            Some(body),
        )
        .await
    }

    async fn patch(&self, path: &str, body: Value) -> Said {
        self.arm(
            Method::PATCH,
            &format!("{path}?api-version={WEB}"),
            Some(body),
        )
        .await
    }

    async fn post(&self, path: &str, body: Option<Value>) -> Said {
        self.arm(Method::POST, &format!("{path}?api-version={WEB}"), body)
            .await
    }

    /// Deploys an image to a slot (`""`: production).
    async fn deploy(&self, slot: &str, version: u64) {
        let body = serde_json::json!({"properties": {"linuxFxVersion": linux_fx_version(version)}});
        let said = self.patch(&format!("{SITE}{slot}/config/web"), body).await;
        assert_eq!(said.status, 200, "{said:?}");
    }

    /// The state of the slot's one instance.
    async fn state(&self, slot: &str) -> String {
        let said = self.get(&format!("{SITE}{slot}/instances")).await;
        let state = &said.body["value"][0]["properties"]["state"];
        state.as_str().unwrap().to_owned()
    }

    /// Waits until the slot's instance is in `state`.
    async fn until(&self, slot: &str, state: &str) {
        while self.state(slot).await != state {
            pause().await;
        }
    }

    /// A request to the module as its users send it.
    async fn call(&self) -> Answer {
        self.shared.mesh.call("internet", "events", "/").await
    }

    /// What was changed: verbs and resources.
    fn effects(&self) -> Vec<(String, String)> {
        let all = self.shared.effects.all();
        all.into_iter().map(|e| (e.verb, e.resource)).collect()
    }
}

fn world() -> World {
    World {
        subscription: "sub".to_owned(),
        resource_group: "shop".to_owned(),
        token: TOKEN.to_owned(),
        apps: vec![App {
            name: "events-fn".to_owned(),
            module: "events".to_owned(),
            slots: vec!["staging".to_owned()],
            functions: vec!["process".to_owned()],
            image: Some(image(1)),
            settings: [("MODE".to_owned(), "live".to_owned())].into(),
        }],
        event_subscriptions: vec![EventSubscription {
            topic: "orders".to_owned(),
            name: "events".to_owned(),
            app: "events-fn".to_owned(),
            function: "process".to_owned(),
            held: None,
        }],
        vaults: [(
            "shop".to_owned(),
            [(
                "signing-key".to_owned(),
                SeededSecret {
                    value: "first".to_owned(),
                    version: "0".repeat(32),
                },
            )]
            .into(),
        )]
        .into(),
        components: vec!["shop-insights".to_owned()],
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

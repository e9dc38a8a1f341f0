//! One small Azure: an app with a staging slot, an event subscription, a vault.

use segue_azure::{Access, AzureFunctions, Endpoints};
use segue_model::{Failure, FailureKind, Fault, OperationKey, Unit};
use segue_platform::{Call, Fence, Progress};
use segue_twin::{
    Shared,
    azure::{App, Azure, EventSubscription, SeededSecret, World},
    clock::Clock,
    world::Program,
};
use serde_json::{Value, json};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

pub const APP: &str = "event-processor-fn";
pub const GROUP: &str = "storefront-prod";
pub const SUBSCRIPTION: &str = "6f1c7a52-9d0e-4b7c-8a35-1f2e3d4c5b6a";
pub const TOKEN: &str = "token-that-nobody-may-see";
/// An app setting that Segue does not know, and must keep and never show.
pub const FOREIGN: &str = "AccountKey=that-nobody-may-see";
/// A secret in the vault.
pub const SIGNING_KEY: &str = "signing-key-that-nobody-may-see";

pub struct Sandbox {
    pub shared: Shared,
    pub azure: Azure,
    pub access: Access,
    pub functions: AzureFunctions,
    http: reqwest::Client,
}

pub fn image(version: &str) -> String {
    format!("acr.example/fn@sha256:{version}")
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(edit: impl FnOnce(&mut World)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let shared = Shared {
            clock: Clock::scaled(0.05),
            faults: Arc::default(),
            effects: Arc::default(),
            mesh: Arc::default(),
            programs: Arc::default(),
        };
        for (version, candidate) in [("1.0.0", false), ("2.0.0", true)] {
            let program = Program {
                module: APP.into(),
                version: version.parse().unwrap(),
                needs: Vec::new(),
                startup_ms: 1000,
                candidate,
            };
            shared.programs.add(&image(version), program);
        }
        let mut world = world();
        edit(&mut world);
        let azure = Azure::start(shared.clone(), world).await.unwrap();
        let access = Access::sandbox(
            Endpoints {
                arm: azure.endpoints.arm.clone(),
                vaults: azure.endpoints.vaults.clone(),
                ca_pem: azure.endpoints.ca_pem.clone(),
            },
            TOKEN,
        );
        let ca = reqwest::Certificate::from_pem(azure.endpoints.ca_pem.as_bytes()).unwrap();
        let http = reqwest::Client::builder()
            .tls_certs_only([ca])
            .no_proxy()
            .build()
            .unwrap();
        shared.effects.reset();
        Self {
            functions: AzureFunctions::connect(&access, SUBSCRIPTION, GROUP).unwrap(),
            shared,
            azure,
            access,
            http,
        }
    }

    /// The verbs of everything that was changed so far.
    pub fn effects(&self) -> Vec<String> {
        self.shared
            .effects
            .all()
            .into_iter()
            .map(|effect| effect.verb)
            .collect()
    }

    pub fn count(&self, verb: &str) -> usize {
        self.effects()
            .iter()
            .filter(|effect| *effect == verb)
            .count()
    }

    /// Asks ARM directly, as a person would.
    pub async fn arm(&self, method: reqwest::Method, path: &str, body: Value) -> Value {
        let url = format!(
            "{}/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{path}?api-version=2022-06-15",
            self.azure.endpoints.arm
        );
        let url = match path.starts_with("Microsoft.Web") {
            true => url.replace("2022-06-15", "2024-04-01"),
            false => url,
        };
        let mut request = self.http.request(method, url).bearer_auth(TOKEN);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub async fn get(&self, path: &str) -> Value {
        self.arm(reqwest::Method::GET, path, Value::Null).await
    }

    /// Image and app settings of a place: `""` or `/slots/staging`.
    pub async fn holds(&self, place: &str) -> (String, Value) {
        let site = format!("Microsoft.Web/sites/{APP}{place}");
        let web = self.get(&format!("{site}/config/web")).await;
        let list = format!("{site}/config/appsettings/list");
        let settings = self.arm(reqwest::Method::POST, &list, Value::Null).await;
        let image = web["properties"]["linuxFxVersion"].as_str().unwrap();
        (image.to_owned(), settings["properties"].clone())
    }

    /// The version that answers outside callers.
    pub async fn serves(&self) -> Option<String> {
        self.shared
            .mesh
            .call("internet", APP, "/healthz")
            .await
            .version
    }
}

fn world() -> World {
    let settings = [
        ("SEGUE_VERSION", "1.0.0"),
        ("SEGUE_OPERATION", "before"),
        ("STORAGE", FOREIGN),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    World {
        subscription: SUBSCRIPTION.into(),
        resource_group: GROUP.into(),
        token: TOKEN.into(),
        apps: vec![App {
            name: APP.into(),
            module: APP.into(),
            slots: vec!["staging".into()],
            functions: vec!["process".into()],
            image: Some(image("1.0.0")),
            settings: settings.into(),
        }],
        event_subscriptions: vec![EventSubscription {
            topic: "storefront-events".into(),
            name: "event-processor".into(),
            app: APP.into(),
            function: "process".into(),
            held: None,
        }],
        vaults: [(
            GROUP.to_owned(),
            [(
                "jwt-signing-key".to_owned(),
                SeededSecret {
                    value: SIGNING_KEY.to_owned(),
                    version: "0".repeat(32),
                },
            )]
            .into(),
        )]
        .into(),
        components: vec![GROUP.into()],
    }
}

pub fn unit(version: &str) -> Unit {
    Unit {
        module: APP.into(),
        target: "azure".into(),
        version: version.parse().unwrap(),
        artifact: json!({"image": image(version)}),
        settings: json!({"stable_ms": 100, "settings": {"MODE": version}}),
    }
}

pub fn call(operation: &str) -> Call {
    Call::detached(key(operation))
}

pub fn key(operation: &str) -> OperationKey {
    OperationKey::new(&"release".into(), &operation.into(), false)
}

/// A call of a process that lost the environment lock.
pub fn fenced_off(operation: &str) -> Call {
    fenced_after(0, operation)
}

/// A call of a process that loses the environment lock after some effects.
pub fn fenced_after(effects: u32, operation: &str) -> Call {
    let fence = Arc::new(Fenced(AtomicU32::new(effects)));
    Call::new(key(operation), fence.clone(), fence)
}

struct Fenced(AtomicU32);

impl Fence for Fenced {
    fn check(&self) -> Result<(), Failure> {
        let less = |left: u32| left.checked_sub(1);
        match self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::new(
                FailureKind::LostLock,
                Fault::Segue,
                "SEG6000",
                "lost",
            )),
        }
    }
}

impl Progress for Fenced {
    fn report(&self, _: &str) {}
}

/// As the engine does: what may pass is tried again. Says how often it was.
pub async fn again<T, F>(mut begin: impl FnMut() -> F) -> (Result<T, Failure>, usize)
where
    F: Future<Output = Result<T, Failure>>,
{
    for tried in 0.. {
        match begin().await {
            Err(failure) if failure.kind == FailureKind::Unavailable && tried < 50 => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            result => return (result, tried),
        }
    }
    unreachable!("the loop returns")
}

/// Fails when anything that nobody may see stands in `text`.
pub fn shows_no_secret(text: &impl std::fmt::Debug) {
    let text = format!("{text:?}");
    for secret in [TOKEN, FOREIGN, SIGNING_KEY] {
        assert!(!text.contains(secret), "{text}");
    }
}

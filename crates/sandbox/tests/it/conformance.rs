//! The laws of [`segue_platform::Platform`], one suite for every adapter: each
//! test takes one module of the storefront through the same steps and counts
//! the effects that the twins saw.

use segue_artifact::Lock;
use segue_connect::{Endpoints, registry, units};
use segue_manifest::{Source, parse};
use segue_model::{Observation, OperationId, OperationKey, ReleaseId, Shifting, Unit};
use segue_platform::{Call, Platform};
use segue_sandbox::{Options, Project, Sandbox};
use std::{path::Path, sync::Arc};

/// One unit of the storefront, its former version live, and its adapter.
struct Stage {
    sandbox: Sandbox,
    platform: Arc<dyn Platform>,
    unit: Unit,
    former: Observation,
    /// Effects before the suite began.
    before: usize,
}

fn storefront() -> Project {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront");
    let text = std::fs::read_to_string(directory.join("segue.yaml")).unwrap();
    let text = text.replace("stable: 1s", "stable: 50ms");
    let variables = Endpoints {
        outside: Some(String::new()),
        ..Endpoints::default()
    }
    .variables();
    let variables = |name: &str| variables.get(name);
    let manifest = parse(&Source::new("segue.yaml", &text), &variables).manifest;
    let lock = Lock::read(&directory.join("segue.lock")).unwrap();
    Project::read(&directory, &text, manifest.unwrap(), lock, &variables).unwrap()
}

impl Stage {
    async fn set(module: &str, target: &str) -> Self {
        // Another test of this binary may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let project = storefront();
        let options = Options {
            scale: 0.05,
            ..Options::default()
        };
        let sandbox = Sandbox::start(&project, options).await.unwrap();
        let endpoints = &sandbox.running.endpoints;
        let registry = registry(&project.manifest, &project.directory, endpoints).await;
        let platform = registry.unwrap().platforms[target].clone();
        let units = units(&project.manifest, &project.lock).unwrap();
        let wanted = |it: &Unit| it.module.as_str() == module && it.target.as_str() == target;
        let unit = units.iter().find(|it| wanted(it)).unwrap().clone();
        // A release stages first what a unit needs: the new configuration beside the old.
        let is_configuration = |it: &&Unit| it.module.as_str() == "common-config";
        let configuration = units.iter().filter(is_configuration);
        for needed in
            configuration.filter(|it| it.target == unit.target && it.module != unit.module)
        {
            platform.stage(&call("needed"), needed).await.unwrap();
        }
        let former = platform.observe(&unit).await.unwrap();
        let mut stage = Self {
            sandbox,
            platform,
            unit,
            former,
            before: 0,
        };
        stage.before = stage.effects().await;
        stage
    }

    /// How many effects the suite has had.
    async fn effects(&self) -> usize {
        let client = self.sandbox.client().unwrap();
        client.effects().await.unwrap().len() - self.before
    }

    async fn observe(&self) -> Observation {
        self.platform.observe(&self.unit).await.unwrap()
    }

    async fn forward(&self) {
        self.platform
            .stage(&call("stage"), &self.unit)
            .await
            .unwrap();
        self.platform
            .verify(&call("verify"), &self.unit)
            .await
            .unwrap();
        if self.platform.capabilities().shifting != Shifting::WithStage {
            let shift = call("shift");
            let shifted = self.platform.shift(&shift, &self.unit, 100, &self.former);
            shifted.await.unwrap();
        }
        self.platform
            .verify(&call("verify"), &self.unit)
            .await
            .unwrap();
    }

    async fn back(&self) {
        let revert = call("revert");
        let reverted = self.platform.revert(&revert, &self.unit, &self.former);
        reverted.await.unwrap();
    }
}

fn call(operation: &str) -> Call {
    let release = ReleaseId::new("conformance");
    Call::detached(OperationKey::new(
        &release,
        &OperationId::new(operation),
        false,
    ))
}

async fn conforms(module: &str, target: &str) {
    let stage = Stage::set(module, target).await;
    let wanted = Some(&stage.unit.version);

    // Looking changes nothing, and what is live is not what is wanted yet.
    assert_ne!(stage.former.version.as_ref(), wanted);
    assert!(!stage.platform.matches(&stage.unit, &stage.former));
    assert_eq!(stage.effects().await, 0);

    // Going back from where nobody went changes nothing.
    stage.back().await;
    assert_eq!(
        (stage.effects().await, stage.observe().await),
        (0, stage.former.clone())
    );

    // There, and again: the second time nothing is done.
    stage.forward().await;
    let there = stage.observe().await;
    let effects = stage.effects().await;
    assert!(there.version.as_ref() == wanted && effects > 0, "{there:?}");
    assert_ne!(there.fingerprint, stage.former.fingerprint);
    stage.forward().await;
    assert_eq!(
        (stage.effects().await, stage.observe().await),
        (effects, there.clone())
    );

    // Back, and again: the former state, as a plan would see it.
    stage.back().await;
    let back = stage.observe().await;
    assert_eq!(back.version, stage.former.version);
    assert_eq!(back.fingerprint, stage.former.fingerprint);
    let effects = stage.effects().await;
    stage.back().await;
    assert_eq!(stage.effects().await, effects);

    // There for good: settled once, and then it is what is wanted.
    stage.forward().await;
    for _ in 0..2 {
        let settle = call("settle");
        let settled = stage.platform.settle(&settle, &stage.unit, &stage.former);
        settled.await.unwrap();
    }
    assert!(stage.platform.matches(&stage.unit, &stage.observe().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_on_a_cluster() {
    conforms("auth-service", "aks").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_with_a_sidecar_on_a_cluster() {
    conforms("customer-service", "gke").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_on_a_cluster() {
    conforms("common-config", "aks").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_app_with_slots() {
    conforms("event-processor-fn", "azure").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_run_service() {
    conforms("notifier", "run").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_function() {
    conforms("reporting-fn", "functions").await;
}

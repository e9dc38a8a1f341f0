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
    sandbox: Arc<Sandbox>,
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
        let mut all = Self::with_configuration(module, target).await;
        all.remove(0)
    }

    /// The unit, and the configuration on its target if it needs one, which is
    /// staged already: a release puts it there first, beside the old.
    async fn with_configuration(module: &str, target: &str) -> Vec<Self> {
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
        let sandbox = Arc::new(sandbox);
        let mut stages = Vec::new();
        for module in [module, "common-config"] {
            let wanted = |it: &&Unit| it.module.as_str() == module && it.target.as_str() == target;
            let Some(unit) = units.iter().find(wanted) else {
                continue;
            };
            stages.push(Self {
                sandbox: sandbox.clone(),
                former: platform.observe(unit).await.unwrap(),
                platform: platform.clone(),
                unit: unit.clone(),
                before: 0,
            });
        }
        if module != "common-config" {
            for configuration in &stages[1..] {
                let needed = call("needed");
                let staged = platform.stage(&needed, &configuration.unit);
                staged.await.unwrap();
            }
        }
        stages[0].before = stages[0].effects().await;
        stages
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
        self.revert(&self.unit, &self.former).await;
    }

    async fn revert(&self, unit: &Unit, to: &Observation) {
        let revert = call("revert");
        let reverted = self.platform.revert(&revert, unit, to);
        reverted.await.unwrap();
    }

    async fn settle(&self) {
        let settle = call("settle");
        let settled = self.platform.settle(&settle, &self.unit, &self.former);
        settled.await.unwrap();
    }

    /// The unit of the revert that takes a rollback back, as its plan says it.
    fn returning(&self) -> Unit {
        let version = self.former.version.as_ref();
        Unit {
            version: version.unwrap_or(&self.unit.version).clone(),
            ..self.unit.clone()
        }
    }
}

/// The same state, as a plan sees it.
fn same(one: &Observation, other: &Observation) {
    let says = |it: &Observation| (it.version.clone(), it.fingerprint.clone());
    assert_eq!(says(one), says(other), "{one:?}\n{other:?}");
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
    same(&stage.observe().await, &stage.former);
    let effects = stage.effects().await;
    stage.back().await;
    assert_eq!(stage.effects().await, effects);

    // There for good: settled once, and then it is what is wanted.
    stage.forward().await;
    stage.settle().await;
    let effects = stage.effects().await;
    stage.settle().await;
    assert_eq!(stage.effects().await, effects);
    let there = stage.observe().await;
    assert!(stage.platform.matches(&stage.unit, &there));

    // The release is over, and taken back; that is undone, and done after all.
    let returning = stage.returning();
    let (back, forth) = ((&stage.unit, &stage.former), (&returning, &there));
    for (unit, to) in [back, forth, back] {
        stage.revert(unit, to).await;
        same(&stage.observe().await, to);
        let effects = stage.effects().await;
        stage.revert(unit, to).await;
        assert_eq!(stage.effects().await, effects);
    }
}

/// A finished release of a module and of the configuration that its pods mount is
/// taken back: the module first, so with the former configuration beside the new.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_goes_back_before_the_configuration_that_it_mounts() {
    let stages = Stage::with_configuration("auth-service", "aks").await;
    let [consumer, configuration] = stages.as_slice() else {
        panic!("it mounts configuration")
    };
    consumer.forward().await;
    for stage in [configuration, consumer] {
        stage.settle().await;
    }
    let (new, with) = (configuration.observe().await, consumer.observe().await);
    for _ in 0..2 {
        // Each revert waits until the pods are ready, which they are with all that they mount.
        for stage in [consumer, configuration] {
            stage.back().await;
            same(&stage.observe().await, &stage.former);
        }
        for (stage, to) in [(configuration, &new), (consumer, &with)] {
            stage.revert(&stage.returning(), to).await;
            same(&stage.observe().await, to);
            assert!(stage.platform.matches(&stage.unit, &stage.observe().await));
        }
    }
    // And as a rollback of the rollback: consumers first again.
    for stage in [consumer, configuration] {
        stage.back().await;
    }
    for (stage, to) in [(consumer, &with), (configuration, &new)] {
        stage.revert(&stage.returning(), to).await;
        same(&stage.observe().await, to);
    }
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

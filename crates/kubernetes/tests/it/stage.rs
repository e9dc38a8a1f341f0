//! Putting a version in place: once, whatever happens on the way.

use crate::world::{World, call, deployment, patch_as, service, soon, unit, web};
use segue_kubernetes::{Access, Kubernetes};
use segue_model::{Failure, FailureKind, Observation, OperationKey};
use segue_platform::{Call, Fence, Platform as _, Progress, Timeouts};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

#[tokio::test]
async fn a_new_module_is_staged_verified_and_observed() {
    let world = World::new().await;
    assert_eq!(world.observe().await, Observation::absent());

    let staged = soon(world.kubernetes.stage(&call("stage"), &web(1)))
        .await
        .unwrap();
    assert!(
        staged.summary.contains("2 of 2 replicas ready"),
        "{}",
        staged.summary
    );
    let verified = soon(world.kubernetes.verify(&call("verify"), &web(1)))
        .await
        .unwrap();
    for seen in [
        "2 of 2 replicas ready",
        "answered 200 to /healthz",
        "ConfigMap web-config-1 present",
    ] {
        assert!(verified.summary.contains(seen), "{}", verified.summary);
    }
    let live = world.observe().await;
    assert_eq!(live.version, Some("1.0.0".parse().unwrap()));
    assert_eq!(live.revision, "deployment revision 1");
    assert_eq!(world.answer().await, (200, Some("1.0.0".into())));
}

#[tokio::test]
async fn staging_again_changes_nothing() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("stage"), &web(1)))
        .await
        .unwrap();
    let once = world.effects();
    assert_eq!(once.len(), 3, "{once:?}");
    let again = soon(world.kubernetes.stage(&call("again"), &web(1)))
        .await
        .unwrap();
    assert_eq!(world.effects(), once);
    assert!(
        again
            .summary
            .starts_with("all 3 objects were as wanted already"),
        "{}",
        again.summary
    );
}

#[tokio::test]
async fn a_rolling_update_never_stops_answering() {
    let world = World::live().await;
    let unit = web(2);
    let key = call("stage");
    let stage = soon(world.kubernetes.stage(&key, &unit));
    tokio::pin!(stage);
    loop {
        tokio::select! {
            staged = &mut stage => { staged.unwrap(); break; }
            answer = world.answer() => assert_eq!(answer.0, 200),
        }
    }
    assert_eq!(world.answer().await, (200, Some("2.0.0".into())));
    assert_eq!(world.observe().await.revision, "deployment revision 2");
}

#[tokio::test]
async fn a_stage_that_is_cut_off_is_finished_by_the_next() {
    let world = World::live().await;
    for ms in [1, 2, 4, 8, 16, 32, 64] {
        let key = call("stage");
        let unit = web(2);
        let cut = tokio::time::timeout(
            Duration::from_millis(ms),
            world.kubernetes.stage(&key, &unit),
        );
        let _ = cut.await;
    }
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap();
    let effects = world.effects();
    let distinct: BTreeSet<&String> = effects.iter().collect();
    assert_eq!(distinct.len(), effects.len(), "{effects:?}");
    assert_eq!(world.answer().await, (200, Some("2.0.0".into())));
}

#[tokio::test]
async fn what_the_new_version_no_longer_has_is_pruned_at_the_end() {
    let world = World::live().await;
    let former = world.observe().await;
    soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap();
    assert!(world.object("ConfigMap", "web-config-1").is_some());
    for _ in 0..2 {
        soon(world.kubernetes.settle(&call("settle"), &web(2), &former))
            .await
            .unwrap();
    }
    // Its way back goes when the next version is there.
    assert!(world.object("ConfigMap", "web-config-1").is_some());
    let former = world.observe().await;
    soon(world.kubernetes.stage(&call("next"), &web(3)))
        .await
        .unwrap();
    for _ in 0..2 {
        soon(world.kubernetes.settle(&call("last"), &web(3), &former))
            .await
            .unwrap();
    }
    assert!(world.object("ConfigMap", "web-config-1").is_none());
    assert!(world.object("ConfigMap", "web-config-2").is_some());
    let mut effects = world.effects();
    effects.retain(|effect| effect.contains("web-config-1"));
    let once = ["apply", "delete"].map(|verb| format!("{verb} ConfigMap/shop/web-config-1"));
    assert_eq!(effects, once, "kept, and then no longer");
}

#[tokio::test]
async fn a_field_of_another_manager_is_a_failure_that_names_both() {
    let world = World::live().await;
    soon(world.kubernetes.observe(&web(1))).await.unwrap();
    patch_as("kubectl-edit", &world, r#"{"spec":{"replicas":3}}"#).await;
    let failure = soon(world.kubernetes.stage(&call("stage"), &web(2)))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.kind),
        ("SEG3004", FailureKind::Step)
    );
    assert!(
        failure.what.contains(".spec.replicas") && failure.what.contains("kubectl-edit"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn the_count_that_an_autoscaler_moved_stays() {
    let world = World::new().await;
    let hpa = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
        "spec": {"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
    });
    let objects = |major| {
        vec![
            crate::world::config(major),
            service(),
            deployment(major),
            hpa.clone(),
        ]
    };
    soon(
        world
            .kubernetes
            .stage(&call("before"), &unit(1, objects(1))),
    )
    .await
    .unwrap();
    let before = world.observe().await;
    patch_as("autoscaler", &world, r#"{"spec":{"replicas":3}}"#).await;
    assert_eq!(world.observe().await.fingerprint, before.fingerprint);
    soon(world.kubernetes.stage(&call("stage"), &unit(2, objects(2))))
        .await
        .unwrap();
    assert_eq!(
        world.object("Deployment", "web").unwrap()["spec"]["replicas"],
        3
    );
}

#[tokio::test]
async fn a_listed_sidecar_must_be_in_every_pod() {
    let world = World::new().await;
    let mut bare = web(1);
    bare.settings["sidecars"] = json!(["istio-proxy"]);
    let failure = soon(world.kubernetes.stage(&call("stage"), &bare))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3016", "{failure:?}");

    let mut with = bare;
    let containers = &mut with.artifact["objects"][2]["spec"]["template"]["spec"]["containers"];
    let proxy = json!({"name": "istio-proxy", "image": format!("proxy@sha256:{}", "a".repeat(64))});
    if let Some(containers) = containers.as_array_mut() {
        containers.push(proxy);
    }
    let staged = soon(world.kubernetes.stage(&call("again"), &with))
        .await
        .unwrap();
    assert!(
        staged.summary.contains("with istio-proxy"),
        "{}",
        staged.summary
    );
}

#[tokio::test]
async fn a_wrong_token_is_denied_and_an_absent_cluster_unavailable() {
    let world = World::new().await;
    let kind = async |url: &str| {
        let access = Access::Direct {
            url: url.into(),
            token: "wrong".into(),
        };
        let secrets: Arc<dyn segue_platform::Secrets> = Arc::new(NoVault);
        let kubernetes = Kubernetes::connect(access, "shop", secrets, Timeouts::default())
            .await
            .unwrap();
        soon(kubernetes.observe(&web(1))).await.unwrap_err().kind
    };
    assert_eq!(kind(&world.cluster.url).await, FailureKind::Denied);
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    assert_eq!(kind(&url).await, FailureKind::Unavailable);
}

struct NoVault;

#[async_trait::async_trait]
impl segue_platform::Secrets for NoVault {
    async fn value(&self, _: &str, _: &str, _: &str) -> Result<segue_platform::Secret, Failure> {
        Err(Failure::denied("SEG0000", "no vault"))
    }

    async fn current(&self, _: &str, _: &str) -> Result<String, Failure> {
        Err(Failure::denied("SEG0000", "no vault"))
    }
}

/// A fence that is down, and an ear for progress.
#[derive(Default)]
struct Lost(Mutex<Vec<String>>);

impl Fence for Lost {
    fn check(&self) -> Result<(), Failure> {
        Err(Failure::new(
            FailureKind::LostLock,
            segue_model::Fault::Platform,
            "SEG6000",
            "lost",
        ))
    }
}

impl Progress for Lost {
    fn report(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

#[tokio::test]
async fn whoever_lost_the_lock_changes_nothing() {
    let world = World::live().await;
    let former = world.observe().await;
    let lost = Arc::new(Lost::default());
    let key = OperationKey::new(&"r1".into(), &"stage".into(), false);
    let call = Call::new(key, lost.clone(), lost);
    let failure = soon(world.kubernetes.stage(&call, &web(2)))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
    let failure = soon(
        world
            .kubernetes
            .revert(&call, &web(2), &Observation::absent()),
    )
    .await
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::LostLock);
    assert_eq!(world.effects(), [] as [String; 0]);
    assert_eq!(world.observe().await, former);
}

//! A module of configuration alone, secrets included.

use crate::world::{World, call, config, soon, unit};
use segue_model::{Observation, Unit};
use segue_platform::Platform as _;
use serde_json::{Value, json};

/// Configuration and a Secret, both with a content suffix.
fn shared(major: u64) -> Unit {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": format!("web-secrets-0000000{major}")}});
    let mut unit = unit(major, vec![config(major), secret]);
    unit.settings["secrets"] = json!({"web-secrets": {"jwt": {"vault": "prod", "secret": "jwt", "version": major.to_string()}}});
    unit
}

fn value(secret: &Value) -> &str {
    secret["data"]["jwt"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn new_configuration_stands_beside_the_old_until_it_is_settled() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("one"), &shared(1)))
        .await
        .unwrap();
    let former = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    assert_eq!(former.version, Some("1.0.0".parse().unwrap()));

    soon(world.kubernetes.stage(&call("two"), &shared(2)))
        .await
        .unwrap();
    assert!(world.object("ConfigMap", "web-config-1").is_some());
    let one = world.object("Secret", "web-secrets-00000001").unwrap();
    let two = world.object("Secret", "web-secrets-00000002").unwrap();
    // base64 of prod/jwt/1 and prod/jwt/2
    assert_eq!(
        (value(&one), value(&two)),
        ("cHJvZC9qd3QvMQ==", "cHJvZC9qd3QvMg==")
    );

    let verified = soon(world.kubernetes.verify(&call("verify"), &shared(2)))
        .await
        .unwrap();
    assert_eq!(
        verified.summary,
        "ConfigMap web-config-2, Secret web-secrets-00000002 present and equal"
    );

    soon(
        world
            .kubernetes
            .settle(&call("settle"), &shared(2), &former),
    )
    .await
    .unwrap();
    let now = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    assert_eq!(now.version, Some("2.0.0".parse().unwrap()));
    // The finished release can be taken back as long as no other follows it.
    assert!(world.object("ConfigMap", "web-config-1").is_some());
    settled(&world, 3).await;
    assert!(world.object("ConfigMap", "web-config-1").is_none());
    assert!(world.object("Secret", "web-secrets-00000001").is_none());
    assert!(world.object("ConfigMap", "web-config-2").is_some());
    assert!(world.object("Secret", "web-secrets-00000002").is_some());
}

/// Releases another version, to its end.
async fn settled(world: &World, version: u64) {
    let unit = shared(version);
    let former = soon(world.kubernetes.observe(&unit)).await.unwrap();
    soon(world.kubernetes.stage(&call("next"), &unit))
        .await
        .unwrap();
    soon(world.kubernetes.settle(&call("last"), &unit, &former))
        .await
        .unwrap();
}

#[tokio::test]
async fn staging_a_secret_again_changes_nothing() {
    let world = World::new().await;
    for _ in 0..2 {
        soon(world.kubernetes.stage(&call("one"), &shared(1)))
            .await
            .unwrap();
    }
    assert_eq!(world.effects().len(), 2, "{:?}", world.effects());
}

#[tokio::test]
async fn configuration_goes_back_without_knowing_a_value() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("one"), &shared(1)))
        .await
        .unwrap();
    let former = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    let text = serde_json::to_string(&former).unwrap();
    assert!(
        !text.contains("prod/jwt") && !text.contains("cHJvZC9qd3Q"),
        "{text}"
    );

    soon(world.kubernetes.stage(&call("two"), &shared(2)))
        .await
        .unwrap();
    soon(
        world
            .kubernetes
            .revert(&call("revert"), &shared(2), &former),
    )
    .await
    .unwrap();
    assert!(world.object("Secret", "web-secrets-00000002").is_none());
    assert!(world.object("Secret", "web-secrets-00000001").is_some());
    let now = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    assert_eq!(now.fingerprint, former.fingerprint);
}

#[tokio::test]
async fn a_finished_release_goes_back_and_forth_with_its_secrets() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("one"), &shared(1)))
        .await
        .unwrap();
    let observe = async || soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    let one = observe().await;
    settled(&world, 2).await;
    let two = observe().await;
    assert!(world.kubernetes.matches(&shared(2), &two));
    // The way back has the version that came back, as a rollback's plan says it.
    let back = Unit {
        version: shared(1).version,
        ..shared(2)
    };
    let values = |major: u64| {
        let secret = world.object("Secret", &format!("web-secrets-0000000{major}"));
        value(&secret.unwrap()).to_owned()
    };
    let before = (values(1), values(2));
    for (unit, to) in [(&shared(2), &one), (&back, &two)].repeat(2) {
        for _ in 0..2 {
            soon(world.kubernetes.revert(&call("revert"), unit, to))
                .await
                .unwrap();
            let now = observe().await;
            assert_eq!(
                (&now.version, &now.fingerprint),
                (&to.version, &to.fingerprint)
            );
        }
        assert_eq!((values(1), values(2)), before);
    }
    settled(&world, 3).await;
    assert!(world.object("Secret", "web-secrets-00000001").is_none());
    assert!(world.object("Secret", "web-secrets-00000002").is_some());
}

#[tokio::test]
async fn an_undo_leaves_the_way_back_of_the_release_before() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("one"), &shared(1)))
        .await
        .unwrap();
    let one = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    settled(&world, 2).await;
    // The second goes back to the names of the way back.
    for next in [shared(3), shared(1)] {
        let two = soon(world.kubernetes.observe(&next)).await.unwrap();
        soon(world.kubernetes.stage(&call("next"), &next))
            .await
            .unwrap();
        soon(world.kubernetes.revert(&call("undo"), &next, &two))
            .await
            .unwrap();
        assert_eq!(
            soon(world.kubernetes.observe(&next)).await.unwrap(),
            two,
            "with what is kept"
        );
        assert!(world.object("Secret", "web-secrets-00000003").is_none());
    }
    soon(world.kubernetes.revert(&call("back"), &shared(2), &one))
        .await
        .unwrap();
    let now = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    assert_eq!(now.fingerprint, one.fingerprint);
    soon(
        world
            .kubernetes
            .revert(&call("gone"), &shared(2), &Observation::absent()),
    )
    .await
    .unwrap();
    let mut left = world.cluster.objects();
    left.retain(|it| it["metadata"]["labels"]["app.kubernetes.io/name"] == "web");
    assert_eq!(left, [] as [Value; 0]);
}

/// New configuration beside a Secret whose values, and so whose name, stay.
fn same_secret(major: u64) -> Unit {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "web-secrets-00000001"}});
    let mut unit = unit(major, vec![config(major), secret]);
    unit.settings["secrets"] =
        json!({"web-secrets": {"jwt": {"vault": "prod", "secret": "jwt", "version": "1"}}});
    unit
}

#[tokio::test]
async fn a_secret_of_both_versions_goes_back_with_its_labels_up_and_down() {
    for (from, to) in [(1, 2), (2, 1)] {
        for settled in [false, true] {
            let world = World::new().await;
            let (old, new) = (same_secret(from), same_secret(to));
            let versions = (old.version.clone(), new.version.clone());
            let observe = async || soon(world.kubernetes.observe(&new)).await.unwrap();
            soon(world.kubernetes.stage(&call("old"), &old))
                .await
                .unwrap();
            let former = observe().await;
            let secret = world.object("Secret", "web-secrets-00000001").unwrap();
            assert_eq!(former.version, Some(versions.0.clone()));

            soon(world.kubernetes.stage(&call("new"), &new))
                .await
                .unwrap();
            assert_eq!(observe().await.version, Some(versions.1.clone()));
            if settled {
                soon(world.kubernetes.settle(&call("settle"), &new, &former))
                    .await
                    .unwrap();
                assert_eq!(observe().await.version, Some(versions.1.clone()));
                assert!(world.kubernetes.matches(&new, &observe().await));
            }
            for _ in 0..2 {
                soon(world.kubernetes.revert(&call("undo"), &new, &former))
                    .await
                    .unwrap();
                let now = observe().await;
                assert_eq!(now.version, former.version);
                assert_eq!(now.fingerprint, former.fingerprint);
                assert!(settled || now == former, "{now:?}");
            }
            let now = world.object("Secret", "web-secrets-00000001").unwrap();
            assert_eq!(value(&now), value(&secret));
            let relabelled = world
                .effects()
                .into_iter()
                .filter(|effect| effect.contains("Secret"))
                .count();
            assert_eq!(relabelled, 3, "made, staged, undone: {:?}", world.effects());

            soon(world.kubernetes.stage(&call("again"), &new))
                .await
                .unwrap();
            assert_eq!(observe().await.version, Some(versions.1));
        }
    }
}

#[tokio::test]
async fn a_former_secret_that_is_gone_is_said() {
    let world = World::new().await;
    soon(world.kubernetes.stage(&call("one"), &shared(1)))
        .await
        .unwrap();
    let former = soon(world.kubernetes.observe(&shared(2))).await.unwrap();
    settled(&world, 2).await;
    settled(&world, 3).await;
    let failure = soon(
        world
            .kubernetes
            .revert(&call("revert"), &shared(2), &former),
    )
    .await
    .unwrap_err();
    assert_eq!(failure.code, "SEG3019");
    assert!(failure.what.contains("web-secrets-00000001"));
}

#[tokio::test]
async fn a_secret_without_a_source_and_configuration_that_is_not_there_are_failures() {
    let world = World::new().await;
    let mut unit = shared(1);
    unit.settings["secrets"] = json!({});
    let failure = soon(world.kubernetes.stage(&call("one"), &unit))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3009");
    let failure = soon(world.kubernetes.verify(&call("verify"), &shared(2)))
        .await
        .unwrap_err();
    assert_eq!(failure.code, "SEG3018");
}

//! Objects: discovery, reading, writing, and what is refused.

use super::{Bench, SPACE, applying, client, config, patch, status, web};
use futures::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use kube::{
    Api,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams},
    runtime::{WatchStreamExt, watcher},
};
use serde_json::json;

#[tokio::test]
async fn without_the_token_there_is_nothing() {
    let bench = Bench::new().await;
    let error = client(&bench.cluster.url, "wrong")
        .apiserver_version()
        .await
        .unwrap_err();
    let status = status(error);
    assert_eq!((status.code, status.reason.as_str()), (401, "Unauthorized"));
}

#[tokio::test]
async fn discovery_finds_every_kind() {
    let bench = Bench::new().await;
    assert_eq!(bench.client.apiserver_version().await.unwrap().major, "1");
    let discovery = kube::Discovery::new(bench.client.clone())
        .run()
        .await
        .unwrap();
    let deployments = kube::core::GroupVersionKind::gvk("apps", "v1", "Deployment");
    assert_eq!(
        discovery.resolve_gvk(&deployments).unwrap().0.plural,
        "deployments"
    );
    let discovery = kube::Discovery::new(bench.client.clone())
        .run_aggregated()
        .await
        .unwrap();
    assert!(discovery.resolve_gvk(&deployments).is_some());
}

#[tokio::test]
async fn an_apply_of_an_equal_object_changes_nothing() {
    let bench = Bench::new().await;
    let first = bench.apply(config(json!({"a": "1"}))).await.unwrap();
    let again = bench.apply(config(json!({"a": "1"}))).await.unwrap();
    assert_eq!(first, again);
    let effects = bench.shared.effects.all();
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].api, "kubernetes/aks");
    assert_eq!(effects[0].verb, "apply");
    assert_eq!(effects[0].resource, "ConfigMap/shop/settings");
}

#[tokio::test]
async fn an_equal_apply_of_a_deployment_changes_nothing_even_while_controllers_write() {
    let bench = Bench::new().await;
    bench
        .deployments()
        .patch("web", &applying(), &patch(&web("1.0.0")))
        .await
        .unwrap();
    bench.rolled_out().await;
    let before = bench.deployments().get("web").await.unwrap();
    bench
        .deployments()
        .patch("web", &applying(), &patch(&web("1.0.0")))
        .await
        .unwrap();
    let after = bench.deployments().get("web").await.unwrap();
    assert_eq!(
        before.metadata.resource_version,
        after.metadata.resource_version
    );
    assert_eq!(after.metadata.generation, Some(1));
    assert_eq!(bench.shared.effects.all().len(), 1);
}

#[tokio::test]
async fn a_null_in_a_template_makes_no_new_template() {
    let bench = Bench::new().await;
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    let mut object = web("1.0.0");
    object["spec"]["template"]["metadata"]["creationTimestamp"] = json!(null);
    let api = bench.deployments();
    let answer = api
        .patch("web", &PatchParams::default(), &Patch::Strategic(object))
        .await
        .unwrap();
    assert_eq!(answer.metadata.generation, Some(1));
}

#[tokio::test]
async fn an_item_that_is_no_longer_applied_takes_its_defaults_along() {
    let bench = Bench::new().await;
    for ports in [
        json!([{"containerPort": 8080}]),
        json!([{"containerPort": 8080, "protocol": "TCP", "name": "http"}]),
    ] {
        let mut object = web("1.0.0");
        object["spec"]["template"]["spec"]["containers"][0]["ports"] = ports;
        bench.apply(object.clone()).await.unwrap();
        let container = &mut object["spec"]["template"]["spec"]["containers"][0];
        container.as_object_mut().unwrap().remove("ports");
        let live = bench.apply(object).await.unwrap();
        let container = &live["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container.get("ports"), None);
    }
}

#[tokio::test]
async fn a_conflict_names_the_field_and_its_owner() {
    let bench = Bench::new().await;
    bench
        .apply_as("somebody", config(json!({"a": "1"})))
        .await
        .unwrap();
    let status = status(bench.apply(config(json!({"a": "2"}))).await.unwrap_err());
    assert_eq!((status.code, status.reason.as_str()), (409, "Conflict"));
    assert!(
        status
            .message
            .contains("conflict with \"somebody\": .data.a"),
        "{}",
        status.message
    );
    let causes = status.details.unwrap().causes;
    assert_eq!(causes[0].field, ".data.a");
    assert_eq!(causes[0].reason, "FieldManagerConflict");
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_its_name() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    object["spec"]["template"]["spec"]["containers"][0]["imagePullpolicy"] = json!("Always");
    let status = status(bench.apply(object).await.unwrap_err());
    assert_eq!(status.code, 400);
    let field = "spec.template.spec.containers[0].imagePullpolicy";
    assert!(status.message.contains(field), "{}", status.message);
}

#[tokio::test]
async fn a_mistyped_field_is_refused_by_its_name() {
    let bench = Bench::new().await;
    let status = status(bench.apply(config(json!({"a": 1}))).await.unwrap_err());
    assert_eq!(status.code, 400);
    assert!(status.message.contains("data.a"), "{}", status.message);
}

#[tokio::test]
async fn what_does_not_hold_together_is_invalid() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    object["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] = json!("other");
    let refused = status(bench.apply(object.clone()).await.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (422, "Invalid"));
    assert_eq!(
        refused.details.unwrap().causes[0].field,
        "spec.template.metadata.labels"
    );

    bench.apply(web("1.0.0")).await.unwrap();
    object["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] = json!("other");
    let refused = status(bench.apply(object).await.unwrap_err());
    assert!(
        refused.message.contains("field is immutable"),
        "{}",
        refused.message
    );
}

#[tokio::test]
async fn a_namespace_must_exist() {
    let bench = Bench::new().await;
    let elsewhere: Api<ConfigMap> = Api::namespaced(bench.client.clone(), "elsewhere");
    let mut object = config(json!({}));
    object["metadata"]["namespace"] = json!("elsewhere");
    let error = elsewhere
        .patch("settings", &applying(), &patch(&object))
        .await
        .unwrap_err();
    let status = status(error);
    assert_eq!(status.code, 404);
    assert_eq!(status.message, "namespaces \"elsewhere\" not found");

    let namespaces: Api<Namespace> = Api::all(bench.client.clone());
    assert!(namespaces.get(SPACE).await.is_ok());
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let bench = Bench::new().await;
    let api: Api<ConfigMap> = Api::namespaced(bench.client.clone(), SPACE);
    let object = config(json!({"a": "1"}));
    let answer = api
        .patch("settings", &applying().dry_run(), &patch(&object))
        .await
        .unwrap();
    assert_eq!(answer.data.unwrap()["a"], "1");
    assert!(api.get_opt("settings").await.unwrap().is_none());
    assert!(bench.shared.effects.all().is_empty());
}

#[tokio::test]
async fn an_update_of_an_old_version_is_a_conflict() {
    let bench = Bench::new().await;
    let api: Api<ConfigMap> = Api::namespaced(bench.client.clone(), SPACE);
    let object: ConfigMap = serde_json::from_value(config(json!({"a": "1"}))).unwrap();
    let mut first = api.create(&PostParams::default(), &object).await.unwrap();
    let merge = Patch::Merge(json!({"data": {"a": "2"}}));
    api.patch("settings", &PatchParams::default(), &merge)
        .await
        .unwrap();
    first
        .data
        .get_or_insert_default()
        .insert("b".into(), "1".into());
    let error = api
        .replace("settings", &PostParams::default(), &first)
        .await
        .unwrap_err();
    assert_eq!(status(error).reason, "Conflict");
    let error = api
        .create(&PostParams::default(), &object)
        .await
        .unwrap_err();
    assert_eq!(status(error).reason, "AlreadyExists");
}

#[tokio::test]
async fn secrets_hold_bytes_and_never_string_data() {
    let bench = Bench::new().await;
    bench
        .apply(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"},
            "stringData": {"key": "value"},
        }))
        .await
        .unwrap();
    let api: Api<Secret> = Api::namespaced(bench.client.clone(), SPACE);
    let secret = api.get("keys").await.unwrap();
    assert_eq!(secret.data.unwrap()["key"].0, b"value");
    assert!(secret.string_data.is_none());
}

#[tokio::test]
async fn a_watch_sees_what_comes_changes_and_goes() {
    let bench = Bench::new().await;
    let api: Api<ConfigMap> = Api::namespaced(bench.client.clone(), SPACE);
    let version = api
        .list(&ListParams::default())
        .await
        .unwrap()
        .metadata
        .resource_version
        .unwrap();
    let watch = WatchParams::default().labels("tier=a");
    let mut events = api.watch(&watch, &version).await.unwrap().boxed();
    for (labels, data) in [
        (json!({"tier": "a"}), "1"),
        (json!({"tier": "a"}), "2"),
        (json!({"tier": "b"}), "2"),
    ] {
        let mut object = config(json!({"a": data}));
        object["metadata"]["labels"] = labels;
        bench.apply(object).await.unwrap();
    }
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.push(match events.try_next().await.unwrap().unwrap() {
            WatchEvent::Added(_) => "added",
            WatchEvent::Modified(_) => "modified",
            WatchEvent::Deleted(_) => "deleted",
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(seen, ["added", "modified", "deleted"]);
}

#[tokio::test]
async fn the_runtime_watcher_follows_both_ways_of_listing() {
    let bench = Bench::new().await;
    bench.apply(config(json!({"a": "1"}))).await.unwrap();
    let api: Api<ConfigMap> = Api::namespaced(bench.client.clone(), SPACE);
    for config in [
        watcher::Config::default(),
        watcher::Config::default().streaming_lists(),
    ] {
        let mut seen = watcher(api.clone(), config).applied_objects().boxed();
        let first = seen.try_next().await.unwrap().unwrap();
        assert_eq!(first.data.unwrap()["a"], "1");
    }
}

#[tokio::test]
async fn what_a_deleted_owner_owned_goes_too() {
    let bench = Bench::new().await;
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    bench
        .deployments()
        .delete("web", &DeleteParams::background())
        .await
        .unwrap();
    bench
        .until("the end of all pods", |deployment, pods| {
            deployment.is_null() && pods.is_empty()
        })
        .await;
    let verbs: Vec<_> = bench
        .shared
        .effects
        .all()
        .into_iter()
        .map(|effect| effect.verb)
        .collect();
    assert_eq!(verbs, ["apply", "delete"]);
}

#[tokio::test]
async fn faults_answer_as_the_api_would() {
    use segue_twin::faults::{FaultKind, UNAVAILABLE_CALLS};
    let bench = Bench::new().await;
    bench.apply(web("1.0.0")).await.unwrap();
    bench.shared.faults.set("web", FaultKind::ApiUnavailable);
    for _ in 0..UNAVAILABLE_CALLS {
        let refused = status(bench.deployments().get("web").await.unwrap_err());
        assert_eq!(
            (refused.code, refused.reason.as_str()),
            (503, "ServiceUnavailable")
        );
    }
    bench.deployments().get("web").await.unwrap();

    bench.shared.faults.set("web", FaultKind::AccessDenied);
    let refused = status(bench.apply(web("2.0.0")).await.unwrap_err());
    assert_eq!((refused.code, refused.reason.as_str()), (403, "Forbidden"));
    bench.deployments().get("web").await.unwrap();
}

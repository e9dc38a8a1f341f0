//! Rolling updates and the traffic on the way.

use super::{Bench, SPACE, applying, image, patch, service, web};
use k8s_openapi::api::{apps::v1::ReplicaSet, discovery::v1::EndpointSlice};
use kube::{Api, api::ListParams};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

#[tokio::test]
async fn a_rolling_update_never_leaves_the_service_without_an_answer() {
    let bench = Bench::new().await;
    bench.apply(service()).await.unwrap();
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;

    let over = Arc::new(AtomicBool::new(false));
    let (mesh, stop) = (bench.shared.mesh.clone(), over.clone());
    let traffic = tokio::spawn(async move {
        let mut answers = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            answers.push(mesh.call("internet", "web", "/").await);
        }
        answers
    });
    let mut least = 3;
    bench.apply(web("2.0.0")).await.unwrap();
    loop {
        let deployment = json!(bench.deployments().get("web").await.unwrap());
        least = least.min(
            deployment["status"]["availableReplicas"]
                .as_i64()
                .unwrap_or(0),
        );
        if super::is_rolled_out(&deployment) {
            break;
        }
    }
    over.store(true, Ordering::Relaxed);
    let answers = traffic.await.unwrap();
    assert_eq!(least, 3, "maxUnavailable of 25% of 3 is none");
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(answers.last().unwrap().version.as_deref(), Some("2.0.0"));

    let api: Api<ReplicaSet> = Api::namespaced(bench.client.clone(), SPACE);
    let mut sizes: Vec<_> = api
        .list(&ListParams::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|set| {
            let revision =
                set.metadata.annotations.unwrap()["deployment.kubernetes.io/revision"].clone();
            (revision, set.spec.replicas.unwrap())
        })
        .collect();
    sizes.sort();
    assert_eq!(sizes, [("1".into(), 0), ("2".into(), 3)]);
}

#[tokio::test]
async fn going_back_uses_the_former_replica_set_again() {
    let bench = Bench::new().await;
    for version in ["1.0.0", "2.0.0", "1.0.0"] {
        bench.apply(web(version)).await.unwrap();
        bench.rolled_out().await;
    }
    let api: Api<ReplicaSet> = Api::namespaced(bench.client.clone(), SPACE);
    let sets = api.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(sets.len(), 2);
    let deployment = bench.deployments().get("web").await.unwrap();
    let revision = &deployment.metadata.annotations.unwrap()["deployment.kubernetes.io/revision"];
    assert_eq!(revision, "3");
}

#[tokio::test]
async fn the_proxy_reaches_services_and_pods() {
    let bench = Bench::new().await;
    bench.apply(service()).await.unwrap();
    let get = |path: &str| http::Request::get(path).body(Vec::new()).unwrap();
    let path = format!("/api/v1/namespaces/{SPACE}/services/web:http/proxy/healthz");
    let refused = bench.client.request_text(get(&path)).await.unwrap_err();
    assert_eq!(super::status(refused).code, 503);
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    assert_eq!(bench.client.request_text(get(&path)).await.unwrap(), "ok");

    let pod = bench
        .pods()
        .list(&ListParams::default())
        .await
        .unwrap()
        .items
        .remove(0);
    let path = format!(
        "/api/v1/namespaces/{SPACE}/pods/{}:8080/proxy/",
        pod.metadata.name.unwrap()
    );
    assert_eq!(bench.client.request_text(get(&path)).await.unwrap(), "web");

    let api: Api<EndpointSlice> = Api::namespaced(bench.client.clone(), SPACE);
    let slices = api
        .list(&ListParams::default().labels("kubernetes.io/service-name=web"))
        .await
        .unwrap();
    assert_eq!(slices.items[0].endpoints.as_ref().unwrap().len(), 3);
}

#[tokio::test]
async fn a_pod_with_a_sidecar_is_ready_when_both_are() {
    let bench = Bench::new().await;
    let mut object = web("1.0.0");
    let containers = object["spec"]["template"]["spec"]["containers"]
        .as_array_mut()
        .unwrap();
    containers.push(json!({"name": "proxy", "image": "registry.example/proxy:1.2"}));
    object["spec"]["template"]["spec"]["initContainers"] = json!([
        {"name": "agent", "image": "registry.example/proxy:1.2", "restartPolicy": "Always"},
    ]);
    bench
        .deployments()
        .patch("web", &applying(), &patch(&object))
        .await
        .unwrap();
    bench.rolled_out().await;
    let (_, pods) = bench.look().await;
    let statuses = pods[0]["status"]["containerStatuses"].as_array().unwrap();
    assert_eq!(statuses.len(), 2);
    assert_eq!(statuses[0]["imageID"], image("1.0.0"));
    assert_eq!(
        pods[0]["status"]["initContainerStatuses"][0]["started"],
        true
    );
}

#[tokio::test]
async fn when_all_is_done_the_controllers_come_to_rest() {
    let bench = Bench::new().await;
    bench.apply(service()).await.unwrap();
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    let version = async || {
        let pods = bench.pods().list(&ListParams::default()).await.unwrap();
        pods.metadata.resource_version.unwrap()
    };
    let mut last = String::new();
    for _ in 0..100 {
        let now = version().await;
        if now == last {
            return;
        }
        last = now;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("something is written again and again");
}

#[tokio::test]
async fn a_dropped_cluster_is_gone_with_all_that_ran_in_it() {
    let bench = Bench::new().await;
    bench.apply(service()).await.unwrap();
    bench.apply(web("1.0.0")).await.unwrap();
    bench.rolled_out().await;
    let address = bench.cluster.url.trim_start_matches("http://").to_owned();
    drop(bench.cluster);
    let answer = bench.shared.mesh.call("internet", "web", "/").await;
    assert_eq!(answer.status, 502);
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

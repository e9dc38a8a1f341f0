//! Cloud Run: revisions, traffic, tags, IAM, etags, faults.

use super::*;
use google_cloud_iam_v1::model::{Binding, Policy};
use google_cloud_run_v2::{
    client::{Revisions, Services},
    model::{
        Container, RevisionTemplate, Service, TrafficTarget, TrafficTargetAllocationType,
        condition::State,
    },
};
use google_cloud_wkt::FieldMask;
use segue_twin::faults::FaultKind;

const APP: &str = "projects/shop/locations/europe-west1/services/app";

async fn client(google: &Google) -> Services {
    Services::builder()
        .with_endpoint(&google.endpoints.run)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap()
}

fn template(version: u64) -> RevisionTemplate {
    RevisionTemplate::new()
        .set_revision(format!("app-{version}"))
        .set_containers([Container::new().set_image(image(version))])
}

fn to(revision: u64, percent: i32, tag: &str) -> TrafficTarget {
    TrafficTarget::new()
        .set_type(TrafficTargetAllocationType::Revision)
        .set_revision(format!("app-{revision}"))
        .set_percent(percent)
        .set_tag(tag)
}

async fn deploy_first(client: &Services) {
    let create = client
        .create_service()
        .set_parent(PARENT)
        .set_service_id("app")
        .set_service(Service::new().set_template(template(1)));
    assert_eq!(outcome!(client, create), Ok(()));
}

async fn get(client: &Services) -> Service {
    client.get_service().set_name(APP).send().await.unwrap()
}

async fn update(client: &Services, service: Service, paths: &[&str]) -> Result<(), (i32, String)> {
    let update = client
        .update_service()
        .set_service(service)
        .set_update_mask(FieldMask::default().set_paths(paths.iter().copied()));
    outcome!(client, update)
}

async fn stage(client: &Services, version: u64) -> Result<(), (i32, String)> {
    let service = get(client)
        .await
        .set_template(template(version))
        .set_traffic([to(1, 100, ""), to(version, 0, "next")]);
    update(client, service, &["template", "traffic"]).await
}

async fn open_to_all(client: &Services) {
    let everyone = Binding::new()
        .set_role("roles/run.invoker")
        .set_members(["allUsers"]);
    let set = client
        .set_iam_policy()
        .set_resource(APP)
        .set_policy(Policy::new().set_bindings([everyone]));
    set.send().await.unwrap();
}

async fn versions(shared: &Shared, requests: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..requests {
        let answer = shared.mesh.call("caller", "app", "/").await;
        seen.push(answer.version.unwrap_or(answer.body));
    }
    seen
}

#[tokio::test]
async fn a_tagged_revision_is_staged_then_traffic_moves_by_percent() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    open_to_all(&client).await;
    assert_eq!(stage(&client, 2).await, Ok(()));

    let service = get(&client).await;
    assert_eq!(
        service.latest_ready_revision,
        format!("{APP}/revisions/app-2")
    );
    assert!(!service.reconciling);
    let tagged = service
        .traffic_statuses
        .iter()
        .find(|status| status.tag == "next")
        .cloned()
        .unwrap();
    let answer = reqwest::get(&tagged.uri).await.unwrap();
    assert_eq!(answer.headers()["x-version"], "2.0.0");
    assert_eq!(versions(&shared, 10).await, vec!["1.0.0"; 10]);

    let service = service.set_traffic([to(1, 90, ""), to(2, 10, "next")]);
    assert_eq!(update(&client, service, &["traffic"]).await, Ok(()));
    let seen = versions(&shared, 100).await;
    assert_eq!(seen.iter().filter(|seen| *seen == "2.0.0").count(), 10);

    let service = get(&client).await.set_traffic([to(2, 100, "")]);
    assert_eq!(update(&client, service, &["traffic"]).await, Ok(()));
    assert_eq!(versions(&shared, 5).await, vec!["2.0.0"; 5]);
    assert!(reqwest::get(&tagged.uri).await.is_err());
    let back = get(&client).await.set_traffic([to(1, 100, "")]);
    assert_eq!(update(&client, back, &["traffic"]).await, Ok(()));
    assert_eq!(versions(&shared, 5).await, vec!["1.0.0"; 5]);
}

#[tokio::test]
async fn an_equal_patch_changes_nothing() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    let before = get(&client).await;
    assert_eq!(
        update(&client, before.clone(), &["template", "traffic"]).await,
        Ok(())
    );
    assert_eq!(get(&client).await.generation, before.generation);
    assert_eq!(verbs(&shared), ["services.create"]);
}

#[tokio::test]
async fn a_stale_etag_is_aborted_and_a_revisions_name_means_one_configuration() {
    let (_shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    let stale = get(&client).await;
    assert_eq!(stage(&client, 2).await, Ok(()));
    let update = |service: Service| {
        client
            .update_service()
            .set_service(service)
            .set_update_mask(FieldMask::default().set_paths(["template"]))
    };
    let error = update(stale.clone()).send().await.unwrap_err();
    assert_eq!(error.status().unwrap().code.name(), "ABORTED");
    let other = template(2).set_revision("app-1");
    let error = update(stale.set_etag("").set_template(other))
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Revision named 'app-1' with different configuration already exists.")
    );
}

#[tokio::test]
async fn a_revision_that_does_not_listen_says_so_and_takes_no_traffic() {
    for (fault, code, words) in [
        (
            FaultKind::NeverReady,
            9,
            "failed to start and listen on the port",
        ),
        (
            FaultKind::CrashLoop,
            9,
            "failed to start and listen on the port",
        ),
        (FaultKind::ImageNotFound, 5, "not found."),
    ] {
        let (shared, google) = project().await;
        let client = client(&google).await;
        deploy_first(&client).await;
        open_to_all(&client).await;
        shared.faults.set("app", fault);
        let (said, message) = stage(&client, 2).await.unwrap_err();
        assert_eq!(said, code);
        assert!(message.contains(words), "{message}");
        let service = get(&client).await;
        let terminal = service.terminal_condition.clone().unwrap();
        assert_eq!(terminal.state, State::ConditionFailed);
        assert_eq!(terminal.message, message);
        // The same again changes nothing, and nothing is better for it.
        assert_eq!(stage(&client, 2).await, Err((code, message)));
        assert_eq!(versions(&shared, 3).await, vec!["1.0.0"; 3]);

        let back = service
            .set_template(template(1))
            .set_traffic([to(1, 100, "")]);
        assert_eq!(
            update(&client, back, &["template", "traffic"]).await,
            Ok(())
        );
        let terminal = get(&client).await.terminal_condition.unwrap();
        assert_eq!(terminal.state, State::ConditionSucceeded);
    }
}

#[tokio::test]
async fn only_invokers_get_through() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    let url = google.service_url("app").unwrap();
    assert_eq!(get(&client).await.uri, url);
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 403);
    assert_eq!(shared.mesh.call("caller", "app", "/").await.status, 403);
    let with_token = reqwest::Client::new().get(&url).bearer_auth(TOKEN);
    assert_eq!(with_token.send().await.unwrap().status(), 200);

    let policy = client
        .get_iam_policy()
        .set_resource(APP)
        .send()
        .await
        .unwrap();
    let caller = Binding::new()
        .set_role("roles/run.invoker")
        .set_members([format!("serviceAccount:{CALLER}")]);
    let set = client.set_iam_policy().set_resource(APP);
    set.set_policy(policy.clone().set_bindings([caller]))
        .send()
        .await
        .unwrap();
    assert_eq!(shared.mesh.call("caller", "app", "/").await.status, 200);
    assert_eq!(shared.mesh.call("internet", "app", "/").await.status, 403);
    let stale = client.set_iam_policy().set_resource(APP).set_policy(policy);
    let error = stale.send().await.unwrap_err();
    assert_eq!(error.status().unwrap().code.name(), "ABORTED");
}

#[tokio::test]
async fn revisions_are_listed_and_the_idle_ones_can_go() {
    let (_shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    assert_eq!(stage(&client, 2).await, Ok(()));
    let revisions = Revisions::builder()
        .with_endpoint(&google.endpoints.run)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap();
    let page = revisions
        .list_revisions()
        .set_parent(APP)
        .set_page_size(1)
        .send()
        .await
        .unwrap();
    assert_eq!(page.revisions.len(), 1);
    assert!(!page.next_page_token.is_empty());
    let name = format!("{APP}/revisions/app-1");
    let delete = || revisions.delete_revision().set_name(&name).send();
    assert!(delete().await.is_err());
    let service = get(&client).await.set_traffic([to(2, 100, "")]);
    assert_eq!(update(&client, service, &["traffic"]).await, Ok(()));
    assert!(delete().await.unwrap().done);
    let gone = revisions.get_revision().set_name(&name).send().await;
    assert_eq!(gone.unwrap_err().http_status_code(), Some(404));
}

#[tokio::test]
async fn a_deleted_service_is_gone() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    let delete = client.delete_service().set_name(APP);
    assert_eq!(outcome!(client, delete), Ok(()));
    let error = client.get_service().set_name(APP).send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(404));
    assert_eq!(shared.mesh.call("caller", "app", "/").await.status, 502);
    assert_eq!(verbs(&shared), ["services.create", "services.delete"]);
}

#[tokio::test]
async fn faults_of_the_api_are_googles_errors() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    deploy_first(&client).await;
    shared.faults.set("app", FaultKind::AccessDenied);
    let service = get(&client).await;
    let error = client
        .update_service()
        .set_service(service)
        .send()
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Permission 'run.services.update' denied")
    );

    shared.faults.set("app", FaultKind::ApiUnavailable);
    let url = format!("{}/v2/{APP}", google.endpoints.run);
    let answer = reqwest::Client::new().get(url).bearer_auth(TOKEN);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "1");
    assert!(answer.text().await.unwrap().contains("UNAVAILABLE"));
}

#[tokio::test]
async fn what_the_contract_does_not_know_is_refused() {
    let (_shared, google) = project().await;
    let client = reqwest::Client::new();
    let services = format!("{}/v2/{PARENT}/services", google.endpoints.run);
    assert_eq!(client.get(&services).send().await.unwrap().status(), 401);
    let post = |url: String, body: &'static str| {
        let request = client.post(url).bearer_auth(TOKEN).body(body);
        async move {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        }
    };
    let (status, body) = post(
        format!("{services}?serviceId=app"),
        r#"{"template":{"x":1}}"#,
    )
    .await;
    assert_eq!(status, 400);
    assert!(body.contains("Unknown name \\\"x\\\" at 'service.template': Cannot find field."));
    let (status, body) = post(format!("{services}?service=app"), "{}").await;
    assert_eq!(status, 400);
    assert!(body.contains("Unknown name \\\"service\\\": Cannot bind query parameter."));
    assert_eq!(post(services.clone() + "/app", "{}").await.0, 405);
    assert_eq!(post(services.replace("v2", "v7"), "{}").await.0, 404);
    assert_eq!(post(services.replace("shop", "other"), "{}").await.0, 403);
}

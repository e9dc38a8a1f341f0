//! Cloud Functions: builds, revisions of the underlying service, traffic.

use super::*;
use google_cloud_functions_v2::{
    client::FunctionService,
    model::{BuildConfig, Function, ServiceConfig, Source, StorageSource, function::State},
};
use google_cloud_run_v2::client::Services;
use google_cloud_wkt::FieldMask;
use segue_twin::faults::FaultKind;

const APP: &str = "projects/shop/locations/europe-west1/functions/app";

async fn client(google: &Google) -> FunctionService {
    FunctionService::builder()
        .with_endpoint(&google.endpoints.functions)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap()
}

fn function(generation: i64, all_traffic: bool) -> Function {
    let source = StorageSource::new()
        .set_bucket("shop-functions")
        .set_object("app.zip")
        .set_generation(generation);
    Function::new()
        .set_name(APP)
        .set_build_config(
            BuildConfig::new()
                .set_runtime("nodejs22")
                .set_entry_point("report")
                .set_source(Source::new().set_storage_source(source)),
        )
        .set_service_config(
            ServiceConfig::new()
                .set_all_traffic_on_latest_revision(all_traffic)
                .set_environment_variables([("SEGUE_VERSION", generation.to_string())]),
        )
}

async fn create(client: &FunctionService, generation: i64) -> Result<(), (i32, String)> {
    let create = client
        .create_function()
        .set_parent(PARENT)
        .set_function_id("app")
        .set_function(function(generation, true));
    outcome!(client, create)
}

async fn update(client: &FunctionService, function: Function) -> Result<(), (i32, String)> {
    let mask = FieldMask::default().set_paths(["build_config", "service_config"]);
    let update = client
        .update_function()
        .set_function(function)
        .set_update_mask(mask);
    outcome!(client, update)
}

async fn get(client: &FunctionService) -> Function {
    client.get_function().set_name(APP).send().await.unwrap()
}

async fn serving(google: &Google) -> String {
    let url = google.service_url("app").unwrap();
    let request = reqwest::Client::new().get(url).bearer_auth(TOKEN);
    let answer = request.send().await.unwrap();
    answer.headers()["x-version"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_update_makes_a_revision_and_pinned_traffic_stays() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    assert_eq!(create(&client, 1).await, Ok(()));
    let first = get(&client).await;
    assert_eq!(first.state, State::Active);
    let config = first.service_config.unwrap();
    assert!(config.all_traffic_on_latest_revision);
    assert_eq!(config.uri, google.service_url("app").unwrap());
    assert_eq!(serving(&google).await, "1.0.0");

    assert_eq!(update(&client, function(2, false)).await, Ok(()));
    let second = get(&client).await.service_config.unwrap();
    assert_ne!(second.revision, config.revision);
    assert!(!second.all_traffic_on_latest_revision);
    assert_eq!(serving(&google).await, "1.0.0");

    let services = Services::builder()
        .with_endpoint(&google.endpoints.run)
        .with_credentials(credentials())
        .build()
        .await
        .unwrap();
    let service = services
        .get_service()
        .set_name(&second.service)
        .send()
        .await
        .unwrap();
    assert!(service.latest_ready_revision.ends_with(&second.revision));
    assert!(service.traffic[0].revision.ends_with(&config.revision));

    assert_eq!(update(&client, function(2, true)).await, Ok(()));
    assert_eq!(serving(&google).await, "2.0.0");
    let (effects, live) = (verbs(&shared), get(&client).await);
    assert_eq!(update(&client, live).await, Ok(()));
    assert_eq!(verbs(&shared), effects);
}

#[tokio::test]
async fn a_missing_source_fails_the_build() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    assert_eq!(create(&client, 1).await, Ok(()));
    shared.faults.set("app", FaultKind::ImageNotFound);
    let (code, message) = update(&client, function(2, true)).await.unwrap_err();
    assert_eq!(code, 3);
    assert!(
        message.contains("No such object: shop-functions/app.zip"),
        "{message}"
    );
    let failed = get(&client).await;
    assert_eq!(failed.state, State::Failed);
    assert_eq!(failed.state_messages[0].message, message);
    assert_eq!(serving(&google).await, "1.0.0");
    assert_eq!(update(&client, function(1, true)).await, Ok(()));
    assert_eq!(get(&client).await.state, State::Active);
}

#[tokio::test]
async fn a_container_that_does_not_listen_fails_the_deployment() {
    let (shared, google) = project().await;
    let client = client(&google).await;
    assert_eq!(create(&client, 1).await, Ok(()));
    shared.faults.set("app", FaultKind::CrashLoop);
    let (_, message) = update(&client, function(2, true)).await.unwrap_err();
    assert!(
        message.contains("Container Healthcheck failed."),
        "{message}"
    );
    assert_eq!(serving(&google).await, "1.0.0");
}

#[tokio::test]
async fn a_second_update_waits_its_turn_and_a_deleted_function_is_gone() {
    let (_shared, google) = project().await;
    let client = client(&google).await;
    let create = client
        .create_function()
        .set_parent(PARENT)
        .set_function_id("app")
        .set_function(function(1, true));
    create.send().await.unwrap();
    let busy = client.update_function().set_function(function(2, true));
    let error = busy.send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(409));
    while get(&client).await.state != State::Active {
        tokio::time::sleep(POLL).await;
    }
    let delete = client.delete_function().set_name(APP);
    assert_eq!(outcome!(client, delete), Ok(()));
    let error = client
        .get_function()
        .set_name(APP)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.http_status_code(), Some(404));
}

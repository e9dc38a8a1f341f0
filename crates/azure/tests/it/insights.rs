//! Failed requests, as Application Insights counts them.

use crate::sandbox::{APP, GROUP, SUBSCRIPTION, Sandbox, call, unit};
use segue_platform::Platform;
use segue_twin::faults::FaultKind;
use serde_json::{Value, json};

fn input(failed: u32) -> Value {
    json!({
        "subscription": SUBSCRIPTION, "resource_group": GROUP, "component": GROUP,
        "failed_requests": failed,
    })
}

#[tokio::test]
async fn failed_requests_are_counted_against_what_is_allowed() {
    let sandbox = Sandbox::start().await;
    let performers = segue_azure::performers(&sandbox.access).unwrap();
    let check = &performers["application-insights.check"];
    check.perform(&call("before"), &input(0)).await.unwrap();

    sandbox
        .shared
        .faults
        .set(APP, FaultKind::UnhealthyAfterReady);
    let mut unit = unit("2.0.0");
    unit.settings["stable_ms"] = 5000.into();
    let staged = sandbox.functions.stage(&call("stage"), &unit).await;
    let verified = sandbox.functions.verify(&call("verify"), &unit).await;
    assert!(staged.is_err() || verified.is_err());
    let failure = check.perform(&call("after"), &input(0)).await.unwrap_err();
    assert_eq!(failure.code, "SEG4033");
    check.perform(&call("after"), &input(1000)).await.unwrap();

    let mut missing = input(0);
    missing["component"] = "nobody".into();
    let failure = check.perform(&call("missing"), &missing).await.unwrap_err();
    assert_eq!(failure.code, "SEG4002");
}

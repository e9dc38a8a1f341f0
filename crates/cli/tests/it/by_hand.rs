//! Somebody changes by hand what a release is about to change: it is told, and not
//! overwritten.

use crate::{report::Report, shell::segue_as, storefront::Storefront};
use serde_json::json;

#[test]
fn what_somebody_changed_during_the_release_is_told_and_left() {
    let storefront = Storefront::with_sandbox();
    let gate = "  go: { approval: { by: ana } }\n  qa: {";
    storefront.edit("segue.yaml", "  qa: {", gate);
    let clouds = storefront.clouds();
    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| it["type"] == "gate"));
    let by_hand = json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 77}}}});
    clouds.patch_deployment("aks", "order-service", &by_hand);
    let said = segue_as(
        "ana",
        &storefront.directory(),
        &["approve", "go", "--because", "go"],
    );
    assert_eq!(said.exit, Some(0), "{}", said.err);

    let report = Report::from(release.end());
    report.ended("undone", 4);
    let (operation, failure) = report.failure();
    assert_eq!(operation, "order-service@aks/stage");
    assert_eq!(failure["kind"], "moved");
    let pointer = "/spec/template/spec/terminationGracePeriodSeconds";
    let now = clouds.deployment("aks", "order-service");
    assert_eq!(now.pointer(pointer), Some(&json!(77)), "{now}");
    let effects = clouds.effects();
    assert!(
        !effects
            .iter()
            .any(|it| it.contains("order-service") && it.contains("apply")),
        "{effects:#?}"
    );
}

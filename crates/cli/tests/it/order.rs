//! The measure can fail: a release in a wrong order is felt by users. In the
//! right order nobody notices it: `good.rs`.

use crate::{report::NEW, storefront::Storefront};

/// What order-service 2.4.0 really needs: its program in the sandbox knows it.
const NEED: &str = "billing-service: \">=2.0, <3\"";

/// Somebody forgot what order-service needs, and believes that billing-service
/// needs it: so it goes live first, and meets the former billing-service.
#[test]
fn a_wrong_order_fails_requests_and_the_report_says_so() {
    let storefront = Storefront::with_sandbox();
    storefront.edit("segue.yaml", &format!(", {NEED}"), "");
    storefront.edit("segue.lock", &format!("\n      {NEED}"), "");
    let (here, there) = ("common-config: \"*\"", "order-service: \"*\"");
    let customer = "customer-service: \">=2.0, <3\"";
    storefront.edit(
        "segue.yaml",
        &format!("{{ {here}, {customer} }}"),
        &format!("{{ {here}, {customer}, {there} }}"),
    );
    storefront.edit(
        "segue.lock",
        &format!("      {here}\n      {customer}\n"),
        &format!("      {here}\n      {customer}\n      {there}\n"),
    );

    let report = storefront.apply(&[]);
    report.ended("succeeded", 0).live(NEW);
    let requests = &report.value["requests"];
    assert!(
        requests["failed"].as_u64() > Some(0),
        "{}",
        report.run.story()
    );
    let samples = requests["samples"].to_string();
    assert!(
        samples.contains("needs billing-service >=2.0, <3, and 1.12.1 answered"),
        "{samples}"
    );
}

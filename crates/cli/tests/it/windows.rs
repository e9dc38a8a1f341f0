//! Release windows: closed, and overridden with a reason; and waiting for whoever
//! is at it.

use crate::{
    report::{NEW, Report},
    shell::segue,
    storefront::Storefront,
};
use serde_json::json;

const FREEZE: &str = "  freeze: { window: { time-zone: Europe/Berlin, freezes: [{ from: 2020-01-01, until: 2199-12-31 }] } }\n  qa: {";

#[test]
fn a_closed_window_is_overridden_with_a_reason() {
    let storefront = Storefront::with_sandbox();
    storefront.edit("segue.yaml", "  qa: {", FREEZE);
    let directory = storefront.directory();
    let refused = storefront.apply(&[]);
    refused.ended("undone", 3);
    assert_eq!(refused.failure().0, "gate/freeze");
    assert_eq!(storefront.clouds().effects(), Vec::<String>::new());
    let apply = |more: &[&str]| {
        let all = [&["apply", "--sandbox", "--yes"], more].concat();
        segue(&directory, &all)
    };
    apply(&["--override", "freeze"]).refused(2, &["--because"]);
    apply(&["--override", "qa", "--because", "x"]).refused(2, &["SEG2210", "freeze"]);

    let mut first = storefront.begin(&["--override", "freeze", "--because", "incident 4711"]);
    assert!(first.until(|it| it["operation"] == "gate/freeze" && it["state"] == "succeeded"));
    apply(&["--wait=1s"]).refused(7, &["Waiting, at most", "SEG6007", "waited 1.0 s"]);
    let second = storefront.begin(&["--wait", "--override", "freeze", "--because", "me too"]);
    let report = Report::from(first.end());
    report.ended("succeeded", 0).live(NEW);
    let people = report.value["people"].to_string();
    assert!(
        people.contains("overrode freeze") && people.contains("incident 4711"),
        "{people}"
    );
    // It waited, and then found nothing left to do.
    let second = second.end();
    assert_eq!(second.exit, Some(0), "{}", second.story());
    assert!(second.json().any(|it| it["type"] == "waiting"));
    let plan = second.json().next_back().unwrap();
    assert_eq!(plan["plan"]["operations"], json!([]));
}

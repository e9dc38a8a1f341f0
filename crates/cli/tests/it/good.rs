//! A release that nothing disturbs.

use crate::{report::NEW, storefront::Storefront};
use serde_json::json;

#[test]
fn a_release_succeeds_and_no_request_fails() {
    let storefront = Storefront::new();
    let report = storefront.apply(&["--requests", "1000"]);
    report.ended("succeeded", 0).live(NEW);
    assert!(report.nobody_noticed() >= 1000);
    assert_eq!(report.value["failures"], json!([]));
    let triggers = report.triggers();
    assert_eq!(
        triggers["domain-events"],
        [
            json!("storefront-events/event-processor delivers to AzureFunction event-processor-fn"),
            json!(
                "the events of storefront-events/event-processor wait in queue held-domain-events"
            ),
            json!(
                "storefront-events/event-processor delivers to AzureFunction event-processor-fn again"
            ),
        ]
    );
    assert_eq!(
        triggers["notifications"],
        [
            json!("notifier-push pushes"),
            json!("notifier-push keeps its messages"),
            json!("notifier-push pushes again"),
        ]
    );
    assert_eq!(
        triggers["daily-report"],
        [
            json!("daily-report is PAUSED"),
            json!("daily-report was PAUSED already"),
            json!("daily-report was PAUSED before, and stays so"),
        ]
    );
    the_finished_page_has_all_of_it(&storefront);
}

fn the_finished_page_has_all_of_it(storefront: &Storefront) {
    let run = storefront.run(&["report"]);
    let page = run.json().next().unwrap();
    assert_eq!(page["verdict"], "good", "{}", run.story());
    assert_eq!(page["report"]["requests"]["failed"], 0);
    assert!(page["report"]["requests"]["sent"].as_u64().unwrap() >= 1000);
    let sections = page["sections"].as_array().unwrap();
    let items = sections
        .iter()
        .flat_map(|it| it["items"].as_array().unwrap());
    for item in items.clone() {
        assert_eq!(item["state"], "done", "{item}");
        for evidence in ["asked", "answered", "by"] {
            assert_ne!(item[evidence], "", "{item}");
        }
        assert!(item["at"]["at_ms"].is_i64(), "{item}");
    }
    let begun = page["bars"].as_array().unwrap().len();
    assert_eq!(items.count(), begun, "an item for each operation that ran");
    // What was counted after the end is no part of how long it took.
    assert_eq!(
        page["report"]["took_ms"],
        page["ended"]["at_ms"].as_i64().unwrap() - page["began"]["at_ms"].as_i64().unwrap()
    );
    let file = storefront.directory().join("page.html");
    storefront.run(&["report", "--out", file.to_str().unwrap()]);
    let html = std::fs::read_to_string(&file).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.contains("api-gateway@run"));
}

#[test]
fn a_second_release_finds_nothing_to_do() {
    let mut storefront = Storefront::with_sandbox();
    let clouds = storefront.clouds();
    let before = clouds.triggers();
    assert_eq!(before.daily_report, "PAUSED");

    let report = storefront.apply(&[]);
    report.ended("succeeded", 0).live(NEW);
    let release = report.value["release"].as_str().unwrap();
    assert_eq!(clouds.triggers(), before);
    let effects = clouds.effects();
    let count = |what: &str| effects.iter().filter(|it| it.contains(what)).count();
    assert_eq!(count("outside post "), 1, "{effects:#?}");
    assert_eq!(count("secrets.set jwt-signing-key"), 1, "{effects:#?}");
    assert_eq!(count("functionkeys.put "), 1, "{effects:#?}");
    assert_eq!(count("slotsswap "), 1, "{effects:#?}");
    assert_eq!(
        count("jobs."),
        0,
        "the paused schedule is not touched: {effects:#?}"
    );
    let tag = format!("{}/.git/refs/tags/release/{release}", clouds.repository());
    assert!(std::path::Path::new(&tag).exists(), "no {tag}");

    let again = storefront.begin(&[]).end();
    assert_eq!(again.exit, Some(0), "{}", again.story());
    let plan = again.json().next_back().unwrap();
    assert_eq!(
        (&plan["type"], &plan["plan"]["operations"]),
        (&json!("plan"), &json!([]))
    );
    let told = storefront.apply_for_people(&[]);
    assert_eq!(told.exit, Some(0), "{}", told.story());
    assert!(
        told.text().contains("Nothing is to be done"),
        "{}",
        told.story()
    );
    assert_eq!(
        clouds.effects(),
        effects,
        "a second release changed something"
    );

    let history: Vec<_> = storefront.run(&["history"]).json().collect();
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["release"], release);
    assert_eq!(history[0]["ending"], "succeeded");
    let status = storefront.run(&["status"]);
    assert_eq!(status.exit, Some(0));
    let status = status.json().next_back().unwrap();
    assert_eq!(status["release"], release);
    assert_eq!(status["ending"], "succeeded");
    assert_eq!(status["in_flight"], json!([]));
    let nothing = storefront.run(&["resume"]);
    assert_eq!(nothing.exit, Some(0), "{}", nothing.story());
    assert_eq!(
        clouds.effects(),
        effects,
        "resuming nothing changed something"
    );

    assert_eq!(storefront.end_sandbox().exit, Some(0));
    let left = storefront.directory().join(".segue/sandbox.json");
    assert!(!left.exists(), "the sandbox is gone, and {left:?} is not");
}

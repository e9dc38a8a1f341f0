//! Releases that were stopped, held, cancelled or left by their process: found by
//! whoever comes next, and brought to an end.

use crate::{
    report::{FORMER, NEW, Report},
    shell::segue,
    storefront::Storefront,
};
use serde_json::{Value, json};

fn is(line: &Value, operation: &str, state: &str) -> bool {
    line["operation"] == operation && line["state"] == state
}

/// The newest release, as `segue status` tells it.
fn status(storefront: &Storefront) -> Value {
    let said = segue(&storefront.directory(), &["status", "--output", "json"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    said.json().pop().unwrap()
}

#[test]
fn a_release_that_holds_is_mended_or_undone() {
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let triggers = storefront.clouds().triggers();
    let holds = [
        "--on-failure",
        "hold",
        "--fault",
        "notifier=image-not-found",
    ];

    let held = storefront.apply(&holds);
    assert_eq!(held.run.exit, Some(6), "{}", held.run.story());
    assert_eq!(held.value["held"], true);
    assert_eq!(held.failure().0, "notifier@run/stage");
    let said = segue(&directory, &["status"]);
    for words in [
        "failed and holds",
        "segue resume",
        "segue cancel . --undo",
        "holds triggers",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let undone = segue(&directory, &["cancel", "--undo", "--because", "no time"]);
    assert_eq!(undone.exit, Some(0), "{}{}", undone.out, undone.err);
    assert!(
        undone.out.contains("asked to undo it: no time"),
        "{}",
        undone.out
    );
    assert_eq!(status(&storefront)["ending"], "undone");
    assert_eq!(storefront.clouds().triggers(), triggers);

    // A revision that failed stays failed: the cause is mended where it passes.
    let refused = ["--on-failure", "hold", "--fault", "notifier=access-denied"];
    let held = storefront.apply(&refused);
    assert_eq!(held.run.exit, Some(6), "{}", held.run.story());
    let before = storefront.clouds().effects().len();
    let report = storefront.resume();
    report.ended("succeeded", 0).live(NEW);
    let begun: Vec<_> = report
        .run
        .json()
        .filter(|it| it["state"] == "begun")
        .collect();
    let again = |operation: &str| begun.iter().any(|it| it["operation"] == operation);
    assert!(again("notifier@run/stage"));
    assert!(!again("common-config@aks/stage"), "{}", report.run.story());
    assert!(storefront.clouds().effects().len() > before);
    assert_eq!(storefront.clouds().triggers(), triggers);
}

#[test]
fn a_release_is_cancelled_from_elsewhere() {
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let triggers = storefront.clouds().triggers();
    let nothing = segue(&directory, &["cancel"]);
    assert!(
        nothing.err.contains("Nothing is to be cancelled"),
        "{}",
        nothing.err
    );

    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| is(it, "auth-service@aks/stage", "begun")));
    let said = segue(&directory, &["cancel", "--because", "customers call"]);
    assert!(
        said.out.contains("has begun to stop"),
        "{}{}",
        said.out,
        said.err
    );
    let stopped = Report::from(release.end());
    assert_eq!(stopped.run.exit, Some(6), "{}", stopped.run.story());
    assert_eq!(stopped.value["ending"], Value::Null);
    let nobody = segue(&directory, &["cancel"]);
    assert!(
        nobody.err.contains("nobody carries release"),
        "{}",
        nobody.err
    );

    let mut release = storefront.begin_resume();
    assert!(release.until(|it| is(it, "customer-service@gke/stage", "begun")));
    let said = segue(&directory, &["cancel", "--undo", "--because", "enough"]);
    assert!(
        said.out.contains("has begun to undo"),
        "{}{}",
        said.out,
        said.err
    );
    let report = Report::from(release.end());
    report.ended("cancelled", 4).live(FORMER).nobody_noticed();
    let people = report.value["people"].as_array().unwrap();
    assert!(
        people
            .iter()
            .any(|it| it["did"] == "asked to undo it" && it["because"] == "enough")
    );
    assert_eq!(storefront.clouds().triggers(), triggers);
    segue(
        &directory,
        &[
            "cancel",
            "--release",
            report.value["release"].as_str().unwrap(),
        ],
    )
    .refused(3, &["SEG6030", "is over"]);
}

#[test]
fn law_5_what_a_dead_release_holds_is_found_and_given_back() {
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let triggers = storefront.clouds().triggers();
    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| is(it, "auth-service@aks/stage", "succeeded")));
    // Nothing is taken from one that lives.
    segue(&directory, &["repair"]).refused(7, &["SEG6007", "for release 20", "segue watch"]);
    assert_eq!(status(&storefront)["dead"], json!([]));
    release.kill();
    drop(release);
    assert_ne!(storefront.clouds().triggers(), triggers);

    let told = status(&storefront);
    assert_eq!(
        told["dead"][0]["leases"][0]["trigger"], "domain-events",
        "{told}"
    );
    let holds = [
        "was left by its process and holds triggers",
        "domain-events since 20",
    ];
    let plan = segue(&directory, &["plan", "--sandbox"]);
    for words in holds {
        assert!(plan.err.contains(words), "{words}: {}", plan.err);
    }
    segue(&directory, &["apply", "--sandbox", "--yes"]).refused(
        3,
        &[
            &holds[..],
            &["SEG6008", "segue resume", "--undo", "segue repair"],
        ]
        .concat(),
    );
    let plan = segue(&directory, &["plan", "--sandbox", "--repair"]);
    assert_eq!(plan.exit, Some(0), "{}", plan.err);
    assert!(plan.out.contains("was left where it stood"), "{}", plan.out);
    assert!(!plan.err.contains(holds[0]), "{}", plan.err);
    assert_eq!(storefront.clouds().triggers(), triggers);
    assert_eq!(status(&storefront)["ending"], "abandoned");

    // What it deployed stays, and the next one goes on from there.
    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| is(it, "notifications/pause", "succeeded")));
    release.kill();
    drop(release);
    let report = storefront.apply(&["--repair"]);
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    assert_eq!(storefront.clouds().triggers(), triggers);
}

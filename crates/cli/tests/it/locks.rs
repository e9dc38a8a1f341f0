//! Law 8: one at a time. And: a release goes on in its own world or not at all.

use crate::{shell::segue, storefront::Storefront};

#[test]
fn law_8_one_at_a_time() {
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let mut first = storefront.begin(&[]);
    assert!(first.until(|it| it["state"] == "started"));

    let apply = ["apply", "--sandbox", "--yes"];
    let held = [
        "SEG6007",
        "holds its lock since 20",
        "for release 20",
        "segue status",
    ];
    segue(&directory, &apply).refused(7, &held);
    segue(&directory, &["resume"]).refused(7, &held);
    segue(&directory, &["sandbox"]).refused(7, &["SEG6007", "for segue sandbox"]);
    let status = segue(&directory, &["status"]);
    assert!(status.out.contains("is not over") && status.out.contains("next: wait:"));
    let json = &segue(&directory, &["status", "--output", "json"]).json()[0];
    assert!(json["held_by"].is_string());

    // Killed, it holds nothing any more, and is not over.
    first.kill();
    drop(first);
    let open = ["SEG6008", "is not over", "segue resume"];
    segue(&directory, &apply).refused(3, &open);
    let status = segue(&directory, &["status"]);
    assert!(
        status.out.contains("next: segue resume ."),
        "{}",
        status.out
    );
    storefront.resume().ended("succeeded", 0);
    let history = segue(&directory, &["history"]);
    assert!(history.out.contains("succeeded"));
    assert_eq!(history.out.lines().count(), 1);
}

#[test]
fn a_release_is_not_resumed_in_another_world() {
    let mut storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let mut release = storefront.begin(&[]);
    assert!(release.until(|it| it["operation"] == "auth-service@aks/stage"));
    release.kill();
    drop(release);

    // Gone, then another one in its place.
    let gone = ["SEG6009", "all of its world", "segue apply . --sandbox"];
    storefront.kill_sandbox();
    segue(&directory, &["resume"]).refused(3, &gone);
    assert!(
        segue(&directory, &["status"])
            .out
            .contains("its world with it")
    );
    storefront.start_sandbox();
    segue(&directory, &["resume"]).refused(3, &gone);
    // What was left open there is no reason not to begin here.
    storefront.apply(&[]).ended("succeeded", 0);
}

//! A team's journal, in PostgreSQL: law 8 holds across machines, and for those who
//! were away for longer than their term.

use crate::{
    postgres::Server,
    report::{NEW, Report},
    shell::segue_at,
    storefront::Storefront,
};

#[test]
fn law_8_who_was_cut_off_for_longer_than_the_term_changes_nothing_more() {
    let Some(server) = Server::start() else {
        return;
    };
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let apply = ["--sandbox", "--yes"];
    let mut first = storefront.begin_at(server.url(), &["apply"], &apply);
    assert!(
        first.until(|it| {
            it["operation"] == "auth-service@aks/stage" && it["state"] == "succeeded"
        })
    );
    segue_at(server.url(), &directory, &["resume"]).refused(7, &["SEG6007", "segue watch"]);
    // The laptop's lid is closed.
    first.signal("STOP");
    // Somebody else goes on, once the term is over.
    let second = storefront.begin_at(server.url(), &["resume"], &["--wait"]);
    let report = Report::from(second.end());
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    let effects = storefront.clouds().effects();
    // And opened again.
    first.signal("CONT");
    let first = first.end();
    assert_eq!(first.exit, Some(7), "{}", first.story());
    assert_eq!(storefront.clouds().effects(), effects, "{}", first.story());

    // It is all in one place, and nothing of it beside the manifest.
    let history = segue_at(server.url(), &directory, &["history", "--verify"]);
    assert_eq!(history.exit, Some(0), "{}{}", history.out, history.err);
    let listed = segue_at(server.url(), &directory, &["history", "--output", "json"]).json();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["ending"], "succeeded");
    assert!(
        crate::shell::segue(&directory, &["history"])
            .out
            .contains("No release yet")
    );
}

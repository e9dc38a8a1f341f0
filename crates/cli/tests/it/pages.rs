//! From a page to a manifest, and back.

use crate::{shell::segue, storefront::Storefront};
use std::fs;

#[test]
fn the_users_own_page_becomes_a_manifest_that_holds() {
    let storefront = Storefront::new();
    let directory = storefront.directory();
    let import = ["import", "deployment-sequence.md", "-o", "made/segue.yaml"];
    let said = segue(&directory, &import);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    for words in [
        "facts understood",
        "Guessed",
        "Left over",
        "Validate sidecar",
        "segue check made",
    ] {
        assert!(said.out.contains(words), "not said: {words}\n{}", said.out);
    }
    let check = segue(&directory, &["check", "made"]);
    assert_eq!(check.exit, Some(0), "{}", check.err);
    assert!(check.out.contains("9 modules on 5 targets") && check.out.contains("segue lock made"));

    let graph = &segue(&directory, &["graph", "made", "--output", "json"]).json()[0];
    let needs = |name: &str| -> Vec<String> {
        let modules = graph["modules"].as_array().unwrap();
        let module = modules.iter().find(|it| it["module"] == name).unwrap();
        let needs = module["needs"].as_array().unwrap().iter();
        needs
            .map(|it| it["module"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        needs("billing-service"),
        ["common-config", "customer-service"]
    );
    assert_eq!(needs("order-service"), ["common-config", "billing-service"]);
    assert_eq!(needs("customer-service"), ["common-config", "auth-service"]);

    // What somebody may have worked on stays.
    let own = directory.join("made/billing-service/objects.yaml");
    fs::write(&own, "# mine\n").unwrap();
    segue(&directory, &import).refused(2, &["SEG2213", "--force"]);
    assert_eq!(
        segue(&directory, &[&import[..], &["--force"]].concat()).exit,
        Some(0)
    );
    assert_eq!(fs::read_to_string(&own).unwrap(), "# mine\n");
}

#[test]
fn a_page_that_says_nothing_is_told_and_nothing_panics() {
    let storefront = Storefront::new();
    let directory = storefront.directory();
    for (page, code) in [
        (&b""[..], "SEG1101"),
        (b"# Release\n\nDo it well.\n", "SEG1102"),
        (b"\x00\x01\x02\xff", "SEG1101"),
    ] {
        fs::write(directory.join("page.md"), page).unwrap();
        let said = segue(&directory, &["import", "page.md"]);
        assert!(said.err.contains(code), "{code}\n{}", said.err);
        assert!(said.out.contains("TODO(owner)"), "{}", said.out);
    }
    segue(&directory, &["import", "nowhere.md"]).refused(2, &["SEG2201"]);
}

#[test]
fn the_committed_page_is_what_the_manifest_says_and_gives_it_back() {
    let storefront = Storefront::new();
    let directory = storefront.directory();
    // The copy for tests differs from the example in one line: written anew.
    let written = segue(&directory, &["runbook", "-o", "page.md"]);
    assert_eq!(written.exit, Some(0), "{}", written.err);
    assert_eq!(
        segue(&directory, &["runbook", "--check", "page.md"]).exit,
        Some(0)
    );
    let back = segue(&directory, &["import", "page.md"]);
    let manifest = fs::read_to_string(directory.join("segue.yaml")).unwrap();
    assert_eq!(back.out.trim_end(), manifest.trim_end());

    storefront.edit("segue.yaml", "stable: 100ms", "stable: 2s");
    segue(&directory, &["runbook", "--check", "page.md"]).refused(3, &["SEG2212", "segue runbook"]);
    // And the example's own page is current.
    storefront.edit("segue.yaml", "stable: 2s", "stable: 1s");
    assert_eq!(
        segue(&directory, &["runbook", "--check", "runbook.md"]).exit,
        Some(0)
    );
}

//! Law 7: what was reviewed is what runs, or nothing does.

use crate::{report::NEW, shell::segue, storefront::Storefront};
use std::fs;

#[test]
fn law_7_what_was_reviewed_is_what_runs() {
    let storefront = Storefront::with_sandbox();
    let directory = storefront.directory();
    let apply = |file: &str| segue(&directory, &["apply", file, "--sandbox", "--yes"]);
    let said = segue(&directory, &["plan", "--sandbox", "--out", "plan.json"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    assert!(
        said.err.contains("segue apply plan.json --sandbox"),
        "{}",
        said.err
    );
    // The digest is another one in every world.
    let (text, digest) = said.out.trim_end().rsplit_once(' ').unwrap();
    assert_eq!(digest.len(), 12);
    insta::assert_snapshot!("plan", text);

    // One byte of it.
    let plan = fs::read_to_string(directory.join("plan.json")).unwrap();
    let altered = plan.replacen("\"parallel\": 8", "\"parallel\": 9", 1);
    assert_ne!(plan, altered);
    fs::write(directory.join("altered.json"), altered).unwrap();
    apply("altered.json").refused(2, &["SEG2205", "it was changed since", "plan again"]);
    fs::write(directory.join("cut.json"), &plan[..plan.len() / 2]).unwrap();
    apply("cut.json").refused(2, &["SEG2205"]);
    apply("README.md").refused(2, &["SEG2205", "name the directory"]);

    // The manifest, after the review.
    let manifest = fs::read_to_string(directory.join("segue.yaml")).unwrap();
    fs::write(directory.join("segue.yaml"), format!("{manifest}# more\n")).unwrap();
    let said = apply("plan.json");
    said.refused(
        3,
        &["SEG2208", "segue.yaml was changed", "nothing was changed"],
    );
    assert_eq!(said.out, "", "shown, though it is not true any more");
    fs::write(directory.join("segue.yaml"), manifest).unwrap();
    assert_eq!(storefront.clouds().effects(), Vec::<String>::new());

    // From elsewhere, where no project lies.
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("plan.json"), &plan).unwrap();
    segue(elsewhere.path(), &["apply", "plan.json"])
        .refused(2, &["SEG2201", "--project DIRECTORY"]);

    storefront
        .apply_kept("plan.json")
        .ended("succeeded", 0)
        .live(NEW);

    // The world, since it was carried out once.
    let said = apply("plan.json");
    said.refused(
        3,
        &["SEG2208", "auth-service@aks: planned on 1.9.2", "now 2.1.0"],
    );
    assert_eq!(said.out, "");
}

#[test]
fn nobody_to_ask_is_no_yes() {
    let storefront = Storefront::with_sandbox();
    let said = segue(&storefront.directory(), &["apply", "--sandbox"]);
    said.refused(2, &["SEG2206", "`--yes` answers"]);
    let json = segue(
        &storefront.directory(),
        &["apply", "--sandbox", "--output", "json"],
    )
    .json();
    assert_eq!(json.last().unwrap()["failures"][0]["code"], "SEG2206");
    assert_eq!(storefront.clouds().effects(), Vec::<String>::new());
}

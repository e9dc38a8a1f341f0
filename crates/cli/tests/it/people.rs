//! What people decide, from any machine and at any time: approvals, rejections, a
//! rollback; who watches; and what the journal says of all that.

use crate::{
    process::Process,
    report::{FORMER, NEW, Report},
    shell::{segue, segue_as, segue_at, segue_at_as},
    storefront::Storefront,
};
use segue_model::Digest;
use serde_json::{Value, json};

const QA: &str = "  qa: {";
const GO: &str = "  go: { approval: { by: [ana, bob], count: 2 } }\n  qa: {";

fn waits(release: &mut Process) -> bool {
    release.until(|it| it["type"] == "gate" && it["state"] == "awaiting")
}

/// The gate as `segue status` tells it.
fn gate(status: &Value) -> &Value {
    &status["gates"][0]
}

#[test]
fn approvals_come_from_any_machine_and_outlive_the_process() {
    let storefront = Storefront::with_sandbox();
    storefront.edit("segue.yaml", QA, GO);
    let directory = storefront.directory();
    let approve =
        |who: &str, why: &str| segue_as(who, &directory, &["approve", "go", "--because", why]);
    approve("ana", "early").refused(3, &["SEG6030", "no release is under way"]);

    // Closed by one of them: nothing happens.
    let mut release = storefront.begin(&[]);
    assert!(waits(&mut release));
    segue_as("carol", &directory, &["reject", "go", "--because", "no"])
        .refused(3, &["SEG6031", "carol may not decide", "ana, bob may"]);
    let said = segue_as(
        "ana",
        &directory,
        &["reject", "go", "--because", "two bugs"],
    );
    assert_eq!(said.exit, Some(0), "{}", said.err);
    assert!(!said.out.contains("segue resume"), "{}", said.out);
    let report = Report::from(release.end());
    report.ended("undone", 3);
    let (operation, failure) = report.failure();
    assert_eq!(
        (operation.as_str(), &failure["code"]),
        ("gate/go", &json!("SEG6020"))
    );
    assert!(failure["words"].as_str().unwrap().contains("two bugs"));
    assert_eq!(storefront.clouds().effects(), Vec::<String>::new());

    let mut release = storefront.begin(&[]);
    assert!(waits(&mut release));
    let mut viewer = storefront.start(&["watch"], &[]);
    assert!(waits(&mut viewer));
    // Whoever comes second is told what to type.
    segue(&directory, &["apply", "--sandbox", "--yes"])
        .refused(7, &["SEG6007", "for release 20", "segue watch", "--wait"]);
    segue(&directory, &["approve", "qa", "--because", "x"])
        .refused(2, &["SEG2210", "people decide about go"]);
    let said = approve("ana", "all green");
    assert!(
        said.out.contains("1 approval of bob"),
        "{}{}",
        said.out,
        said.err
    );
    approve("ana", "still green").refused(3, &["SEG6032", "ana approved `go` already"]);

    // Whoever carried it out is gone; bob does not mind.
    release.kill();
    drop(release);
    let viewed = viewer.end();
    assert_eq!(viewed.exit, Some(6), "{}", viewed.story());
    let said = approve("bob", "ship it");
    assert!(
        said.out.contains("segue resume"),
        "{}{}",
        said.out,
        said.err
    );
    let status = &segue(&directory, &["status", "--output", "json"]).json()[0];
    assert_eq!(gate(status)["approved"][0]["by"], "ana");
    assert_eq!(gate(status)["approved"][0]["because"], "all green");

    let mut resumed = storefront.begin_resume();
    assert!(resumed.until(|it| it["operation"] == "gate/go" && it["state"] == "succeeded"));
    let viewer = storefront.start(&["watch"], &[]);
    let report = Report::from(resumed.end());
    report.ended("succeeded", 0).live(NEW).nobody_noticed();
    let viewed = Report::from(viewer.end());
    viewed.ended("succeeded", 0);
    assert!(
        viewed
            .run
            .json()
            .any(|it| it["operation"] == "api-gateway@run/stage")
    );

    rolled_back(&storefront, &report);
    written_down(&storefront);
}

#[test]
fn a_release_lives_whatever_another_directory_knows_of_its_sandbox() {
    let storefront = Storefront::with_sandbox();
    let gate = "  go: { approval: { by: [ana, bob, carol], count: 3 } }\n  qa: {";
    storefront.edit("segue.yaml", QA, gate);
    let (here, elsewhere) = (storefront.directory(), Storefront::new());
    let there = elsewhere.directory();
    let state = here.join("team.db");
    let state = state.to_str().unwrap();
    let mut release = storefront.begin_at(state, &["apply"], &["--sandbox", "--yes"]);
    assert!(waits(&mut release));

    let status = segue_at(state, &there, &["status"]);
    assert!(
        status.out.contains("is at it; live: segue watch"),
        "{}",
        status.out
    );
    assert!(!status.out.contains("the sandbox ended"), "{}", status.out);
    segue_at(state, &there, &["repair"]).refused(7, &["SEG6007", "for release 20"]);
    let approve = |who: &str, directory| {
        let said = segue_at_as(
            state,
            who,
            directory,
            &["approve", "go", "--because", "green"],
        );
        assert_eq!(said.exit, Some(0), "{}", said.err);
        said
    };
    let said = approve("ana", &there);
    assert!(
        said.out.contains("2 approvals of bob, carol"),
        "{}",
        said.out
    );

    // What is said while nobody is at it is shown, and counts.
    release.kill();
    drop(release);
    let said = approve("bob", &here);
    assert!(
        said.out.contains("Still wanted: 1 approval of carol"),
        "{}",
        said.out
    );
    let told = segue_at(state, &here, &["status"]).out;
    assert!(told.contains("bob approved go: green (recorded;"), "{told}");
    assert!(
        told.contains("waits for 1 approval of carol; approved by ana, bob"),
        "{told}"
    );
    approve("carol", &here);
    let told = segue_at(state, &here, &["status"]).out;
    assert!(
        told.contains("next: segue resume") && !told.contains("waits for"),
        "{told}"
    );
    let value = &segue_at(state, &here, &["status", "--output", "json"]).json()[0];
    assert_eq!(value["recorded"][1]["by"], "carol");
    assert_eq!(value["gates"][0]["approved"][2]["by"], "carol");

    // Taken back from elsewhere, while it goes on.
    let mut resumed = storefront.begin_at(state, &["resume"], &[]);
    assert!(resumed.until(|it| it["operation"] == "gate/go" && it["state"] == "succeeded"));
    let said = segue_at(state, &there, &["cancel", "--undo"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    Report::from(resumed.end()).ended("cancelled", 4);
}

/// Taken back, every version and every trigger; nobody notices.
fn rolled_back(storefront: &Storefront, taken: &Report) {
    let directory = storefront.directory();
    let triggers = storefront.clouds().triggers();
    let release = taken.value["release"].as_str().unwrap();
    segue(&directory, &["rollback", "20200101-0000-none"]).refused(2, &["SEG2209"]);
    let kept = segue(&directory, &["rollback", release, "--out", "back.json"]);
    assert_eq!(kept.exit, Some(0), "{}", kept.err);
    let back = format!("Plan to roll release {release} of production back");
    assert!(kept.out.contains(&back), "{}", kept.out);
    segue(&directory, &["rollback", release]).refused(2, &["SEG2206"]);

    let path = directory.to_str().unwrap();
    let all = [
        "rollback",
        release,
        path,
        "--yes",
        "--requests",
        "0",
        "--output",
        "json",
    ];
    let mut process = Process::start(&directory, &all);
    assert!(waits(&mut process));
    for who in ["ana", "bob"] {
        let said = segue_as(who, &directory, &["approve", "go", "--because", "back"]);
        assert_eq!(said.exit, Some(0), "{}", said.err);
    }
    let report = Report::from(process.end());
    report.ended("succeeded", 0).nobody_noticed();
    report.live(FORMER);
    assert_eq!(storefront.clouds().triggers(), triggers);
    let history = segue(&directory, &["history"]);
    let newest = history.out.lines().next().unwrap();
    assert!(
        newest.ends_with(&format!("rolls {release} back")),
        "{}",
        history.out
    );
    segue(&directory, &["rollback", release, "--yes"]).refused(3, &["SEG2103"]);
}

/// Who did what and why stands in the journal, and nobody alters it unseen.
fn written_down(storefront: &Storefront) {
    let directory = storefront.directory();
    let releases = segue(&directory, &["history", "--output", "json"]).json();
    let release = releases[1]["release"].as_str().unwrap();
    let sound = segue(&directory, &["history", "--verify"]);
    assert_eq!(sound.exit, Some(0), "{}{}", sound.out, sound.err);
    assert_eq!(sound.out.matches("as they were written").count(), 3);

    let lines = segue(&directory, &["history", release, "--export"]).json();
    assert_eq!(lines[0]["type"], "plan");
    assert!(lines[0]["plan"].as_str().unwrap().starts_with("sha256:"));
    let numbers: Vec<_> = lines[1..]
        .iter()
        .map(|it| it["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let mut before = String::new();
    for line in &lines[1..] {
        let text = line["text"].as_str().unwrap();
        let (seq, at_ms) = (&line["seq"], &line["at_ms"]);
        let chained = format!("{before}\n{release}\n{seq}\n{at_ms}\n{text}");
        before = Digest::of(chained.as_bytes()).hex().to_owned();
        assert_eq!(line["hash"], before, "anybody can follow the chain");
    }
    let bob = lines.iter().find(|it| it["by"] == "bob").unwrap();
    assert_eq!(bob["event"]["asked"]["because"], "ship it");
    let told = segue(&directory, &["history", release]);
    for words in [
        "ana approved go: all green",
        "bob approved go: ship it",
        "took it up again",
    ] {
        assert!(told.out.contains(words), "{words}: {}", told.out);
    }

    // One byte of bob's words, in the file itself.
    let file = directory.join(".segue/journal.db");
    let journal = rusqlite::Connection::open(file).unwrap();
    let altered = journal.execute(
        "UPDATE event SET body = replace(body, 'ship it', 'ship in') WHERE release = ?",
        [release],
    );
    assert!(altered.unwrap() > 0);
    let found = segue(&directory, &["history", "--verify", "--output", "json"]);
    assert_eq!(found.exit, Some(5), "{}", found.err);
    let wrong: Vec<_> = found
        .json()
        .into_iter()
        .filter(|it| it["sound"] == false)
        .collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0]["release"], release);
    let words = wrong[0]["failure"]["words"].as_str().unwrap();
    let seq = format!("event {} of release", bob["seq"]);
    assert!(words.contains(&seq), "{words}");
}

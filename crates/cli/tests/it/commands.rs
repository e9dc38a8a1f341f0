//! The commands that need no cloud, and what all commands have in common.

use crate::{
    shell::{command, files, segue},
    storefront::{Storefront, repository},
};
use serde_json::Value;
use std::{fs, io::Read, process::Stdio};

const COMMANDS: [&str; 11] = [
    "check",
    "graph",
    "lock",
    "plan",
    "apply",
    "resume",
    "status",
    "history",
    "sandbox",
    "schema",
    "completions",
];

#[test]
fn check_says_what_it_checked() {
    let storefront = Storefront::new();
    let said = segue(&storefront.directory(), &["check"]);
    assert_eq!(
        said.out,
        "ok  ./segue.yaml: production, 9 modules on 5 targets, and the lock fits\n"
    );
    let json = segue(&storefront.directory(), &["check", "--output", "json"]).json();
    assert_eq!(
        (&json[0]["ok"], &json[0]["modules"]),
        (&true.into(), &9.into())
    );
}

#[test]
fn graph_draws_the_waves() {
    let storefront = Storefront::new();
    let graph = |more: &[&str]| segue(&storefront.directory(), &[&["graph"], more].concat());
    insta::assert_snapshot!("graph", graph(&[]).out);
    assert!(
        graph(&["--format", "dot"])
            .out
            .starts_with("digraph release {")
    );
    assert!(
        graph(&["--format", "mermaid"])
            .out
            .starts_with("graph LR\n")
    );
    let json = &graph(&["--output", "json"]).json()[0];
    assert_eq!(json["waves"].as_array().unwrap().len(), 6);
    assert_eq!(json["waves"][5], serde_json::json!(["api-gateway"]));
}

#[test]
fn the_committed_schema_is_the_programs() {
    let elsewhere = tempfile::tempdir().unwrap();
    let committed = fs::read_to_string(repository().join("segue.schema.json")).unwrap();
    let said = segue(elsewhere.path(), &["schema"]);
    assert_eq!(said.out.trim_end(), committed.trim_end());
    let json = segue(elsewhere.path(), &["schema", "--output", "json"]).json();
    assert_eq!(json, [serde_json::from_str::<Value>(&committed).unwrap()]);
}

#[test]
fn completions_know_the_commands() {
    let elsewhere = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let said = segue(elsewhere.path(), &["completions", shell]);
        assert!(COMMANDS.iter().all(|it| said.out.contains(it)), "{shell}");
    }
}

#[test]
fn every_command_explains_itself() {
    let elsewhere = tempfile::tempdir().unwrap();
    for name in COMMANDS {
        let said = segue(elsewhere.path(), &[name, "--help"]);
        assert_eq!(said.exit, Some(0));
        assert!(
            said.out.contains(&format!("Usage: segue {name}")),
            "{}",
            said.out
        );
    }
    let alone = segue(elsewhere.path(), &[]);
    alone.refused(
        2,
        &["Usage: segue", "segue apply examples/storefront --sandbox"],
    );
}

/// Looking leaves nothing behind, also where nothing may be written.
#[test]
fn a_project_without_releases_is_only_looked_at() {
    let storefront = Storefront::new();
    let before = files(&storefront);
    let cases = [
        ("status", "No release yet"),
        ("history", "No release yet"),
        ("resume", "Nothing is to be resumed"),
    ];
    for (name, words) in cases {
        let said = segue(&storefront.directory(), &[name]);
        assert!((said.out + &said.err).contains(words));
        let json = segue(&storefront.directory(), &[name, "--output", "json"]);
        assert_eq!((json.exit, json.err.as_str()), (Some(0), ""));
        assert!(json.json().iter().all(|it| it["release"].is_null()));
    }
    segue(&storefront.directory(), &["history", ".", "nope"]).refused(2, &["SEG2209"]);
    segue(&storefront.directory(), &["history", "20261123-0412-nope"]).refused(2, &["SEG2209"]);
    assert_eq!(files(&storefront), before);
}

#[test]
fn a_journal_that_cannot_be_read_is_kept() {
    let storefront = Storefront::new();
    let state = storefront.directory().join(".segue");
    fs::create_dir(&state).unwrap();
    let journal = state.join("journal.db");
    fs::write(&journal, "no journal, for all its name says. ".repeat(99)).unwrap();
    let before = fs::read(&journal).unwrap();
    let words = ["SEG6002", "journal.db", "a trigger may"];
    for arguments in [
        &["status"][..],
        &["resume"],
        &["apply", "--sandbox", "--yes"],
    ] {
        segue(&storefront.directory(), arguments).refused(1, &words);
    }
    assert_eq!(fs::read(&journal).unwrap(), before);
}

#[test]
fn a_state_directory_that_cannot_be_made_is_said_before_anything_begins() {
    let storefront = Storefront::new();
    fs::write(storefront.directory().join(".segue"), "a file").unwrap();
    let said = segue(&storefront.directory(), &["apply", "--sandbox", "--yes"]);
    said.refused(3, &["SEG6006", "./.segue", "writable"]);
    assert!(!said.err.contains("Starting the sandbox"));
}

/// `segue … | head -1`, and worse: whoever reads has gone before anything is said.
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let storefront = Storefront::new();
    let cases: [&[&str]; 7] = [
        &["--help"],
        &["check"],
        &["graph"],
        &["status"],
        &["schema"],
        &["completions", "bash"],
        &["nope", "--output", "json"],
    ];
    for arguments in cases {
        let mut segue = command(&storefront.directory(), arguments);
        let mut segue = segue
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(segue.stdout.take());
        let mut said = String::new();
        segue
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert!(
            segue.wait().unwrap().code().is_some_and(|it| it < 3),
            "{said}"
        );
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn colour_is_for_those_who_want_it() {
    let storefront = Storefront::new();
    let escapes = |more: &[&str]| {
        let said = segue(&storefront.directory(), &[&["check"], more].concat());
        said.out.contains('\u{1b}')
    };
    assert!(!escapes(&[]));
    assert!(!escapes(&["--color", "never"]));
    assert!(escapes(&["--color", "always"]));
}

/// Without a login or a kubeconfig: said at once, with what to do.
#[test]
fn without_credentials_the_clouds_are_not_waited_for() {
    let storefront = Storefront::new();
    let before = files(&storefront);
    let run = |arguments: &[&str]| {
        let mut segue = command(&storefront.directory(), arguments);
        for name in ["CI_URL", "PAYMENTS_URL", "MAIL_URL", "RELEASE_WEBHOOK"] {
            segue.env(name, "http://127.0.0.1:1");
        }
        // Nobody listens there: as if this were no machine of Google's.
        segue
            .env("GCE_METADATA_HOST", "127.0.0.1:1")
            .output()
            .unwrap()
    };
    let said = run(&["plan"]);
    let err = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(3), "{err}");
    for words in ["SEG5002", "gcloud auth", "`--sandbox` needs no cloud"] {
        assert!(err.contains(words), "{err}");
    }
    let said = run(&["plan", "--output", "json"]);
    let error: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(
        (&error["type"], &error["exit"]),
        (&"error".into(), &3.into())
    );
    // Variables that are missing are missing in the manifest.
    segue(&storefront.directory(), &["plan"]).refused(2, &["SEG1027", "${CI_URL}", "^^^^^^^^^"]);
    assert_eq!(files(&storefront), before);
}

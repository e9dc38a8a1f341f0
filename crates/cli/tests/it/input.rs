//! Bad input: each mistake is said with its file, line, a drawn place and what to
//! do; the exit code is 2, and nothing is changed anywhere.

use crate::{
    shell::{Said, files, segue},
    storefront::Storefront,
};
use std::fs;

/// Breaks a copy of the storefront and checks it, for people and for machines.
#[track_caller]
fn broken(spoil: impl FnOnce(&Storefront), words: &[&str]) {
    let storefront = Storefront::new();
    spoil(&storefront);
    let before = files(&storefront);
    let directory = storefront.directory();
    segue(&directory, &["check"]).refused(2, words);
    // Whoever wants to change something is told the same before anything begins.
    segue(&directory, &["apply", "--sandbox", "--yes"]).refused(2, words);
    is_one_error(&segue(&directory, &["check", "--output", "json"]), 2);
    assert_eq!(files(&storefront), before, "something was written");
}

#[track_caller]
fn is_one_error(said: &Said, exit: i32) {
    assert_eq!((said.exit, said.err.as_str()), (Some(exit), ""));
    let lines = said.json();
    assert_eq!(lines.len(), 1, "{}", said.out);
    assert_eq!(
        (&lines[0]["type"], &lines[0]["exit"]),
        (&"error".into(), &exit.into())
    );
}

fn write(storefront: &Storefront, file: &str, text: impl AsRef<[u8]>) {
    fs::write(storefront.directory().join(file), text).unwrap();
}

#[test]
fn a_typo_in_a_key() {
    broken(
        |it| {
            it.edit(
                "segue.yaml",
                "    needs: [common-config]",
                "    neds: [common-config]",
            )
        },
        &[
            "SEG1006",
            "segue.yaml:64:5",
            "^^^^ unknown key",
            "did you mean `needs`?",
        ],
    );
}

#[test]
fn an_unknown_module() {
    broken(
        |it| {
            it.edit(
                "segue.yaml",
                "billing-service: \">=2.0, <3\"",
                "biling-service: \"*\"",
            )
        },
        &[
            "SEG1010",
            "segue.yaml:",
            "^^^^^^^^^^^^^^ not a module",
            "did you mean `billing-service`?",
        ],
    );
}

#[test]
fn a_cycle() {
    broken(
        |it| {
            let config = "    manifests: config/\n";
            it.edit(
                "segue.yaml",
                config,
                &format!("{config}    needs: [order-service]\n"),
            );
        },
        &[
            "SEG1013",
            "common-config → order-service → common-config",
            "segue.yaml:54:13",
            "^^^",
        ],
    );
}

#[test]
fn a_duplicate_key() {
    broken(
        |it| {
            it.edit(
                "segue.yaml",
                "    concurrency: 40",
                "    concurrency: 40\n    concurrency: 41",
            )
        },
        &["SEG1007", "first here", "^^^^^^^^^^^ again"],
    );
}

#[test]
fn a_missing_chart() {
    broken(
        |it| fs::remove_dir_all(it.directory().join("charts/auth-service")).unwrap(),
        &["SEG1020", "segue.yaml:63:20", "^^^^^^^^^^^^^^^^^^^"],
    );
}

#[test]
fn a_version_that_is_no_version() {
    broken(
        |it| it.edit("segue.yaml", "version: 2.1.0", "version: two"),
        &["SEG1014", "segue.yaml:62:14", "^^^", "`2.1.0`"],
    );
}

#[test]
fn a_range_that_is_not_met() {
    broken(
        |it| {
            it.edit(
                "segue.yaml",
                "auth-service: \">=2.0, <3\"",
                "auth-service: \">=3.0\"",
            )
        },
        &[
            "SEG1016",
            "released in 2.1.0",
            "^^^^^^^ the range that is needed",
        ],
    );
}

#[test]
fn a_lock_of_another_version() {
    broken(
        |it| it.edit("segue.yaml", "version: 2.1.0", "version: 2.1.1"),
        &[
            "SEG2004",
            "segue.yaml:62:14",
            "^^^^^ locked at 2.1.0",
            "type `segue lock`",
        ],
    );
}

#[test]
fn a_lock_of_other_files() {
    broken(
        |it| write(it, "billing-service/more.yaml", "a: 1\n"),
        &[
            "SEG2004",
            "billing-service",
            "^^^^^^^^^^^^^^^ its files",
            "type `segue lock`",
        ],
    );
}

#[test]
fn a_lock_that_is_missing() {
    let storefront = Storefront::new();
    let directory = storefront.directory();
    fs::remove_file(directory.join("segue.lock")).unwrap();
    // Whoever has just written a manifest has none yet; whoever plans needs one.
    let check = segue(&directory, &["check"]);
    assert_eq!(check.exit, Some(0), "{}", check.err);
    assert!(check.out.contains("not locked yet: segue lock ."));
    let words = ["SEG2001", "there is no ./segue.lock", "type `segue lock`"];
    segue(&directory, &["plan", "--sandbox"]).refused(2, &words);
}

#[test]
fn a_lock_that_was_cut_short() {
    broken(
        |it| {
            let text = fs::read_to_string(it.directory().join("segue.lock")).unwrap();
            let kept = text.lines().count() * 3 / 4;
            let lines: Vec<_> = text.lines().take(kept).collect();
            write(it, "segue.lock", lines.join("\n"));
        },
        &["SEG2002", "./segue.lock", "cut short", "segue lock"],
    );
}

#[test]
fn a_lock_with_the_marks_of_a_merge() {
    broken(
        |it| {
            it.edit(
                "segue.lock",
                "  auth-service:\n",
                "<<<<<<< HEAD\n  auth-service:\n",
            )
        },
        &[
            "SEG2002",
            "--> ./segue.lock:14:1",
            "14 | <<<<<<< HEAD",
            "segue lock",
        ],
    );
}

#[test]
fn a_lock_of_a_newer_format() {
    broken(
        |it| it.edit("segue.lock", "format: 1", "format: 9"),
        &["SEG2003", "format 9", "newer Segue"],
    );
}

#[test]
fn a_lock_of_a_hundred_megabytes() {
    let huge = |it: &Storefront| {
        let file = fs::File::create(it.directory().join("segue.lock")).unwrap();
        file.set_len(100 << 20).unwrap();
    };
    let storefront = Storefront::new();
    huge(&storefront);
    segue(&storefront.directory(), &["check"]).refused(2, &["SEG2021", "16 MiB"]);
}

#[test]
fn ten_megabytes_of_yaml() {
    broken(
        |it| write(it, "segue.yaml", "x: y\n".repeat(2 << 20)),
        &["SEG1002", "10485760 bytes", "at most 1 MiB"],
    );
}

#[test]
fn yaml_nested_a_hundred_thousand_times() {
    let deep = format!("modules: {}", "[".repeat(100_000));
    broken(|it| write(it, "segue.yaml", deep), &["segue.yaml:1:", "^"]);
}

#[test]
fn an_alias_bomb() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (of, name) in ["a", "b", "c", "d", "e", "f"]
        .iter()
        .zip(["b", "c", "d", "e", "f", "g"])
    {
        bomb += &format!(
            "{name}: &{name} [{}]\n",
            [format!("*{of}").as_str(); 9].join(", ")
        );
    }
    broken(|it| write(it, "segue.yaml", bomb), &["SEG1002", "anchors"]);
}

#[test]
fn bytes_that_are_no_text() {
    broken(
        |it| write(it, "segue.yaml", [0x80, 0xff, 0, 7, 27]),
        &["SEG1003", "UTF-8"],
    );
}

#[test]
fn an_empty_file() {
    broken(
        |it| write(it, "segue.yaml", ""),
        &["SEG1004", "segue schema"],
    );
}

#[test]
fn a_directory_in_place_of_a_file() {
    broken(
        |it| {
            fs::remove_file(it.directory().join("segue.yaml")).unwrap();
            fs::create_dir(it.directory().join("segue.yaml")).unwrap();
        },
        &["SEG2201", "./segue.yaml cannot be read", "it is no file"],
    );
}

#[test]
fn a_directory_without_a_manifest() {
    let elsewhere = tempfile::tempdir().unwrap();
    let hint = ["SEG2201", "there is no ./segue.yaml", "name the directory"];
    for command in [
        "check", "graph", "lock", "plan", "apply", "resume", "status", "history", "sandbox",
    ] {
        segue(elsewhere.path(), &[command]).refused(2, &hint);
        is_one_error(&segue(elsewhere.path(), &[command, "--output", "json"]), 2);
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn a_path_with_spaces_and_other_letters_is_fine() {
    let storefront = Storefront::new();
    let named = storefront.directory().with_file_name("mein Läden ✓");
    fs::rename(storefront.directory(), &named).unwrap();
    let said = segue(named.parent().unwrap(), &["check", "mein Läden ✓"]);
    assert_eq!(said.exit, Some(0), "{}", said.err);
}

#[test]
fn arguments_that_are_none() {
    let storefront = Storefront::new();
    let before = files(&storefront);
    let cases: [(&[&str], &str); 9] = [
        (&["nope"], "unrecognized subcommand"),
        (&["check", "--nope"], "unexpected argument"),
        (&["apply", "--sandbox", "--speed", "0"], "0.01 to 1000"),
        (&["apply", "--sandbox", "--speed", "NaN"], "0.01 to 1000"),
        (
            &["apply", "--sandbox", "--requests", "999999999999"],
            "200000",
        ),
        (
            &["apply", "--sandbox", "--fault", "auth-service=nope"],
            "never-ready",
        ),
        (
            &["apply", "--sandbox", "--fault", "auth-service"],
            "MODULE=KIND",
        ),
        (
            &["apply", "--fault", "auth-service=never-ready"],
            "--sandbox",
        ),
        (
            &["apply", "--sandbox", "--fault", "nope=never-ready"],
            "auth-service",
        ),
    ];
    for (arguments, words) in cases {
        segue(&storefront.directory(), arguments).refused(2, &[words]);
        let json = [arguments, &["--output", "json"]].concat();
        is_one_error(&segue(&storefront.directory(), &json), 2);
    }
    assert_eq!(files(&storefront), before);
}

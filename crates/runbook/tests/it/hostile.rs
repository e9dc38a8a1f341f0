//! Pages that are wrong: a message that quotes the line, a marked gap where there can be
//! one, and never a panic.

use super::parsed;
use proptest::prelude::*;
use segue_runbook::{Kind, Problem, import};
use std::{fs, path::PathBuf};

/// The problems of a page, as people see them.
fn problems(page: &str) -> String {
    let imported = import(page.as_bytes(), "page.md");
    parsed(&imported.manifest);
    let all: Vec<_> = imported.problems.iter().map(ToString::to_string).collect();
    all.join("\n")
}

#[test]
fn a_page_without_modules_says_so() {
    insta::assert_snapshot!(problems("# Runbook\n\nWe deploy on Tuesdays.\n"));
    assert!(
        import(b"# Runbook\n\nWe deploy.\n", "page.md")
            .manifest
            .contains("modules: {}  # TODO(owner)")
    );
}

#[test]
fn no_text_is_said_to_be_none() {
    for page in [
        &b""[..],
        b" \n\n",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0",
        &[0xff, 0xfe],
    ] {
        let imported = import(page, "page.md");
        parsed(&imported.manifest);
        assert_eq!(imported.problems[0].code, Problem::NO_TEXT);
    }
}

#[test]
fn tables_that_disagree_are_both_quoted() {
    insta::assert_snapshot!(problems(
        "| Step | Module | Platform |\n|--|--|--|\n| 1 | auth | AKS |\n| 2 | web | GKE |\n\n\
         ## Rollout\n\n| Step | Module | Platform |\n|--|--|--|\n| 1 | web | GKE |\n| 2 | auth | GKE |\n"
    ));
}

#[test]
fn a_circle_quotes_its_notes_and_is_broken() {
    let page = "| Module | Platform | Notes |\n|--|--|--|\n| a-one | AKS | Depends on c-three |\n| b-two | AKS | Depends on a-one |\n| c-three | AKS | Requires b-two to be up |\n";
    insta::assert_snapshot!(problems(page));
    let manifest = parsed(&import(page.as_bytes(), "page.md").manifest);
    let needs: usize = manifest
        .modules
        .iter()
        .map(|module| module.needs.len())
        .sum();
    assert_eq!(needs, 2);
}

#[test]
fn an_unknown_platform_is_a_marked_gap() {
    let page = "| Module | Platform | Notes |\n|--|--|--|\n| auth | AWS Lambda | |\n| web | the moon | |\n| shop | AKS | Depends on Postgres |\n| both | AKS and Cloud Run | |\n";
    insta::assert_snapshot!(problems(page));
    let manifest = import(page.as_bytes(), "page.md").manifest;
    assert!(
        manifest.contains("aws-lambda:  # TODO(owner)"),
        "{manifest}"
    );
}

#[test]
fn steps_against_needs_and_two_last_ones_are_said() {
    insta::assert_snapshot!(problems(
        "| Step | Module | Platform | Notes |\n|--|--|--|--|\n| 1 | web | AKS | Depends on auth |\n| 2 | auth | AKS | should be last |\n| 3 | shop | AKS | must be last |\n"
    ));
}

#[test]
fn more_than_a_manifest_holds_is_said() {
    let rows: String = (0..3000)
        .map(|it| format!("| m-{it} | AKS | used by all services |\n"))
        .collect();
    let page = format!("| Module | Platform | Notes |\n|--|--|--|\n{rows}");
    let imported = import(page.as_bytes(), "page.md");
    assert!(
        imported
            .problems
            .iter()
            .any(|it| it.code == Problem::TOO_MUCH)
    );
    parsed(&imported.manifest);
}

#[test]
fn nothing_is_dropped_in_silence() {
    let page = "| Module | Platform | Notes |\n|--|--|--|\n| auth | AKS | Sing a song; depends on web |\n| web | AKS | |\n\n- Buy milk.\n";
    let imported = import(page.as_bytes(), "page.md");
    let left: Vec<_> = imported
        .of(Kind::LeftOver)
        .map(|it| (it.line, it.quote.as_str()))
        .collect();
    assert_eq!(left, [(3, "Sing a song; depends on web"), (6, "Buy milk")]);
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/corpus");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .filter(|it| it.extension().is_some_and(|it| it != "facts"))
        .map(|it| fs::read(it).unwrap())
        .collect()
}

/// One change to the bytes of a page.
#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize),
    Swap(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let any = any::<usize>;
    prop_oneof![
        (any(), 0..200_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (any(), proptest::collection::vec(any_byte(), 1..20))
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (any(), 0..200_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
        (any(), any()).prop_map(|(a, b)| Change::Swap(a, b)),
    ]
}

/// Signs that mean something to a reader, more often than others.
fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        any::<u8>(),
        proptest::sample::select(b"|-<>/`\t\n:;,.#*[]()&%= 0\r".to_vec())
    ]
}

fn changed(mut page: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = page.len().max(1);
        let range = |at: usize, count: usize| {
            (at % length).min(page.len())..(at % length + count).min(page.len())
        };
        match change {
            Change::Cut(at, count) => drop(page.drain(range(*at, *count))),
            Change::Insert(at, bytes) => drop(page.splice(range(*at, 0), bytes.iter().copied())),
            Change::Repeat(at, count) => {
                let again = page[range(*at, *count)].to_vec();
                page.splice(range(*at, 0), again);
            }
            Change::Swap(a, b) if !page.is_empty() => page.swap(a % length, b % length),
            Change::Swap(..) => {}
        }
    }
    page
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_bytes_become_a_manifest(bytes in proptest::collection::vec(any_byte(), 0..600)) {
        parsed(&import(&bytes, "page.md").manifest);
    }

    #[test]
    fn any_text_becomes_a_manifest(text in "\\PC{0,300}", name in "\\PC{0,30}") {
        let page = format!("| Module | Platform | Depends on |\n|--|--|--|\n| {text} | AKS | {name} |\n| {name} | {text} | {text} |\n");
        parsed(&import(page.as_bytes(), &name).manifest);
    }

    #[test]
    fn changed_pages_become_manifests(which in any::<usize>(), changes in proptest::collection::vec(change(), 1..12)) {
        let pages = corpus();
        let page = changed(pages[which % pages.len()].clone(), &changes);
        parsed(&import(&page, "page.md").manifest);
    }
}

//! Input that means no good: refused quickly, and never with a panic.

use crate::{read, report, storefront};
use proptest::prelude::*;

fn code(text: impl AsRef<[u8]>) -> String {
    let (_, parsed) = read(text);
    assert!(parsed.manifest.is_none());
    let codes: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|it| it.code.as_str())
        .collect();
    codes.join(" ")
}

#[test]
fn more_than_a_mebibyte_is_refused() {
    assert_eq!(code(vec![b'#'; (1 << 20) + 1]), "SEG1002");
}

#[test]
fn what_is_not_utf8_is_pointed_at() {
    insta::assert_snapshot!(report(b"version: 1\nenvironment: caf\xe9\n"));
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{a: ", "- ", "? "] {
        let text = open.repeat(100_000);
        let code = code(&text);
        assert!(
            ["SEG1001", "SEG1002"].contains(&code.as_str()),
            "{open} {code}"
        );
    }
    let mut blocks = String::new();
    for depth in 0..1_000 {
        blocks.push_str(&" ".repeat(depth));
        blocks.push_str("a:\n");
    }
    assert_eq!(code(blocks), "SEG1002");
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let former = format!("*a{}, ", level - 1).repeat(9);
        text.push_str(&format!("a{level}: &a{level} [{former}]\n"));
    }
    assert_eq!(code(text), "SEG1002");
}

#[test]
fn many_problems_are_not_all_named() {
    let keys: String = (0..20_000).map(|n| format!("k{n}: 1\n")).collect();
    let (_, parsed) = read(format!("version: 1\n{keys}"));
    assert_eq!(parsed.diagnostics.len(), 100);
}

/// Work that grows with the square of the input is cut short.
#[test]
fn thousands_of_modules_are_no_burden() {
    let head = "version: 1\nenvironment: x\nmodules:\n";
    let module = |name: usize, need: String| {
        format!("  m{name}: {{ on: a, version: 1.0.0, manifests: m, needs: [{need}] }}\n")
    };
    let tail = "targets: { a: { kubernetes: { context: c, namespace: n } } }\n";
    let circle: String = (0..3_000)
        .map(|n| module(n, format!("m{}", (n + 1) % 3_000)))
        .collect();
    let said = report(format!("{head}{circle}{tail}"));
    assert!(
        said.contains("SEG1013") && said.len() < 20_000,
        "{}",
        said.len()
    );
    let unknown: String = (0..3_000).map(|n| module(n, format!("mm{n}"))).collect();
    let (_, parsed) = read(format!("{head}{unknown}{tail}"));
    assert_eq!(parsed.diagnostics.len(), 100);
}

#[test]
fn one_huge_text_is_drawn_in_few_columns() {
    let text = format!("version: {}\n", "x".repeat(1 << 19));
    assert!(report(text).lines().all(|line| line.len() < 400));
}

#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let said = report("version: 1\nenvironment: \"\\e[2J\"\n\"\\e]0;x\\a\": 1\n\u{1b}[31m: 2\n");
    assert!(!said.contains(['\u{1b}', '\u{7}']), "{said:?}");
}

/// Rendering included: a place that splits a character must not be a panic either.
fn survives(text: &[u8]) {
    let (source, parsed) = read(text);
    for diagnostic in &parsed.diagnostics {
        diagnostic.render(&source, true);
        serde_json::to_string(diagnostic).unwrap();
    }
    let errors = !parsed.diagnostics.is_empty();
    assert_eq!(parsed.manifest.is_none(), errors);
}

fn yaml_ish() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "version",
        "modules",
        "targets",
        "on",
        "needs",
        "order",
        "last",
        "shift",
        "after",
        "gates",
        "kubernetes",
        "cloud-run",
        "1",
        "1.0.0",
        ">=2",
        "100%",
        "~",
        "true",
        ".nan",
        "\"",
        "'",
        "&a",
        "*a",
        "<<",
        "!!str",
        "!x",
        "|",
        ">",
        "-",
        "?",
        ":",
        ": ",
        "- ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "#",
        "%",
        "@",
        "${A}",
        "${",
        "$$",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "\r\n",
        "---",
        "...",
        "é",
        "\u{feff}",
        "\0",
        "𝒳",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&bytes);
    }

    #[test]
    fn no_fragment_panics(text in yaml_ish()) {
        survives(text.as_bytes());
    }

    #[test]
    fn no_mutation_of_the_storefront_panics(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, yaml_ish()), 1..4)
    ) {
        let mut text = storefront::text().into_bytes();
        for (at, length, put) in edits {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, put.into_bytes());
        }
        survives(&text);
    }
}

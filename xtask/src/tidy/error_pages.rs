//! Every code has a page, and every page a code.

use super::tree::{File, Tree};
use std::collections::BTreeSet;

/// Stands for any code, in tests.
const ANY: &str = "SEG0000";

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let used: BTreeSet<_> = tree.sources().flat_map(|file| codes(&file.text)).collect();
    let pages: Vec<_> = tree.files.iter().filter_map(page).collect();
    let mut problems = Vec::new();
    for code in &used {
        if *code != ANY && !pages.iter().any(|(name, _)| name == code) {
            problems.push(format!("docs/errors/{code}.md: there is no such page"));
        }
    }
    for (name, file) in pages {
        if !used.contains(name) {
            problems.push(format!("{}: no source uses this code", file.path));
        }
        if !file.text.starts_with(&format!("# {name}: ")) {
            problems.push(format!("{}: must open with `# {name}: …`", file.path));
        }
    }
    problems
}

/// A page of an error, with the name that it has.
fn page(file: &File) -> Option<(&str, &File)> {
    let name = file.path.strip_prefix("docs/errors/")?;
    let name = name.strip_suffix(".md")?;
    (name != "README").then_some((name, file))
}

/// Everything that reads `SEG` and four digits.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("SEG").filter_map(|(at, _)| {
        let code = text.get(at..at + 7)?;
        let more = text[at + 7..].starts_with(|c: char| c.is_ascii_digit());
        (!more && code[3..].bytes().all(|b| b.is_ascii_digit())).then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        assert_tidy(check);
    }

    #[test]
    fn a_missing_a_superfluous_and_a_nameless_page_are_found() {
        let source = (
            "crates/a/src/lib.rs",
            "\"SEG1001\" SEG1002 SEG0000 SEG10021",
        );
        let pages = [
            source,
            ("docs/errors/SEG1002.md", "# Wrong"),
            ("docs/errors/SEG1003.md", "# SEG1003: gone"),
        ];
        assert_eq!(
            found(check, &pages),
            [
                "docs/errors/SEG1001.md: there is no such page",
                "docs/errors/SEG1002.md: must open with `# SEG1002: …`",
                "docs/errors/SEG1003.md: no source uses this code",
            ]
        );
    }
}

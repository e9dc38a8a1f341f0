//! ARCHITECTURE.md stays true: every crate has its place in the code map, and
//! every test that it says holds a law is there.

use super::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let Some(page) = tree.file(PAGE) else {
        return vec![format!("{PAGE}: is missing")];
    };
    let mut problems = Vec::new();
    for name in tree.crates() {
        if !page.text.contains(&format!("`crates/{name}`")) {
            problems.push(format!("{PAGE}: the code map lacks `crates/{name}`"));
        }
    }
    for test in tests_named(&page.text) {
        let function = format!("fn {test}(");
        if !tree.rust().any(|file| file.text.contains(&function)) {
            problems.push(format!("{PAGE}: there is no test `{test}`"));
        }
    }
    problems
}

/// What stands in backquotes in the table of laws and reads like a function.
fn tests_named(page: &str) -> impl Iterator<Item = &str> {
    let laws = page.split("\n## Laws\n").nth(1).unwrap_or_default();
    let laws = laws.split("\n## ").next().unwrap_or_default();
    laws.split('`').skip(1).step_by(2).filter(|name| {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        name.contains('_') && name.bytes().all(word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn the_code_map_is_true() {
        assert_tidy(check);
    }

    #[test]
    fn a_missing_crate_and_a_missing_test_are_found() {
        let page =
            "`crates/a`\n\n## Laws\n| 1 | `law_one`, `law_two`, `FULL` |\n\n## More\n`no_law`\n";
        let files = [
            (super::PAGE, page),
            ("crates/a/Cargo.toml", ""),
            ("crates/b/Cargo.toml", ""),
            ("crates/a/src/lib.rs", "fn law_one() {}"),
        ];
        assert_eq!(
            found(check, &files),
            [
                "ARCHITECTURE.md: the code map lacks `crates/b`",
                "ARCHITECTURE.md: there is no test `law_two`",
            ]
        );
    }
}

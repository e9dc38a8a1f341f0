//! Every text ends with one newline, and no line with spaces.

use super::tree::Tree;

/// Taken as they came, or written by another program.
fn as_it_came(path: &str) -> bool {
    path.ends_with("deployment-sequence.md") || path.contains("/snapshots/")
}

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| !as_it_came(&file.path)) {
        let text = &file.text;
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            problems.push(format!("{}: must end with one newline", file.path));
        }
        let bare = file.path.ends_with(".rs") || file.path.ends_with(".md");
        for (number, line) in file.lines().filter(|_| bare) {
            if line.ends_with([' ', '\t']) {
                problems.push(format!("{}:{number}: ends with a space", file.path));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn texts_end_as_texts_do() {
        assert_tidy(check);
    }

    #[test]
    fn a_missing_newline_and_a_last_space_are_found() {
        let files = [("a.rs", "a"), ("b.rs", "b \n"), ("c.yaml", "c\n")];
        assert_eq!(
            found(check, &files),
            [
                "a.rs: must end with one newline",
                "b.rs:1: ends with a space"
            ]
        );
    }
}

//! Nothing unfinished, nothing for debugging, no test that is skipped silently.

use super::tree::Tree;

/// Split, so that this file holds none of them.
const LEFTOVERS: [(&str, &str); 4] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("#[ig", "nore"),
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in tree.rust() {
        for (number, line) in file.lines() {
            for (head, tail) in LEFTOVERS {
                if line.contains(&format!("{head}{tail}")) {
                    problems.push(format!("{}:{number}: {head}{tail}", file.path));
                }
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
    fn nothing_is_left_over() {
        assert_tidy(check);
    }

    #[test]
    fn each_leftover_is_found() {
        let text = format!("{}!()\n\n{}nore]\nfn f() {{}}\n", "todo", "#[ig");
        assert_eq!(
            found(check, &[("a.rs", &text)]),
            [
                format!("a.rs:1: {}!(", "todo"),
                format!("a.rs:3: {}nore", "#[ig")
            ]
        );
    }
}

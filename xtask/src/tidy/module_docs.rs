//! Every Rust file opens by saying what it is for.

use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<String> {
    tree.rust()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}: must open with `//!`", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn every_module_says_what_it_is_for() {
        assert_tidy(check);
    }

    #[test]
    fn a_silent_module_is_found() {
        let files = [("a.rs", "//! Well.\n"), ("b.rs", "mod c;\n")];
        assert_eq!(found(check, &files), ["b.rs: must open with `//!`"]);
    }
}

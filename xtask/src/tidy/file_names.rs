//! A file is named after what is in it, so that nothing gathers in a drawer.

use super::tree::Tree;

const DRAWERS: [&str; 8] = [
    "util", "utils", "misc", "helper", "helpers", "imp", "common", "shared",
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let drawers = tree.rust().filter(|file| {
        let mut parts = file.path.trim_end_matches(".rs").split('/');
        parts.any(|part| DRAWERS.contains(&part))
    });
    drawers
        .map(|file| format!("{}: name it after what is in it", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn no_file_is_a_drawer() {
        assert_tidy(check);
    }

    #[test]
    fn drawers_are_found() {
        let files = [
            ("a/utils.rs", ""),
            ("a/misc/b.rs", ""),
            ("a/imports.rs", ""),
        ];
        assert_eq!(found(check, &files).len(), 2);
    }
}

//! A reader holds a file in the head. There is no list of exceptions.

use super::tree::Tree;

const MOST: usize = 600;

pub(super) fn check(tree: &Tree) -> Vec<String> {
    tree.rust()
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > MOST).then(|| format!("{}: {lines} lines, at most {MOST}", file.path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::{MOST, check};

    #[test]
    fn no_file_is_long() {
        assert_tidy(check);
    }

    #[test]
    fn one_line_too_many_is_found() {
        let (short, long) = ("\n".repeat(MOST), "\n".repeat(MOST + 1));
        assert_eq!(found(check, &[("a.rs", &short), ("b.rs", &long)]).len(), 1);
    }
}

//! No path that is right on one machine only.

use super::tree::Tree;

/// Folders in which people's and builders' trees lie, without the slashes
/// around them, so that this file holds none of the paths.
const FOLDERS: [&str; 5] = ["home", "root", "Users", "work", "private"];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &tree.files {
        for (number, line) in file.lines() {
            for folder in FOLDERS {
                if names(line, folder) {
                    problems.push(format!("{}:{number}: a path in /{folder}", file.path));
                }
            }
        }
    }
    problems
}

/// Whether an absolute path into `folder` stands in the line.
fn names(line: &str, folder: &str) -> bool {
    let path = format!("/{folder}/");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // `a/home/b` and `https://host/home/` are no paths of this machine.
        before.is_none_or(|c| !c.is_alphanumeric() && !"./_-}*$)".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn no_path_belongs_to_one_machine() {
        assert_tidy(check);
    }

    #[test]
    fn absolute_paths_are_found_and_relative_ones_are_not() {
        let text = format!(
            "a/home/b {0}home{0}me\n$X{0}work{0}a\n\"{0}work{0}a\"\n",
            '/'
        );
        assert_eq!(
            found(check, &[("a.md", &text)]),
            ["a.md:1: a path in /home", "a.md:3: a path in /work"]
        );
    }
}

//! No platform's name stands in the core: what a platform can do is read from
//! its capabilities, and what it is called is its adapter's business.

use super::tree::Tree;

/// Crates that know no platform.
const CORE: [&str; 8] = [
    "model",
    "plan",
    "release",
    "platform",
    "journal",
    "engine",
    "view",
    "integrations",
];

/// Words, in lower case.
const NAMES: [&str; 12] = [
    "azure",
    "google",
    "kubernetes",
    "k8s",
    "kubectl",
    "aks",
    "gke",
    "helm",
    "cloud run",
    "cloud-run",
    "key-vault",
    "pubsub",
];

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    let core = tree
        .sources()
        .filter(|file| file.room().is_some_and(|room| CORE.contains(&room)));
    for file in core {
        // Tests may take any name as an example.
        for (at, line) in file.without_tests().lines().enumerate() {
            let line = line.to_lowercase();
            for name in NAMES.iter().filter(|name| has_word(&line, name)) {
                problems.push(format!("{}:{}: names {name}", file.path, at + 1));
            }
        }
    }
    problems
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !inside(line[..at].chars().next_back()) && !inside(line[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn the_core_names_no_platform() {
        assert_tidy(check);
    }

    #[test]
    fn a_name_is_found_where_it_must_not_stand() {
        let text = "//! Breaks GKE_X.\n\n#[cfg(test)]\nmod tests { /* aks */ }\n";
        let files = [
            ("crates/plan/src/a.rs", text),
            ("crates/google/src/a.rs", text),
        ];
        assert_eq!(found(check, &files), ["crates/plan/src/a.rs:1: names gke"]);
    }
}

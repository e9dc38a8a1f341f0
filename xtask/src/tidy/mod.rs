//! What no compiler holds: one file per check, each with a test over this tree
//! and one that shows that the check can fail.

mod arrows;
mod code_map;
mod error_pages;
mod file_names;
mod leftovers;
mod lengths;
mod links;
mod machine_paths;
mod module_docs;
mod newlines;
mod platform_names;
mod tree;

use tree::Tree;

/// A check: the problems that it finds, each one line that begins with a path.
type Check = fn(&Tree) -> Vec<String>;

const CHECKS: [(&str, Check); 11] = [
    ("arrows between crates", arrows::check),
    ("code map and laws", code_map::check),
    ("error pages", error_pages::check),
    ("names of files", file_names::check),
    ("leftovers", leftovers::check),
    ("lengths of files", lengths::check),
    ("links", links::check),
    ("machine paths", machine_paths::check),
    ("docs of modules", module_docs::check),
    ("newlines", newlines::check),
    ("names of platforms", platform_names::check),
];

/// Runs every check over the project.
pub(crate) fn run() -> Result<String, String> {
    let tree = Tree::of_project();
    let problems: Vec<_> = CHECKS
        .iter()
        .flat_map(|(name, check)| {
            let found = check(&tree).into_iter();
            found.map(move |problem| format!("{name}: {problem}"))
        })
        .collect();
    if problems.is_empty() {
        Ok(format!("{} checks, nothing to tidy", CHECKS.len()))
    } else {
        Err(problems.join("\n"))
    }
}

/// For the tests of the checks: over the project, and over files made up.
#[cfg(test)]
fn found(check: Check, files: &[(&str, &str)]) -> Vec<String> {
    check(&Tree::made_up(files))
}

#[cfg(test)]
fn assert_tidy(check: Check) {
    let problems = check(&Tree::of_project());
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

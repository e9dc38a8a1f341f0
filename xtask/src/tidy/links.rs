//! Every relative link of every page leads to a file or a folder of the project.

use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<String> {
    let pages = tree.files.iter().filter(|it| it.path.ends_with(".md"));
    pages.flat_map(|page| dead(tree, page)).collect()
}

fn dead(tree: &Tree, page: &File) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in page.lines() {
        for link in links(line) {
            let path = link.split('#').next().unwrap_or_default();
            if !path.is_empty() && !leads(tree, &resolved(&page.path, path)) {
                problems.push(format!("{}:{number}: {link} leads nowhere", page.path));
            }
        }
    }
    problems
}

/// What stands between `](` and `)` and is no address elsewhere.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let link = rest.split(')').next()?;
        (!link.contains("://") && !link.starts_with("mailto:")).then_some(link)
    })
}

fn resolved(page: &str, link: &str) -> String {
    let mut parts: Vec<_> = page.split('/').collect();
    parts.pop();
    for part in link.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn leads(tree: &Tree, path: &str) -> bool {
    let folder = format!("{path}/");
    tree.files
        .iter()
        .any(|file| file.path == path || file.path.starts_with(&folder))
}

#[cfg(test)]
mod tests {
    use super::super::{assert_tidy, found};
    use super::check;

    #[test]
    fn every_link_leads_somewhere() {
        assert_tidy(check);
    }

    #[test]
    fn a_dead_link_is_found() {
        let files = [
            (
                "docs/a.md",
                "[b](b/) [up](../c.md#x) [d](d.md) [e](https://e.example)\n",
            ),
            ("docs/b/f.md", ""),
            ("c.md", ""),
        ];
        assert_eq!(found(check, &files), ["docs/a.md:1: d.md leads nowhere"]);
    }
}

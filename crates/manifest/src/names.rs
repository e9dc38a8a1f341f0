//! Names that a text declares, and names that a person most likely meant.

use crate::node::{Kind, Node};
use std::collections::BTreeSet;

/// The names that the text declares, those of entries that could not be read
/// included: a reference to one of these is not unknown.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub targets: BTreeSet<String>,
    pub modules: BTreeSet<String>,
}

impl Names {
    pub fn of(root: &Node) -> Self {
        Self {
            targets: section(root, "targets"),
            modules: section(root, "modules"),
        }
    }
}

fn section(root: &Node, name: &str) -> BTreeSet<String> {
    let names = |map: &Vec<crate::node::Entry>| map.iter().map(|it| it.name().to_owned()).collect();
    match root.get(name).map(|node| &node.kind) {
        Some(Kind::Map(map)) => names(map),
        _ => BTreeSet::new(),
    }
}

/// More names than this are not compared: hostile input could declare thousands.
const MOST_NAMES: usize = 1000;

/// The known name that a person most likely meant; else all, when they are few.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    // Long texts are no slip of the pen, and comparing them takes quadratic time.
    if name.len() > 64 {
        return None;
    }
    let known: Vec<&str> = known.take(MOST_NAMES).collect();
    let closest = known
        .iter()
        .filter(|candidate| candidate.len() <= 64)
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    match closest {
        Some((_, candidate)) => Some(format!("did you mean `{candidate}`?")),
        None if (1..=12).contains(&known.len()) => {
            Some(format!("known here: `{}`", known.join("`, `")))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_are_understood() {
        let known = ["billing-service", "auth-service", "notifier"];
        let meant = |name| did_you_mean(name, known.into_iter()).unwrap();
        assert_eq!(meant("biling-service"), "did you mean `billing-service`?");
        assert_eq!(meant("notifer"), "did you mean `notifier`?");
        assert_eq!(
            meant("xyz"),
            "known here: `billing-service`, `auth-service`, `notifier`"
        );
    }
}

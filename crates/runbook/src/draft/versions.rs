//! The version of a module that the page does not name: any that the needs of others
//! admit.

use super::Draft;
use crate::{Fact, What, fact::Setting};
use segue_model::{Range, Version};

/// The version of a module of which nothing is said.
const FIRST: &str = "0.1.0";

impl<'a> Draft<'a> {
    /// The version and the fact that says it, if one does.
    pub(super) fn version(&self, id: &str) -> (String, Option<&'a Fact>) {
        let said = self
            .of_module
            .get(id)
            .into_iter()
            .flatten()
            .find_map(|fact| match &fact.what {
                What::Setting {
                    setting: Setting::Version(version),
                    ..
                } => Some((version.clone(), Some(*fact))),
                _ => None,
            });
        said.unwrap_or_else(|| (self.admitted(id), None))
    }

    /// A version in the range that the first need of it asks for.
    fn admitted(&self, id: &str) -> String {
        let ranges = self
            .reading
            .facts
            .iter()
            .filter_map(|fact| match &fact.what {
                What::Needs {
                    provider,
                    range: Some(range),
                    ..
                } if provider == id => Some(range),
                _ => None,
            });
        let fitting = ranges.filter_map(|range| lowest(range)).find(|version| {
            self.reading.facts.iter().all(|fact| match &fact.what {
                What::Needs {
                    provider,
                    range: Some(range),
                    ..
                } if provider == id => admits(range, version),
                _ => true,
            })
        });
        fitting.unwrap_or_else(|| FIRST.to_owned())
    }

    /// Whether the version that the manifest has for a provider is in a range.
    pub(super) fn meets(&self, provider: &str, range: &str) -> bool {
        admits(range, &self.version(provider).0)
    }
}

fn admits(range: &str, version: &str) -> bool {
    match (range.parse::<Range>(), version.parse::<Version>()) {
        (Ok(range), Ok(version)) => range.admits(&version),
        _ => false,
    }
}

/// The lowest version of a range, or one that follows it.
fn lowest(range: &str) -> Option<String> {
    let digits = range.trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut numbers: Vec<u64> = digits
        .split('.')
        .map_while(|it| it.trim_matches('*').parse().ok())
        .take(3)
        .collect();
    numbers.resize(3, 0);
    let text = |numbers: &[u64]| {
        numbers
            .iter()
            .map(u64::to_string)
            .collect::<Vec<_>>()
            .join(".")
    };
    let first = text(&numbers);
    if admits(range, &first) {
        return Some(first);
    }
    numbers[0] = numbers[0].checked_add(1)?;
    Some(text(&numbers)).filter(|next| admits(range, next))
}

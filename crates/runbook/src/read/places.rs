//! Where targets are: namespaces, projects, regions.

use super::{At, Reading, Scope, Sentence, platform};
use crate::{Platform, What, words::Sense};

/// What is said, the manifest's key, and whose it is.
const KEYS: [(Sense, &str, &[Platform]); 6] = [
    (Sense::Namespace, "namespace", &[Platform::Kubernetes]),
    (Sense::Cluster, "context", &[Platform::Kubernetes]),
    (
        Sense::Project,
        "project",
        &[Platform::CloudRun, Platform::CloudFunctions],
    ),
    (
        Sense::Region,
        "region",
        &[Platform::CloudRun, Platform::CloudFunctions],
    ),
    (
        Sense::ResourceGroup,
        "resource-group",
        &[Platform::AzureFunctions],
    ),
    (
        Sense::Subscription,
        "subscription",
        &[Platform::AzureFunctions],
    ),
];

impl Reading {
    /// Reads the places of a sentence; whether there were any.
    pub(super) fn places(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        let mut said = false;
        for (sense, key, platforms) in KEYS {
            let Some(value) = value(sentence, sense, &[]) else {
                continue;
            };
            let named = platform::named(&sentence.marks).targets;
            let targets: Vec<usize> = match scope {
                Scope::Targets(targets) => targets.clone(),
                Scope::Module(module) => self.modules[*module].targets.clone(),
                Scope::Release { .. } => (0..self.targets.len()).collect(),
            };
            let meant = targets.into_iter().filter(|it| {
                let target = &self.targets[*it];
                platforms.contains(&target.platform)
                    && (named.is_empty() || named.iter().any(|(id, _)| *id == target.id))
            });
            for target in meant.collect::<Vec<_>>() {
                let target = self.targets[target].id.clone();
                let other = self.seen.keys().any(|it| matches!(it, What::Place { target: other, key: same, value: before } if *other == target && *same == key && *before != value));
                if other {
                    self.left_over(at, "an earlier line names another one");
                } else {
                    self.understood(
                        at,
                        What::Place {
                            target,
                            key,
                            value: value.clone(),
                        },
                    );
                }
                said = true;
            }
        }
        said
    }
}

/// The value that stands after words: in backticks, after a colon, or one that can be
/// no word of a language. `last` are the words that it stands after, where not all do.
pub(super) fn value(sentence: &Sentence<'_>, sense: Sense, last: &[&str]) -> Option<String> {
    let marks = sentence
        .marks
        .iter()
        .filter(|it| it.sense == sense && !sentence.denied(it));
    let mut ends: Vec<usize> = marks.map(|it| it.to).collect();
    // `(vault `kv-ledger`, …)`: the word alone, somewhere later.
    ends.extend(
        (0..sentence.words.len())
            .filter(|it| last.contains(&sentence.words[*it].text.as_str()))
            .map(|it| it + 1),
    );
    ends.into_iter().find_map(|end| after(sentence.after(end)))
}

fn after(text: &str) -> Option<String> {
    let text = text.trim_start();
    let sign = text.starts_with([':', '=']);
    let text = text.trim_start_matches([':', '=']).trim_start();
    let quoted = text.starts_with('`');
    let text = text.trim_start_matches('`');
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_./".contains(c)))
        .unwrap_or(text.len());
    let value = text[..end].trim_end_matches(['.', '/', '-']);
    let telling = quoted
        || sign
        || value.contains('-') && value.starts_with(|c: char| c.is_ascii_alphanumeric());
    (telling && !value.is_empty() && value.len() <= 90).then(|| value.to_owned())
}

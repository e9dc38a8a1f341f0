//! Values that may have one of several shapes.

use super::{Place, Shape, in_words, is, spot};
use crate::{
    Code, Diagnostic,
    names::did_you_mean,
    node::{Kind, Node},
};
use serde_json::Value;

impl<'a> Shape<'a> {
    pub(super) fn choose(&mut self, node: &mut Node, branches: &'a [Value], at: Place) -> bool {
        let branches: Vec<&Value> = branches.iter().map(|it| self.resolve(it)).collect();
        let words: Option<Vec<&str>> = branches.iter().map(|it| it["const"].as_str()).collect();
        if let Some(words) = words {
            return self.word(node, &words, at);
        }
        let tags: Option<Vec<&str>> = branches.iter().map(|branch| tag(branch)).collect();
        if let (Some(tags), Kind::Map(_)) = (tags, &node.kind) {
            return self.tagged(node, &tags, &branches, at);
        }
        let kinds = || branches.iter().filter_map(|it| it["type"].as_str());
        match branches
            .iter()
            .find(|it| it["type"].as_str().is_some_and(|kind| is(node, kind)))
        {
            Some(branch) => self.check(node, branch, at),
            None => {
                let mut expected: Vec<&str> = kinds().map(in_words).collect();
                expected.dedup();
                self.wrong_type(node, &expected, at);
                false
            }
        }
    }

    /// One of a few words.
    fn word(&mut self, node: &Node, words: &[&str], at: Place) -> bool {
        match &node.kind {
            Kind::Text(text) if words.contains(&text.as_str()) => true,
            Kind::Text(text) => {
                let help = did_you_mean(text, words.iter().copied());
                let message = format!("{at} must be `{}`", words.join("` or `"));
                let diagnostic = Diagnostic::error(Code::WrongType, spot(node, at), message);
                self.found.push(diagnostic.help_if(help));
                false
            }
            _ => {
                self.wrong_type(node, &["a text"], at);
                false
            }
        }
    }

    /// A mapping with exactly one key, which says what it is.
    fn tagged(
        &mut self,
        node: &mut Node,
        tags: &[&str],
        branches: &[&'a Value],
        at: Place,
    ) -> bool {
        let Kind::Map(map) = &mut node.kind else {
            return false;
        };
        let known = |name: &str| tags.iter().position(|tag| *tag == name);
        if map.is_empty() {
            let message = format!("{at} does not say what it is");
            let help = format!("write one of: `{}`", tags.join("`, `"));
            self.found
                .push(Diagnostic::error(Code::MissingKey, at.span, message).help(help));
            return false;
        }
        let mut chosen = None;
        map.retain(|entry| {
            let span = entry.key.span;
            let name = entry.name();
            match (known(name), chosen) {
                (Some(branch), None) => {
                    chosen = Some((branch, span));
                    true
                }
                (Some(_), Some((_, first))) => {
                    let message = format!("{at} can be only one thing");
                    self.found.push(
                        Diagnostic::error(Code::WrongType, span, message)
                            .and(first, "it is this already"),
                    );
                    false
                }
                (None, _) => {
                    self.unknown(name, span, tags.iter().copied());
                    false
                }
            }
        });
        chosen.is_some_and(|(branch, _)| self.check(node, branches[branch], at))
    }
}

/// The only key of a branch that stands for a variant.
fn tag(branch: &Value) -> Option<&str> {
    match branch["required"].as_array()?.as_slice() {
        [only] if branch["properties"].as_object()?.len() == 1 => only.as_str(),
        _ => None,
    }
}

//! Pages that Segue wrote: the manifest stands at their end, and what the rest says
//! must be the same.

use crate::{Fact, Kind, Problem, What, export};
use segue_manifest::{Manifest, Source, parse};
use std::collections::BTreeSet;

/// The manifest at the end of a page, if one stands there and can be read.
pub(crate) fn manifest(page: &str) -> Option<(&str, Manifest)> {
    let text = export::appendix(page)?;
    // What variables stand for is for those who apply.
    let vars = |name: &str| Some(format!("${{{name}}}"));
    let parsed = parse(&Source::new("segue.yaml", text), &vars);
    Some((text, parsed.manifest?))
}

/// What the page says and its manifest does not, or the other way round.
pub(crate) fn differences(facts: &[Fact], manifest: &Manifest, name: &str) -> Vec<Problem> {
    let held = held(manifest);
    let of_tables = |fact: &&Fact| {
        let whole = matches!(
            fact.what,
            What::Module(_) | What::Needs { .. } | What::Last(_)
        );
        fact.kind == Kind::Understood && whole
    };
    let mut said = BTreeSet::new();
    let mut problems = Vec::new();
    for fact in facts.iter().filter(of_tables) {
        let words = fact.what.to_string();
        if !held.contains(&words) {
            let message = format!("the page says `{words}`, and the manifest at its end does not");
            problems.push(problem(
                message,
                name,
                vec![(fact.line, fact.quote.clone())],
            ));
        }
        said.insert(words);
    }
    for words in held.difference(&said) {
        let message =
            format!("the manifest at the end of the page says `{words}`, and the page does not");
        problems.push(problem(message, name, Vec::new()));
    }
    problems.truncate(crate::problem::MOST);
    problems
}

fn problem(message: String, name: &str, lines: Vec<(usize, String)>) -> Problem {
    let help = "the manifest at the end holds; change it or segue.yaml, then write the page again with `segue runbook`".to_owned();
    Problem {
        code: Problem::STALE_PAGE,
        message,
        name: name.to_owned(),
        lines,
        help,
    }
}

/// What a manifest says, in the words of facts.
fn held(manifest: &Manifest) -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    for module in &manifest.modules {
        let id = module.id.to_string();
        held.insert(What::Module(id.clone()).to_string());
        if module.last {
            held.insert(What::Last(id.clone()).to_string());
        }
        for need in &module.needs {
            let range =
                (need.range.value != segue_model::Range::ANY).then(|| need.range.to_string());
            let provider = need.module.to_string();
            held.insert(
                What::Needs {
                    module: id.clone(),
                    provider,
                    range,
                }
                .to_string(),
            );
        }
    }
    held
}

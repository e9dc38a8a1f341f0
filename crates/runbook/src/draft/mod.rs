//! Facts become the text of a manifest: each line that came from the page says from
//! where, each guess says why, and each gap says what belongs there.

mod after;
mod gates;
mod modules;
mod targets;
mod triggers;
mod versions;
mod yaml;

use crate::{Fact, Kind, What, read::Reading};
use std::collections::HashMap;
use yaml::Yaml;

/// What stands in a gap until the owner fills it in.
const GAP: &str = "to-be-filled-in";

/// The most bytes that a manifest may have; see `segue_manifest`.
const MOST_BYTES: usize = 1 << 20;

/// What is written, with every fact at hand by the module that it is about.
struct Draft<'a> {
    reading: &'a Reading,
    of_module: HashMap<&'a str, Vec<&'a Fact>>,
    /// What stands at its top.
    head: &'a [String],
    /// How what is left over came here: `the page says`.
    said: &'a str,
}

/// The manifest's text.
pub(crate) fn write(reading: &Reading, head: &[String], said: &str) -> String {
    let mut of_module: HashMap<_, Vec<_>> = HashMap::new();
    for fact in reading
        .facts
        .iter()
        .filter(|fact| fact.kind != Kind::LeftOver)
    {
        if let Some(module) = module_of(&fact.what) {
            of_module.entry(module).or_default().push(fact);
        }
    }
    let draft = Draft {
        reading,
        of_module,
        head,
        said,
    };
    let full = draft.write(Yaml::new());
    if full.len() < MOST_BYTES {
        return full;
    }
    // A page of thousands of facts: line numbers alone, so that it can be read at all.
    draft.write(Yaml::terse())
}

/// The module that a fact is about.
fn module_of(what: &What) -> Option<&str> {
    match what {
        What::Module(module)
        | What::On { module, .. }
        | What::Needs { module, .. }
        | What::Last(module)
        | What::Trigger { module, .. }
        | What::Setting { module, .. } => Some(module),
        _ => None,
    }
}

impl Draft<'_> {
    fn write(&self, mut yaml: Yaml) -> String {
        self.head(&mut yaml);
        self.targets(&mut yaml);
        self.gates(&mut yaml);
        self.triggers(&mut yaml);
        self.modules(&mut yaml);
        self.after(&mut yaml);
        self.left_over(&mut yaml);
        yaml.finish()
    }

    /// The facts about the release, and not about one module.
    fn release(&self) -> impl Iterator<Item = &Fact> {
        self.reading
            .facts
            .iter()
            .filter(|fact| fact.kind != Kind::LeftOver && module_of(&fact.what).is_none())
    }

    fn module(&self, id: &str) -> &[&Fact] {
        self.of_module.get(id).map_or(&[], Vec::as_slice)
    }

    fn head(&self, yaml: &mut Yaml) {
        self.head.iter().for_each(|line| yaml.comment(0, line));
        let practices: Vec<_> = self
            .release()
            .filter(|it| matches!(it.what, What::Practice(_)))
            .collect();
        if !practices.is_empty() {
            yaml.comment(0, "");
            yaml.comment(
                0,
                "What the page asks for and every release does, without a line:",
            );
        }
        for fact in practices {
            yaml.comment(0, &format!("  line {}: {}", fact.line, yaml.quote(fact)));
        }
        yaml.line(0, "version: 1", "");
        for fact in self.release() {
            match &fact.what {
                What::Environment(name) => {
                    yaml.said(0, &format!("environment: {}", yaml::scalar(name)), fact)
                }
                What::Strict => yaml.said(0, "order: strict", fact),
                _ => {}
            }
        }
    }

    fn left_over(&self, yaml: &mut Yaml) {
        let all: Vec<_> = self
            .reading
            .facts
            .iter()
            .filter(|fact| fact.kind == Kind::LeftOver)
            .collect();
        if all.is_empty() {
            return;
        }
        yaml.blank();
        yaml.comment(
            0,
            &format!("Left over: what {} and no line above does.", self.said),
        );
        for fact in all.iter().take(100) {
            yaml.comment(
                0,
                &format!(
                    "  {} ({})",
                    yaml::at(fact.line, &yaml.quote(fact)),
                    fact.because
                ),
            );
        }
        if let Some(more) = all.len().checked_sub(100).filter(|more| *more > 0) {
            yaml.comment(0, &format!("  and {more} more"));
        }
    }
}

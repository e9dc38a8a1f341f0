//! What was found elsewhere than on a page becomes a manifest in the same way as a page.

use crate::{
    Fact, Platform, Starter, draft,
    read::{self, Module, Reading, Target},
    starter,
};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outline {
    /// The lines of comment at the manifest's top.
    pub head: Vec<String>,
    /// Where modules run, each name once; those that hold a module are written, or all
    /// where there is no module.
    pub sites: Vec<Site>,
    /// What is deployed, each name once, in the order of the manifest.
    pub modules: Vec<Placed>,
    /// What is said of them. A quote names its own place: `compose.yaml:12: image: …`,
    /// and the line is 0.
    pub facts: Vec<Fact>,
}

/// Where modules run; [`crate::What::Place`] says the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The target's name.
    pub id: String,
    /// Its platform.
    pub platform: Platform,
    /// Where it was found.
    pub from: String,
}

/// A module and where it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The module's name.
    pub id: String,
    /// The place of its target in [`Outline::sites`].
    pub on: usize,
}

impl Outline {
    /// The manifest's text, and the files that it names and that lie nowhere yet.
    pub fn draft(self) -> (String, Vec<Starter>) {
        let targets = self.sites.into_iter().map(|site| Target {
            id: site.id,
            platform: site.platform,
            line: 0,
            quote: read::shorten(&site.from),
        });
        let modules = self.modules.into_iter().map(|module| Module {
            id: module.id,
            line: 0,
            quote: String::new(),
            step: None,
            targets: vec![module.on],
            shared: false,
        });
        let facts = self.facts.into_iter().map(|fact| Fact {
            quote: read::shorten(&fact.quote),
            because: read::shorten(&fact.because),
            ..fact
        });
        let reading = Reading::of(modules.collect(), targets.collect(), facts.collect());
        (
            draft::write(&reading, &self.head, "was found"),
            starter::files(&reading),
        )
    }
}

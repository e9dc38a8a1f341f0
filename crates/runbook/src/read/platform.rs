//! Which platforms words name, and the targets that stand for them.

use super::{At, Reading, Target};
use crate::{
    Kind, Platform, Problem, What,
    page::Text,
    words::{self, Mark, Sense},
};

/// What a cell or a heading says of platforms.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Targets that were named, with their platform.
    pub targets: Vec<(&'static str, Platform)>,
    /// All clusters, or none in particular.
    pub shared: bool,
    /// A platform that Segue does not reach.
    pub foreign: bool,
}

/// The target that a sense names.
pub(super) fn target(sense: Sense) -> Option<(&'static str, Platform)> {
    Some(match sense {
        Sense::Aks => ("aks", Platform::Kubernetes),
        Sense::Gke => ("gke", Platform::Kubernetes),
        Sense::Kubernetes => ("kubernetes", Platform::Kubernetes),
        Sense::AzureFunctions => ("azure", Platform::AzureFunctions),
        Sense::CloudRun => ("run", Platform::CloudRun),
        Sense::CloudFunctions => ("functions", Platform::CloudFunctions),
        _ => return None,
    })
}

/// The platforms in words that are about nothing else.
pub(super) fn named(marks: &[Mark<Sense>]) -> Named {
    let mut named = Named::default();
    for mark in marks {
        match target(mark.sense) {
            Some(target) if !named.targets.contains(&target) => named.targets.push(target),
            Some(_) => {}
            None => {
                named.shared |= matches!(mark.sense, Sense::Together | Sense::All);
                named.foreign |= mark.sense == Sense::Foreign;
            }
        }
    }
    named
}

/// Whether a word can begin the name of a target, and nothing but platforms is named.
pub(super) fn is_platform(text: &str) -> bool {
    let words = words::words(text);
    let named = named(&words::senses(&words));
    !named.targets.is_empty() || named.shared || named.foreign
}

impl Reading {
    /// The place of a target, which is there from now on.
    pub(super) fn target(&mut self, id: &str, platform: Platform, at: At<'_>) -> usize {
        if let Some(known) = self.targets.iter().position(|target| target.id == id) {
            return known;
        }
        let quote = super::shorten(at.quote);
        self.targets.push(Target {
            id: id.to_owned(),
            platform,
            line: at.line,
            quote,
        });
        self.targets.len() - 1
    }

    /// Lets a module run where `text` says; `section` is where it runs when that says
    /// nothing.
    pub(super) fn place(&mut self, module: usize, text: &str, section: &[usize], at: At<'_>) {
        let words = words::words(text);
        let named = named(&words::senses(&words));
        let mut targets: Vec<usize> = Vec::new();
        for (id, platform) in &named.targets {
            let target = self.target(id, *platform, at);
            if self.targets[targets.first().copied().unwrap_or(target)].platform == *platform {
                targets.push(target);
            } else {
                let message = format!(
                    "`{}` runs on more than one platform, and a module of a manifest runs on one",
                    self.modules[module].id
                );
                self.problem(
                    Problem::NOT_SAYABLE,
                    message,
                    &[at],
                    "write one module for each platform; the first one stands in the manifest",
                );
                self.left_over(at, "a module runs on one platform");
            }
        }
        if targets.is_empty() && named.shared {
            self.modules[module].shared = true;
            return;
        }
        if targets.is_empty() && words.is_empty() {
            targets.extend(section);
        }
        let kind = if words.is_empty() {
            Kind::Guessed
        } else {
            Kind::Understood
        };
        if targets.is_empty() {
            targets.push(self.nowhere(module, text, at));
            self.modules[module].targets = targets;
            return;
        }
        self.runs(module, targets, kind, at);
    }

    fn runs(&mut self, module: usize, targets: Vec<usize>, kind: Kind, at: At<'_>) {
        for target in &targets {
            let (module, target) = (
                self.modules[module].id.clone(),
                self.targets[*target].id.clone(),
            );
            let because = if kind == Kind::Guessed {
                "the section that it stands in names the platform"
            } else {
                ""
            };
            self.fact(kind, at, What::On { module, target }, because);
        }
        self.modules[module].targets = targets;
    }

    /// A marked gap in place of a platform.
    fn nowhere(&mut self, module: usize, text: &str, at: At<'_>) -> usize {
        let id = &self.modules[module].id;
        let slug = words::slug(text);
        let (message, name) = if slug.is_empty() {
            (
                format!("the page does not say where `{id}` runs"),
                "unknown",
            )
        } else {
            (
                format!(
                    "`{}` is no platform that Segue knows, and `{id}` runs there",
                    super::shorten(text)
                ),
                slug.as_str(),
            )
        };
        let help = "the manifest has a marked gap: a Kubernetes target in its place. Segue reaches Kubernetes (AKS, GKE and others), Azure Functions, Cloud Run and Cloud Functions";
        self.problem(Problem::PLATFORM, message, &[at], help);
        self.left_over(at, "its platform is none that Segue knows");
        self.target(name, Platform::Unknown, at)
    }

    /// Modules that belong to no one platform run on every cluster.
    pub(super) fn spread_shared(&mut self) {
        for module in 0..self.modules.len() {
            if !self.modules[module].shared {
                continue;
            }
            let Some(quote) = self.modules.get(module).map(|it| it.quote.clone()) else {
                continue;
            };
            let at = At {
                line: self.modules[module].line,
                quote: &quote,
            };
            let clusters = |platform: Platform| platform == Platform::Kubernetes;
            let mut targets: Vec<usize> = (0..self.targets.len())
                .filter(|it| clusters(self.targets[*it].platform))
                .collect();
            if targets.is_empty() {
                targets = self
                    .targets
                    .iter()
                    .position(|it| it.platform != Platform::Unknown)
                    .into_iter()
                    .collect();
            }
            if targets.is_empty() {
                targets.push(self.nowhere(module, "", at));
            }
            for target in &targets {
                let what = What::On {
                    module: self.modules[module].id.clone(),
                    target: self.targets[*target].id.clone(),
                };
                self.guessed(at, what, "shared by all: on every cluster of the page");
            }
            self.modules[module].targets = targets;
        }
    }
}

/// The platforms of the headings that a block stands under.
#[derive(Default)]
pub(super) struct Section {
    open: Vec<(u8, Vec<usize>)>,
}

impl Section {
    pub fn enter(&mut self, reading: &mut Reading, level: u8, text: &Text) {
        self.open.retain(|(other, _)| *other < level);
        let words = words::words(&text.text);
        let at = At {
            line: text.line,
            quote: &text.text,
        };
        let named = named(&words::senses(&words)).targets;
        let targets = named.into_iter().map(|(id, platform)| {
            match reading.targets.iter().position(|it| it.id == id) {
                Some(known) => known,
                None => reading.target(id, platform, at),
            }
        });
        let targets = targets.collect();
        self.open.push((level, targets));
    }

    /// The innermost that names any.
    pub fn targets(&self) -> &[usize] {
        let named = self
            .open
            .iter()
            .rev()
            .find(|(_, targets)| !targets.is_empty());
        named.map_or(&[], |(_, targets)| targets)
    }
}

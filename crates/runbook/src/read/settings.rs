//! Lines of modules: what each platform asks for, and what is looked at.

use super::{At, Reading, Scope, Sentence};
use crate::{Platform, Problem, What, fact::Setting, words::Sense};

/// Containers that meshes inject, and how they call them.
const SIDECARS: [(&str, &str); 10] = [
    ("istio", "istio-proxy"),
    ("linkerd", "linkerd-proxy"),
    ("envoy", "envoy"),
    ("dapr", "daprd"),
    ("cloud", "cloud-sql-proxy"),
    ("cloudsql", "cloud-sql-proxy"),
    ("fluent", "fluent-bit"),
    ("fluentbit", "fluent-bit"),
    ("vault", "vault-agent"),
    ("consul", "consul-dataplane"),
];

impl Reading {
    /// Reads the settings of a sentence; whether there were any.
    pub(super) fn settings(&mut self, scope: &Scope, sentence: &Sentence<'_>, at: At<'_>) -> bool {
        if sentence.any(&[Sense::Rotate, Sense::Pause, Sense::Resume, Sense::Tag]) {
            return false;
        }
        let modules = self.meant(scope, sentence);
        let mut said = false;
        for (setting, platforms) in self.said(sentence, at) {
            let fitting = modules.iter().copied().filter(|it| {
                let own = self.platform(*it);
                platforms.contains(&own) && self.holds(*it, &setting)
            });
            for module in fitting.collect::<Vec<_>>() {
                let module = self.modules[module].id.clone();
                self.understood(
                    at,
                    What::Setting {
                        module,
                        setting: setting.clone(),
                    },
                );
                said = true;
            }
        }
        said
    }

    /// What is said of whole platforms is not said of what is shared by them, and a
    /// subscription is looked at only where there is one.
    fn holds(&self, module: usize, setting: &Setting) -> bool {
        match setting {
            Setting::PubsubPush => {
                let starter = crate::fact::StartedBy::Pubsub;
                self.seen.contains_key(&What::Trigger {
                    module: self.modules[module].id.clone(),
                    starter,
                })
            }
            _ => true,
        }
    }

    /// The modules that a sentence is about: those that it names, else those of its
    /// place, of the platforms that it names, or all.
    fn meant(&self, scope: &Scope, sentence: &Sentence<'_>) -> Vec<usize> {
        if let Scope::Module(module) = scope {
            return vec![*module];
        }
        if !sentence.names.is_empty() {
            return sentence.names.iter().map(|it| it.module).collect();
        }
        let named = super::platform::named(&sentence.marks).targets;
        let named: Vec<usize> = (0..self.targets.len())
            .filter(|it| named.iter().any(|(id, _)| *id == self.targets[*it].id))
            .collect();
        let targets = match scope {
            Scope::Targets(targets) => targets,
            _ if !named.is_empty() => &named,
            _ => {
                return (0..self.modules.len())
                    .filter(|it| !self.modules[*it].shared)
                    .collect();
            }
        };
        let only = |it: &usize| {
            let own = &self.modules[*it].targets;
            !self.modules[*it].shared
                && !own.is_empty()
                && own.iter().all(|target| targets.contains(target))
        };
        (0..self.modules.len()).filter(only).collect()
    }

    /// What a sentence says, and of which platforms it can be said.
    fn said(&mut self, sentence: &Sentence<'_>, at: At<'_>) -> Vec<(Setting, &'static [Platform])> {
        use Platform::{AzureFunctions, CloudFunctions, CloudRun, Kubernetes};
        let mut said: Vec<(Setting, &'static [Platform])> = Vec::new();
        let has = |sense| sentence.has(sense);
        if has(Sense::Helm) {
            said.push((Setting::Helm, &[Kubernetes]));
        }
        if has(Sense::KeyVault) {
            let value = |sense, words| super::places::value(sentence, sense, words);
            let vault = value(Sense::KeyVault, &["vault", "vaults", "keyvault"]);
            let secret = value(Sense::Secret, &["secret"]);
            said.push((
                Setting::KeyVault(vault, secret),
                &[Kubernetes, AzureFunctions, CloudRun, CloudFunctions],
            ));
        }
        if has(Sense::Registry) {
            said.push((Setting::ArtifactRegistry, &[Kubernetes, CloudRun]));
        }
        if let Some(mark) = sentence.mark(Sense::Slot) {
            let near = sentence.quoted().next().or_else(|| {
                sentence
                    .words
                    .get(mark.from.wrapping_sub(1))
                    .map(|it| it.text.as_str())
                    .filter(|it| matches!(*it, "staging" | "blue" | "green" | "canary" | "preview"))
                    .map(|it| {
                        &sentence.text[sentence.text.to_lowercase().find(it).unwrap_or(0)..]
                            [..it.len()]
                    })
            });
            let slot = crate::words::slug(near.unwrap_or("staging"));
            said.push((Setting::Slot(slot), &[AzureFunctions]));
        }
        if sentence.any(&[Sense::Sidecar, Sense::Mesh]) {
            self.sidecars(sentence, at, &mut said);
        }
        if has(Sense::Insights) {
            said.push((Setting::ApplicationInsights, &[AzureFunctions]));
        }
        if let Some(mark) = sentence.mark(Sense::Concurrency) {
            let number = sentence
                .words
                .iter()
                .filter_map(|it| it.text.parse().ok())
                .find(|it| (1..=1000).contains(it));
            debug_assert!(mark.to <= sentence.words.len());
            said.push((Setting::Concurrency(number), &[CloudRun]));
        }
        if has(Sense::PubSub) && has(Sense::Permission) {
            said.push((Setting::PubsubPush, &[CloudRun]));
        } else if has(Sense::Iam) {
            said.push((Setting::ServiceAccount, &[CloudRun, CloudFunctions]));
            said.push((Setting::Invokers, &[CloudRun, CloudFunctions]));
        }
        if let Some(steps) = shift(sentence) {
            said.push((Setting::Shift(steps), &[CloudRun]));
        }
        if let Some(path) = health(sentence) {
            said.push((
                Setting::Health(path),
                &[Kubernetes, AzureFunctions, CloudRun, CloudFunctions],
            ));
        }
        said
    }

    fn sidecars(
        &mut self,
        sentence: &Sentence<'_>,
        at: At<'_>,
        said: &mut Vec<(Setting, &'static [Platform])>,
    ) {
        let meshes = sentence.marks.iter().filter(|it| it.sense == Sense::Mesh);
        let names = meshes.filter_map(|mark| {
            let word = sentence.words[mark.from].text.as_str();
            SIDECARS
                .iter()
                .find(|(known, _)| *known == word)
                .map(|(_, name)| *name)
        });
        let before = said.len();
        said.extend(names.map(|name| {
            (
                Setting::Sidecar(name.to_owned()),
                &[Platform::Kubernetes] as &[_],
            )
        }));
        if said.len() == before || sentence.has(Sense::Logging) {
            self.left_over(at, "a container that the page does not name stands in no line; add its name to `sidecars`");
        }
    }

    /// The version of a module, where the text is one.
    pub(super) fn version(&mut self, module: usize, text: &str, at: At<'_>) {
        let text = text.trim().trim_matches('`').trim_start_matches(['v', 'V']);
        if text.is_empty() || matches!(text, "-" | "–" | "—") {
            return;
        }
        let points = text.matches('.').count();
        let whole = match points {
            0 => format!("{text}.0.0"),
            1 => format!("{text}.0"),
            _ => text.to_owned(),
        };
        let version: Option<segue_model::Version> = whole.parse().ok();
        match version {
            Some(version) => {
                let (module, setting) = (
                    self.modules[module].id.clone(),
                    Setting::Version(version.to_string()),
                );
                self.understood(at, What::Setting { module, setting });
            }
            None => {
                let message = format!(
                    "`{}` is no version (Semantic Versioning)",
                    super::shorten(text)
                );
                self.problem(
                    Problem::NOT_SAYABLE,
                    message,
                    &[at],
                    "write three numbers, for example `2.1.0`",
                );
                self.left_over(at, "its version is none");
            }
        }
    }

    /// The image of a module that is deployed from one.
    pub(super) fn image(&mut self, module: usize, text: &str, at: At<'_>) {
        let text = text.trim().trim_matches('`');
        let name = text.split('@').next().unwrap_or_default();
        let tail = name.rsplit('/').next().unwrap_or_default();
        let (name, tag) = match tail.split_once(':') {
            Some((_, tag)) => (&name[..name.len() - tag.len() - 1], tag),
            None => (name, ""),
        };
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "./-_:".contains(c));
        if !plain {
            return self.left_over(at, "this is no image");
        }
        let (id, setting) = (
            self.modules[module].id.clone(),
            Setting::Image(name.to_owned()),
        );
        self.understood(
            at,
            What::Setting {
                module: id,
                setting,
            },
        );
        let tag = tag.trim_start_matches('v');
        if tag.parse::<segue_model::Version>().is_ok() {
            self.version(module, tag, at);
        }
    }
}

/// The steps in which traffic moves.
fn shift(sentence: &Sentence<'_>) -> Option<Vec<u8>> {
    let mut steps = sentence.percents();
    let growing = steps.windows(2).all(|pair| pair[0] < pair[1]);
    if steps.is_empty()
        || !growing
        || !sentence.any(&[Sense::Traffic, Sense::Canary]) && steps.len() < 2
    {
        return None;
    }
    if steps.last() != Some(&100) {
        steps.push(100);
    }
    Some(steps)
}

/// The path that answers whether something is healthy.
fn health(sentence: &Sentence<'_>) -> Option<String> {
    if !sentence.any(&[Sense::Health, Sense::Readiness]) {
        return None;
    }
    let mut parts = sentence.text.split(|c: char| c.is_whitespace() || c == '`');
    let path = parts.find(|it| it.starts_with('/') && it.len() > 1)?;
    let path = path.trim_end_matches(['.', ',', ')', ';']);
    let plain = path
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "/-_.".contains(c));
    plain.then(|| path.to_owned())
}

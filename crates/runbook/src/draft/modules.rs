//! `modules:`.

use super::{
    Draft, GAP,
    yaml::{Yaml, scalar},
};
use crate::{Fact, Platform, What, fact::Setting, read::Module};

impl Draft<'_> {
    pub(super) fn modules(&self, yaml: &mut Yaml) {
        yaml.blank();
        if self.reading.modules.is_empty() {
            return yaml.gap(0, "modules: {}", "what is deployed; no module was found");
        }
        yaml.line(0, "modules:", "");
        for (at, module) in self.reading.modules.iter().enumerate() {
            if at > 0 {
                yaml.blank();
            }
            let facts = self.module(&module.id);
            match facts
                .iter()
                .find(|fact| matches!(fact.what, What::Module(_)))
            {
                Some(fact) => yaml.said(1, &format!("{}:", scalar(&module.id)), fact),
                None => yaml.line(1, &format!("{}:", scalar(&module.id)), ""),
            }
            self.on(module, yaml);
            self.deployed(module, yaml);
            self.needs(module, yaml);
            for fact in facts
                .iter()
                .filter(|fact| matches!(fact.what, What::Last(_)))
            {
                yaml.said(2, "order: last", fact);
            }
            settings(facts, yaml);
            checks(facts, yaml);
        }
    }

    fn on(&self, module: &Module, yaml: &mut Yaml) {
        let targets: Vec<_> = module
            .targets
            .iter()
            .filter_map(|at| self.reading.targets.get(*at))
            .map(|target| scalar(&target.id))
            .collect();
        let fact = self
            .module(&module.id)
            .iter()
            .find(|fact| matches!(fact.what, What::On { .. }));
        let text = match targets.as_slice() {
            [one] => format!("on: {one}"),
            many => format!("on: [{}]", many.join(", ")),
        };
        match fact {
            // The row itself stands one line above.
            Some(fact) if fact.line != module.line || fact.kind == crate::Kind::Guessed => {
                yaml.said(2, &text, fact)
            }
            Some(_) => yaml.line(2, &text, ""),
            None => yaml.gap(2, &text, "where it runs"),
        }
    }

    /// Its version and what is deployed.
    fn deployed(&self, module: &Module, yaml: &mut Yaml) {
        match self.version(&module.id) {
            (version, Some(fact)) => yaml.said(2, &format!("version: {version}"), fact),
            (version, None) => {
                yaml.gap(2, &format!("version: {version}"), "the version to release")
            }
        }
        let facts = self.module(&module.id);
        let id = &module.id;
        let helm = facts.iter().find(|fact| {
            matches!(
                fact.what,
                What::Setting {
                    setting: Setting::Helm,
                    ..
                }
            )
        });
        let image = facts.iter().find_map(|fact| match &fact.what {
            What::Setting {
                setting: Setting::Image(image),
                ..
            } => Some((fact, image)),
            _ => None,
        });
        let cluster = matches!(
            self.platform(module),
            Platform::Kubernetes | Platform::Unknown
        );
        if let Some((fact, line)) = facts.iter().find_map(|fact| Some((fact, lies(fact)?)))
            && cluster
        {
            return yaml.said(2, &line, fact);
        }
        match (self.platform(module), helm, image) {
            (Platform::Kubernetes | Platform::Unknown, Some(fact), _) => {
                yaml.said_with_gap(
                    2,
                    &format!("helm: {{ chart: {} }}", scalar(&format!("charts/{id}"))),
                    fact,
                    "where the chart lies",
                );
            }
            (Platform::Kubernetes | Platform::Unknown, None, _) => {
                yaml.gap(
                    2,
                    &format!("manifests: {}", scalar(&format!("{id}/"))),
                    "where its Kubernetes manifests lie",
                );
            }
            (Platform::AzureFunctions | Platform::CloudRun, _, Some((fact, image))) => {
                yaml.said(2, &format!("image: {}", scalar(image)), fact);
            }
            (Platform::AzureFunctions | Platform::CloudRun, _, None) => {
                yaml.gap(
                    2,
                    &format!("image: {}", scalar(&format!("registry.invalid/{id}"))),
                    "its image, without tag",
                );
            }
            (Platform::CloudFunctions, ..) => {
                yaml.gap(
                    2,
                    &format!("source: gs://{GAP}/{id}.zip"),
                    "its source archive; also `runtime` and `entry-point`",
                );
            }
        }
    }

    pub(super) fn platform(&self, module: &Module) -> Platform {
        let target = module
            .targets
            .first()
            .and_then(|at| self.reading.targets.get(*at));
        target.map_or(Platform::Unknown, |target| target.platform)
    }

    fn needs(&self, module: &Module, yaml: &mut Yaml) {
        let needs = || {
            self.module(&module.id)
                .iter()
                .filter_map(|fact| match &fact.what {
                    What::Needs {
                        provider, range, ..
                    } => Some((*fact, provider, range)),
                    _ => None,
                })
        };
        let mut written: Vec<&str> = Vec::new();
        for (fact, provider, range) in needs() {
            // The same need with and without a range: the range says more.
            let ranged =
                |it: &(&Fact, &String, &Option<String>)| it.1 == provider && it.2.is_some();
            if written.contains(&provider.as_str())
                || range.is_none() && needs().any(|it| ranged(&it))
            {
                continue;
            }
            if written.is_empty() {
                yaml.line(2, "needs:", "");
            }
            written.push(provider);
            let key = scalar(provider);
            match range {
                Some(range) if self.meets(provider, range) => {
                    yaml.said(3, &format!("{key}: \"{range}\""), fact)
                }
                Some(range) => {
                    let gap =
                        format!("the page asks for `{range}`, and the version above is not in it");
                    yaml.said_with_gap(3, &format!("{key}: \"*\""), fact, &gap);
                }
                None => yaml.said(3, &format!("{key}: \"*\""), fact),
            }
        }
    }
}

/// The line for what lies beside the manifest already.
fn lies(fact: &Fact) -> Option<String> {
    match &fact.what {
        What::Setting {
            setting: Setting::Chart(path),
            ..
        } => Some(format!("helm: {{ chart: {} }}", scalar(path))),
        What::Setting {
            setting: Setting::Manifests(path),
            ..
        } => Some(format!("manifests: {}", scalar(path))),
        _ => None,
    }
}

/// Facts of settings, each once, in the order of the page.
fn of<'a, T>(
    facts: &'a [&'a Fact],
    pick: impl Fn(&'a Setting) -> Option<T> + 'a,
) -> impl Iterator<Item = (&'a Fact, T)> {
    facts.iter().filter_map(move |fact| match &fact.what {
        What::Setting { setting, .. } => Some((*fact, pick(setting)?)),
        _ => None,
    })
}

fn settings(facts: &[&Fact], yaml: &mut Yaml) {
    if let Some((fact, slot)) = of(facts, |it| {
        if let Setting::Slot(slot) = it {
            Some(slot)
        } else {
            None
        }
    })
    .next()
    {
        yaml.said(2, &format!("slot: {}", scalar(slot)), fact);
    }
    let mut sidecars = of(facts, |it| {
        if let Setting::Sidecar(name) = it {
            Some(name)
        } else {
            None
        }
    })
    .peekable();
    if sidecars.peek().is_some() {
        yaml.line(2, "sidecars:", "");
    }
    for (fact, name) in sidecars {
        yaml.said(3, &format!("- {}", scalar(name)), fact);
    }
    let concurrency = || {
        of(facts, |it| {
            if let Setting::Concurrency(number) = it {
                Some(*number)
            } else {
                None
            }
        })
    };
    let numbered = concurrency().find(|(_, number)| number.is_some());
    match numbered.or_else(|| concurrency().next()) {
        Some((fact, Some(number))) => yaml.said(2, &format!("concurrency: {number}"), fact),
        Some((fact, None)) => yaml.said_with_gap(
            2,
            "concurrency: 80",
            fact,
            "the limit; 80 is what Cloud Run has without one",
        ),
        None => {}
    }
    if let Some((fact, ())) = of(facts, |it| (*it == Setting::ServiceAccount).then_some(())).next()
    {
        yaml.said_with_gap(
            2,
            &format!("service-account: \"{GAP}@{GAP}.iam.gserviceaccount.com\""),
            fact,
            "the account as which it runs",
        );
    }
    if let Some((fact, ())) = of(facts, |it| (*it == Setting::Invokers).then_some(())).next() {
        yaml.said_with_gap(
            2,
            &format!("invokers: [\"serviceAccount:{GAP}@{GAP}.iam.gserviceaccount.com\"]"),
            fact,
            "who may call it",
        );
    }
    if let Some((fact, steps)) = of(facts, |it| {
        if let Setting::Shift(steps) = it {
            Some(steps)
        } else {
            None
        }
    })
    .next()
    {
        let steps: Vec<_> = steps.iter().map(|step| format!("{step}%")).collect();
        yaml.said(2, &format!("shift: [{}]", steps.join(", ")), fact);
    }
    if let Some((fact, path)) = of(facts, |it| {
        if let Setting::Health(path) = it {
            Some(path)
        } else {
            None
        }
    })
    .next()
    {
        yaml.said(2, &format!("health: {}", scalar(path)), fact);
    }
}

fn checks(facts: &[&Fact], yaml: &mut Yaml) {
    let vaults = || {
        of(facts, |it| {
            if let Setting::KeyVault(vault, secret) = it {
                Some((vault, secret))
            } else {
                None
            }
        })
    };
    let named = vaults().find(|(_, (vault, secret))| vault.is_some() || secret.is_some());
    let vault = named.or_else(|| vaults().next());
    let registry = of(facts, |it| (*it == Setting::ArtifactRegistry).then_some(())).next();
    if vault.is_some() || registry.is_some() {
        yaml.line(2, "checks:", "");
    }
    if let Some((fact, (vault, secret))) = vault {
        let text = |it: &Option<String>| it.as_deref().map_or_else(|| GAP.to_owned(), scalar);
        let line = format!(
            "- key-vault: {{ vault: {}, secrets: [{}] }}",
            text(vault),
            text(secret)
        );
        match (vault, secret) {
            (Some(_), Some(_)) => yaml.said(3, &line, fact),
            _ => yaml.said_with_gap(3, &line, fact, "the vault and the secrets that it reads"),
        }
    }
    if let Some((fact, ())) = registry {
        let line = format!(
            "- artifact-registry: {{ repository: europe-docker.pkg.dev/{GAP}/{GAP}, reader: \"serviceAccount:{GAP}\" }}"
        );
        yaml.said_with_gap(3, &line, fact, "the repository, and who pulls its images");
    }
    let insights = of(facts, |it| {
        (*it == Setting::ApplicationInsights).then_some(())
    })
    .next();
    let push = of(facts, |it| (*it == Setting::PubsubPush).then_some(())).next();
    if insights.is_some() || push.is_some() {
        yaml.line(2, "verify:", "");
    }
    if let Some((fact, ())) = insights {
        yaml.said_with_gap(
            3,
            &format!("- application-insights: {{ component: {GAP} }}"),
            fact,
            "the component",
        );
    }
    if let Some((fact, ())) = push {
        yaml.said_with_gap(
            3,
            &format!("- pubsub-push: {{ subscription: {GAP} }}"),
            fact,
            "the push subscription, as among the triggers",
        );
    }
}

//! Which module runs where: what is written, else what the tools themselves would take.

use crate::finding::{Candidate, Findings, Origin, Said, Site};
use segue_runbook::Platform;
use std::collections::BTreeMap;

/// A target of the manifest.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub id: String,
    pub site: Site,
}

/// Targets, and the target of each module with why it is that one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Placement {
    pub targets: Vec<Target>,
    pub on: Vec<(usize, Said<()>)>,
}

/// The sites among which there is a choice, the likeliest first.
pub(crate) fn choices(sites: &[Site]) -> Vec<usize> {
    let mut all: Vec<usize> = (0..sites.len()).collect();
    let order = |at: &usize| {
        let site = &sites[*at];
        // What takes any container comes before what takes functions.
        let fit = match site.platform {
            Platform::Kubernetes => 0,
            Platform::CloudRun => 1,
            _ => 2,
        };
        (site.local, fit, !site.current)
    };
    all.sort_by_key(order);
    all
}

/// The sites that can run a module.
pub(crate) fn able(module: &Candidate, sites: &[Site]) -> Vec<usize> {
    let mut all = choices(sites);
    if module.needs_cluster() {
        all.retain(|at| sites[*at].platform == Platform::Kubernetes);
    }
    // A container is no function.
    all.retain(|at| sites[*at].platform != Platform::CloudFunctions);
    all
}

/// Places every module; `wished` has the sites that a person named.
pub(crate) fn place(
    modules: &[Candidate],
    found: &Findings,
    wished: &BTreeMap<String, usize>,
) -> Placement {
    let mut placement = Placement::default();
    let usual = usual_namespace(modules);
    for module in modules {
        let (site, why) = site(module, &found.sites, wished);
        let site = with_namespace(site, module, usual.as_ref());
        let at = placement.add(site);
        placement.on.push((at, why));
    }
    if modules.is_empty() {
        for at in choices(&found.sites).into_iter().take(8) {
            let site = with_namespace_of_none(found.sites[at].clone());
            placement.add(site);
        }
    }
    placement
}

/// The namespace that the first module with one has, for those without.
fn usual_namespace(modules: &[Candidate]) -> Option<Said<String>> {
    let mut all = modules.iter().filter_map(|it| it.namespace.as_ref());
    let first = all.next()?;
    Some(Said::guessed(
        first.value.clone(),
        first.at.clone(),
        "another module runs there",
    ))
}

fn site(module: &Candidate, sites: &[Site], wished: &BTreeMap<String, usize>) -> (Site, Said<()>) {
    if let Some(context) = &module.context {
        let known = sites
            .iter()
            .find(|it| it.platform == Platform::Kubernetes && it.name == context.value);
        let site = known.cloned().unwrap_or_else(|| of_context(context));
        return (site, Said::sure((), context.at.clone()));
    }
    let able = able(module, sites);
    if let Some(site) = wished.get(&module.id).and_then(|at| sites.get(*at)) {
        let at = Origin::new(&site.at.file, site.at.line, "as you said".into());
        return (site.clone(), Said::sure((), at));
    }
    let Some(site) = able.first().map(|at| sites[*at].clone()) else {
        return (nowhere(), nothing_leads());
    };
    let at = site.at.clone();
    let others = able.len() - 1;
    let why = match (others, site.current, site.local) {
        (_, _, true) => Said::guessed(
            (),
            at,
            "a cluster on somebody's own machine, and no other is known",
        ),
        (0, _, _) if site.platform != Platform::Kubernetes => {
            Said::guessed((), at, "no cluster is known, and this project is")
        }
        (0, _, _) => Said::sure((), at),
        (_, true, _) => Said::guessed((), at, format!("the current one of {}", others + 1)),
        (_, false, _) => Said::guessed((), at, format!("the first of {}", others + 1)),
    };
    (site, why)
}

fn nothing_leads() -> Said<()> {
    let at = Origin::new("", 0, String::new());
    Said::guessed((), at, "no kubeconfig with a context was found")
}

/// A cluster of which nothing is known.
fn nowhere() -> Site {
    Site {
        platform: Platform::Kubernetes,
        family: "cluster",
        name: String::new(),
        at: Origin::new("", 0, "no kubeconfig with a context was found".into()),
        current: false,
        local: false,
        places: Vec::new(),
    }
}

fn of_context(context: &Said<String>) -> Site {
    Site {
        name: context.value.clone(),
        at: context.at.clone(),
        places: vec![("context", context.clone())],
        ..nowhere()
    }
}

/// The module's own namespace counts for more than the context's.
fn with_namespace(mut site: Site, module: &Candidate, usual: Option<&Said<String>>) -> Site {
    if site.platform != Platform::Kubernetes {
        return site;
    }
    if let Some(namespace) = &module.namespace {
        site.places.retain(|(key, _)| *key != "namespace");
        site.places.push(("namespace", namespace.clone()));
    } else if !site.places.iter().any(|(key, _)| *key == "namespace")
        && let Some(usual) = usual
    {
        site.places.push(("namespace", usual.clone()));
    }
    with_namespace_of_none(site)
}

fn with_namespace_of_none(mut site: Site) -> Site {
    let has = |key| site.places.iter().any(|(it, _)| *it == key);
    if site.platform == Platform::Kubernetes && has("context") && !has("namespace") {
        let because = "no namespace is named; this is what kubectl takes";
        let namespace = Said::guessed("default".to_owned(), site.at.clone(), because);
        site.places.push(("namespace", namespace));
    }
    site
}

impl Placement {
    /// The target of a site, made where there is none yet.
    fn add(&mut self, site: Site) -> usize {
        let same = |it: &Target| {
            let values = |site: &Site| -> Vec<(&'static str, String)> {
                let places = site.places.iter();
                places
                    .map(|(key, said)| (*key, said.value.clone()))
                    .collect()
            };
            it.site.platform == site.platform && values(&it.site) == values(&site)
        };
        if let Some(at) = self.targets.iter().position(same) {
            return at;
        }
        let id = self.name(&site);
        self.targets.push(Target { id, site });
        self.targets.len() - 1
    }

    /// A name that no other target has.
    fn name(&self, site: &Site) -> String {
        let namespace = site.places.iter().find(|(key, _)| *key == "namespace");
        let namespace = namespace.map_or("", |(_, said)| said.value.as_str());
        let slug = segue_runbook::slug;
        let wishes = [
            site.family.to_owned(),
            slug(&format!("{} {namespace}", site.family)),
            slug(&site.name),
            slug(&format!("{} {namespace}", site.name)),
        ];
        let free = |id: &String| !id.is_empty() && self.targets.iter().all(|it| it.id != *id);
        let numbered = (2..).map(|number| format!("{}-{number}", site.family));
        let mut all = wishes.into_iter().chain(numbered);
        all.find(free).unwrap_or_default()
    }
}

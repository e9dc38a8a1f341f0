//! What several files say of one module becomes one module, and contradictions are said.

use crate::{
    Kind, Problem,
    finding::{Candidate, Findings, Said},
};
use std::collections::HashMap;

/// Each module once, in the order that they had.
pub(crate) fn combine(found: &mut Findings) -> Vec<Candidate> {
    let mut all = std::mem::take(&mut found.candidates);
    keep_apart(&mut all);
    name_charts_after_releases(&mut all);
    all.retain(|it| !is_inside(it, found));
    // Who states an order comes first; waves as they follow each other.
    all.sort_by_key(|it| (it.kind, wave(it)));
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    for candidate in all {
        match places.get(&candidate.id) {
            Some(at) => groups[*at].push(candidate),
            None => {
                places.insert(candidate.id.clone(), groups.len());
                groups.push(vec![candidate]);
            }
        }
    }
    groups
        .into_iter()
        .filter_map(|group| merge(group, found))
        .collect()
}

/// Releases of one name are told apart by their namespaces, as a helmfile does.
fn keep_apart(all: &mut [Candidate]) {
    let mut taken: Vec<(String, String)> = Vec::new();
    for it in all.iter_mut().filter(|it| it.apart) {
        let namespace = it.namespace.as_ref().map_or("", |it| it.value.as_str());
        let place = |id: &str| (id.to_owned(), namespace.to_owned());
        if taken
            .iter()
            .any(|(id, other)| *id == it.id && other != namespace)
        {
            it.id = segue_runbook::slug(&format!("{} {namespace}", it.id));
        }
        taken.push(place(&it.id));
    }
}

fn wave(candidate: &Candidate) -> i64 {
    let wave = candidate.wave.as_ref();
    wave.and_then(|it| it.number).unwrap_or_default()
}

/// A chart that a release or an Application deploys is no module of its own.
fn name_charts_after_releases(all: &mut Vec<Candidate>) {
    let path = |it: &Candidate| it.chart.as_ref().map(|it| it.value.clone());
    let mut deployed: HashMap<String, Vec<String>> = HashMap::new();
    for it in all.iter().filter(|it| it.kind != Kind::Helm) {
        if let Some(path) = path(it) {
            deployed.entry(path).or_default().push(it.id.clone());
        }
    }
    let mut named = Vec::new();
    for chart in std::mem::take(all) {
        let releases = path(&chart).filter(|_| chart.kind == Kind::Helm);
        match releases.and_then(|it| deployed.get(&it)) {
            Some(ids) => named.extend(ids.iter().map(|id| Candidate {
                id: id.clone(),
                ..chart.clone()
            })),
            None => named.push(chart),
        }
    }
    *all = named;
}

/// Whether a workload lies in a directory that an Application deploys; its own wave is
/// then one inside of that module.
fn is_inside(candidate: &Candidate, found: &Findings) -> bool {
    let file = &candidate.at.file;
    let inside = |directory: &String| file.starts_with(directory.as_str());
    candidate.is_workload() && found.deployed.iter().any(inside)
}

/// What is released counts for more than what is run on a developer's machine.
fn weight(candidate: &Candidate) -> u8 {
    u8::from(candidate.kind == Kind::Compose)
}

fn merge(group: Vec<Candidate>, found: &mut Findings) -> Option<Candidate> {
    let first = group.first()?.clone();
    let mut group = group;
    group.sort_by_key(weight);
    let mut all = group.into_iter();
    let mut kept = all.next()?;
    for other in all {
        let id = kept.id.clone();
        let mut one = |mine: &mut Option<Said<String>>, theirs, what| {
            take(mine, theirs, &id, what, found);
        };
        one(&mut kept.version, other.version, "version");
        one(&mut kept.namespace, other.namespace, "namespace");
        one(&mut kept.context, other.context, "context");
        one(&mut kept.chart, other.chart, "chart");
        let tags = kept.image.is_none();
        one(&mut kept.image, other.image, "image");
        if tags {
            kept.tag = other.tag;
        }
        if kept.chart.is_none() {
            kept.manifests = kept.manifests.or(other.manifests);
        }
        kept.far_chart = kept.far_chart.or(other.far_chart);
        kept.needs.extend(other.needs);
        kept.wave = kept.wave.or(other.wave);
        // Who has its chart or manifests here is released from here.
        kept.guess = None;
    }
    kept.at = first.at;
    Some(kept)
}

/// Keeps what is there, and marks it where another file says something else.
fn take(
    mine: &mut Option<Said<String>>,
    theirs: Option<Said<String>>,
    id: &str,
    what: &str,
    found: &mut Findings,
) {
    let (Some(kept), Some(other)) = (mine.as_mut(), theirs.as_ref()) else {
        *mine = mine.take().or(theirs);
        return;
    };
    if kept.value != other.value {
        let message = format!("two files give `{id}` another {what}");
        let help = "the manifest has the first of these; correct it if the other is meant";
        let places = [&kept.at, &other.at];
        found.problem(Problem::new("SEG1103", message, &places, help));
        let Said { value, at, .. } = other;
        kept.guess = Some(format!("{}:{} says {value}", at.file, at.line));
    }
}

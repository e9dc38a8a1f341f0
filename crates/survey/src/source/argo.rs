//! Argo CD: Applications, and the waves in which objects are synced.

use super::{Around, inner};
use crate::{
    Kind, Text,
    finding::{Candidate, Findings, Origin, Said, Wave},
    version::version,
    yaml::Node,
};

const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";

/// The group of all Applications.
pub(crate) const APPLICATIONS: &str = "Applications of Argo CD";

pub(super) fn is_application(object: &Node) -> bool {
    let of = |key: &str| object.word(&[key]).map_or("", |(text, _)| text);
    of("apiVersion").starts_with("argoproj.io/")
        && matches!(of("kind"), "Application" | "ApplicationSet")
}

/// The wave that is written and its line.
pub(super) fn wave(object: &Node) -> Option<(i64, usize)> {
    let (text, line) = object.word(&["metadata", "annotations", SYNC_WAVE])?;
    Some((text.parse().ok()?, line))
}

/// What is shown of a wave.
pub(super) fn quote(wave: Option<(i64, usize)>) -> String {
    let number = wave.map_or(0, |(number, _)| number);
    format!("{SYNC_WAVE}: \"{number}\"")
}

/// A place among the waves of a group.
pub(super) fn waved(wave: Option<(i64, usize)>, group: &str) -> Wave {
    Wave {
        group: group.to_owned(),
        number: wave.map(|(number, _)| number),
    }
}

/// An Application becomes a module.
pub(super) fn read(object: &Node, text: &Text, around: &Around<'_>, found: &mut Findings) {
    let Some((name, line)) = object.word(&["metadata", "name"]) else {
        return;
    };
    let file = text.path.as_str();
    let at = Origin::new(file, line, format!("Application {name}"));
    if object
        .word(&["kind"])
        .is_some_and(|(it, _)| it == "ApplicationSet")
    {
        found.leave(
            at,
            "an ApplicationSet makes Applications in the cluster: name what it makes",
        );
        return;
    }
    let Some(mut candidate) = Candidate::new(name, Kind::Argo, at) else {
        return;
    };
    let wave = wave(object);
    candidate.wave = Some(waved(wave, APPLICATIONS));
    if let Some((_, line)) = wave {
        candidate.at.line = line;
        candidate.at.quote = quote(Some(wave.unwrap_or_default()));
    }
    let destination = ["spec", "destination", "namespace"];
    candidate.namespace = object.word(&destination).map(|(name, line)| {
        let at = Origin::new(file, line, format!("namespace: {name}"));
        Said::sure(name.to_owned(), at)
    });
    if let Some((cluster, line)) = object.word(&["spec", "destination", "name"])
        && cluster != "in-cluster"
    {
        let at = Origin::new(file, line, format!("cluster {cluster}"));
        found.leave(
            at,
            "Argo CD's name of a cluster leads to no context of a kubeconfig",
        );
    }
    let single = object.at(&["spec", "source"]);
    let several = object.at(&["spec", "sources"]).map_or(&[][..], Node::items);
    if let Some(source) = single.or(several.first()) {
        deployed(source, text, around, &mut candidate, found);
    }
    found
        .deployed
        .extend(candidate.manifests.iter().map(|it| it.value.clone()));
    found.candidate(candidate);
}

/// Its chart or manifests.
fn deployed(
    source: &Node,
    text: &Text,
    around: &Around<'_>,
    candidate: &mut Candidate,
    found: &mut Findings,
) {
    let file = text.path.as_str();
    if let Some((chart, line)) = source.word(&["chart"]) {
        candidate.far_chart = Some(Origin::new(file, line, format!("chart: {chart}")));
        candidate.version = source
            .word(&["targetRevision"])
            .and_then(|(written, line)| {
                let (version, _) = version(written)?;
                let at = Origin::new(file, line, format!("targetRevision: {written}"));
                Some(Said::guessed(version, at, "the chart's version"))
            });
        return;
    }
    let Some((path, line)) = source.word(&["path"]) else {
        return;
    };
    let at = Origin::new(file, line, format!("path: {path}"));
    let inner = inner("", path).filter(|it| !it.is_empty());
    let Some(inner) = inner.filter(|it| around.is_chart(it) || around.below(it).next().is_some())
    else {
        found.leave(at, "no chart and no manifests lie there, seen from here");
        return;
    };
    if around.is_chart(&inner) {
        candidate.chart = Some(Said::sure(inner, at));
    } else {
        candidate.manifests = Some(Said::sure(format!("{inner}/"), at));
    }
}

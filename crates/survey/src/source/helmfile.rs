//! A helmfile: releases, their charts, and `needs`.

use super::{Around, directory, inner};
use crate::{
    Kind, Text,
    finding::{Candidate, Findings, Origin, Said, is_short},
    version::version,
    yaml::{self, Node},
};
use std::borrow::Cow;

/// Releases become modules.
pub(super) fn read(text: &Text, around: &Around<'_>, found: &mut Findings) {
    let plain = Text {
        text: untemplated(&text.text).into_owned(),
        ..text.clone()
    };
    let documents = yaml::read(&plain, found);
    let defaults = ["helmDefaults", "kubeContext"];
    let context = documents.iter().find_map(|it| word(it, &defaults));
    for document in &documents {
        for (key, _) in document.entries() {
            if matches!(key.text(), Some("helmfiles" | "bases")) {
                let at = Origin::new(&text.path, key.line, key.text().unwrap_or_default().into());
                found.leave(
                    at,
                    "other helmfiles are named here: give them with `--from helmfile:PATH`",
                );
            }
        }
        for release in document.get("releases").map_or(&[][..], Node::items) {
            if let Some(mut candidate) = read_release(release, text, around, found) {
                let own = word(release, &["kubeContext"]);
                candidate.context = own.or(context).map(|(name, line)| {
                    let at = Origin::new(&text.path, line, format!("kubeContext: {name}"));
                    Said::sure(name.to_owned(), at)
                });
                found.candidate(candidate);
            }
        }
    }
}

/// What stands in for a template's value.
const TEMPLATE: &str = "segue-template";

/// A word that no template stands in.
fn word<'a>(node: &'a Node, path: &[&str]) -> Option<(&'a str, usize)> {
    node.word(path).filter(|(text, _)| !text.contains(TEMPLATE))
}

fn read_release(
    release: &Node,
    text: &Text,
    around: &Around<'_>,
    found: &mut Findings,
) -> Option<Candidate> {
    let (name, line) = word(release, &["name"])?;
    let at = Origin::new(&text.path, line, format!("release {name}"));
    if release
        .word(&["installed"])
        .is_some_and(|(it, _)| it == "false")
    {
        found.leave(at, "`installed: false`");
        return None;
    }
    let mut candidate = Candidate::new(name, Kind::Helmfile, at)?;
    candidate.apart = true;
    candidate.namespace = word(release, &["namespace"]).map(|(name, line)| {
        let at = Origin::new(&text.path, line, format!("namespace: {name}"));
        Said::sure(name.to_owned(), at)
    });
    candidate.needs = needs(release, &text.path);
    for key in ["namespace", "chart", "version", "kubeContext"] {
        if let Some((written, line)) = release.word(&[key])
            && written.contains(TEMPLATE)
        {
            let at = Origin::new(&text.path, line, format!("{key} of {name}"));
            found.leave(at, "a template, and templates are not run");
        }
    }
    let Some((chart, line)) = word(release, &["chart"]) else {
        return Some(candidate);
    };
    let at = Origin::new(&text.path, line, format!("chart: {chart}"));
    match inner(directory(&text.path), chart).filter(|path| around.is_chart(path)) {
        Some(path) => candidate.chart = Some(Said::sure(path, at)),
        None => {
            // The version of a chart that lies elsewhere is the nearest to one.
            candidate.version = word(release, &["version"]).and_then(|(written, line)| {
                let (version, _) = version(written)?;
                let at = Origin::new(&text.path, line, format!("version: {written}"));
                Some(Said::guessed(version, at, "the chart's version"))
            });
            candidate.far_chart = Some(at);
        }
    }
    Some(candidate)
}

/// `name`, `namespace/name` or `context/namespace/name`.
fn needs(release: &Node, file: &str) -> Vec<(String, Origin)> {
    let items = release.get("needs").map_or(&[][..], Node::items);
    items
        .iter()
        .filter_map(|node| {
            let text = node.text().filter(|it| is_short(it))?;
            let at = Origin::new(file, node.line, format!("needs: {text}"));
            Some((text.to_owned(), at))
        })
        .collect()
}

/// A helmfile is a Go template: lines of control are blanked, values replaced, so that
/// what is plain can be read. Lines keep their numbers.
fn untemplated(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with("{{") && trimmed.ends_with("}}") {
            plain.push('\n');
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            plain.push_str(before);
            plain.push_str(TEMPLATE);
            rest = after.split_once("}}").map_or("\n", |(_, rest)| rest);
        }
        plain.push_str(rest);
    }
    Cow::Owned(plain)
}

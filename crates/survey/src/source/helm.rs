//! A `Chart.yaml`: the directory is a module, `appVersion` its version.

use super::{directory, inner};
use crate::{
    Kind, Text,
    finding::{Candidate, Findings, Origin, Said},
    version::version,
    yaml,
};

/// The chart becomes a module.
pub(super) fn read(text: &Text, found: &mut Findings) {
    // A starter file that nobody filled in says nothing.
    if text.text.contains("\n# TODO(owner): put the chart") {
        return;
    }
    let documents = yaml::read(text, found);
    let Some(chart) = documents.first() else {
        return;
    };
    let path = directory(&text.path);
    let own = path.rsplit('/').next().unwrap_or(path);
    let (name, line) = chart.word(&["name"]).unwrap_or((own, 1));
    let at = Origin::new(&text.path, line, format!("name: {name}"));
    if path.is_empty() {
        found.leave(
            at,
            "the chart lies in the manifest's own directory; put it into one of its own",
        );
        return;
    }
    if chart.word(&["type"]).is_some_and(|(it, _)| it == "library") {
        found.leave(at, "a library chart deploys nothing");
        return;
    }
    let Some(mut candidate) = Candidate::new(name, Kind::Helm, at.clone()) else {
        return;
    };
    match inner("", path) {
        Some(_) => candidate.chart = Some(Said::sure(path.to_owned(), at)),
        // Beside the manifest's directory: a manifest can not name it.
        None => candidate.far_chart = Some(at),
    }
    let of = |key: &str| {
        let (text_of, line) = chart.word(&[key])?;
        let (version, changed) = version(text_of)?;
        let at = Origin::new(&text.path, line, format!("{key}: {text_of}"));
        Some((version, changed, at))
    };
    candidate.version = match (of("appVersion"), of("version")) {
        (Some((version, false, at)), _) => Some(Said::sure(version, at)),
        (Some((version, true, at)), _) => Some(Said::guessed(
            version,
            at,
            "written as Semantic Versioning writes it",
        )),
        (None, Some((version, _, at))) => Some(Said::guessed(
            version,
            at,
            "no appVersion that is a version; this is the chart's own",
        )),
        (None, None) => None,
    };
    found.candidate(candidate);
}

//! The survey room from outside: files in, manifests out.
#![allow(clippy::unwrap_used)] // A test that can not go on should stop.

mod hostile;
mod kinds;
mod mixed;

use segue_manifest::{Manifest, Severity, Source, parse};
use segue_survey::{Answers, Kind, Surveyed, Text, survey};

/// A file.
fn file(kind: Kind, path: &str, text: &str) -> Text {
    let (path, text) = (path.to_owned(), text.to_owned());
    Text { kind, path, text }
}

/// What becomes of files when nobody is asked.
fn surveyed(texts: &[Text]) -> Surveyed {
    survey(texts).draft(&Answers::default())
}

/// The manifest of a text that has no errors.
#[track_caller]
fn parsed(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &|_| None);
    let report: Vec<_> = parsed
        .diagnostics
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .map(|it| it.render(&source, false))
        .collect();
    assert!(report.is_empty(), "{}\n\n{text}", report.join("\n\n"));
    parsed.manifest.unwrap()
}

/// `module needs a, b` for each module of the manifest.
#[track_caller]
fn order(text: &str) -> Vec<String> {
    let manifest = parsed(text);
    let line = |it: &segue_manifest::Module| {
        let needs: Vec<_> = it.needs.iter().map(|it| it.module.as_str()).collect();
        format!("{} needs {}", it.id.value, needs.join(", "))
    };
    manifest.modules.iter().map(line).collect()
}

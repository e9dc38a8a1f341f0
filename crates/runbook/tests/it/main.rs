//! The runbook room from outside: pages in, manifests and facts out.

#![allow(clippy::unwrap_used)] // A test that can not go on should stop.

mod corpus;
mod hostile;
mod page;
mod storefront;

use segue_manifest::{Manifest, Severity, Source, parse};

/// The manifest of a text that has no errors; without variables, as right after import.
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

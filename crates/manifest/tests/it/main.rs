//! The manifest room from outside: text in, manifest or diagnostics out.

#![allow(clippy::unwrap_used)] // A test that can not go on should stop.

mod codes;
mod files;
mod hostile;
mod problems;
mod release;
mod schema;
mod storefront;

use segue_manifest::{Parsed, Source, parse};

/// The variables of the storefront's manifest.
fn vars(name: &str) -> Option<String> {
    let known = ["CI_URL", "PAYMENTS_URL", "MAIL_URL", "RELEASE_WEBHOOK"];
    known
        .contains(&name)
        .then(|| format!("http://{}.example", name.to_lowercase().replace('_', "-")))
}

fn read(text: impl AsRef<[u8]>) -> (Source, Parsed) {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &vars);
    (source, parsed)
}

/// Everything that is said of a text, as a person sees it.
fn report(text: impl AsRef<[u8]>) -> String {
    let (source, parsed) = read(text);
    let report: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|it| it.render(&source, false))
        .collect();
    assert_eq!(parsed.manifest.is_some(), report.is_empty());
    report.join("\n\n")
}

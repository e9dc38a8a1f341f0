//! The manifest that its first user wrote.

use segue_manifest::{Source, parse};

fn vars(name: &str) -> Option<String> {
    let known = ["CI_URL", "PAYMENTS_URL", "MAIL_URL", "RELEASE_WEBHOOK"];
    known
        .contains(&name)
        .then(|| format!("http://{}.example", name.to_lowercase().replace('_', "-")))
}

#[test]
fn it_is_read_completely() {
    let text = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/storefront/segue.yaml"
    ))
    .unwrap();
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &vars);
    let report: Vec<_> = parsed
        .diagnostics
        .iter()
        .map(|d| d.render(&source, false))
        .collect();
    assert!(report.is_empty(), "{}", report.join("\n\n"));
    let manifest = parsed.manifest.unwrap();
    assert_eq!(manifest.modules.len(), 9);
}

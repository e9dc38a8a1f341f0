//! The manifest that its first user wrote.

use crate::read;
use segue_manifest::{Manifest, Order, check_files};
use serde_json::{Value, json};
use std::path::Path;

pub const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/storefront");

pub fn text() -> String {
    std::fs::read_to_string(Path::new(DIRECTORY).join("segue.yaml")).unwrap()
}

fn manifest() -> Manifest {
    let (source, parsed) = read(text());
    for diagnostic in &parsed.diagnostics {
        eprintln!("{}", diagnostic.render(&source, false));
    }
    parsed.manifest.unwrap()
}

#[test]
fn it_is_read_completely_and_in_written_order() {
    let manifest = manifest();
    assert_eq!(manifest.environment, "production");
    assert_eq!((manifest.order, manifest.parallel), (Order::Graph, 8));
    let modules: Vec<_> = manifest.modules.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(
        modules,
        [
            "common-config",
            "auth-service",
            "customer-service",
            "billing-service",
            "event-processor-fn",
            "notifier",
            "reporting-fn",
            "order-service",
            "api-gateway"
        ]
    );
    let last: Vec<_> = manifest.modules.iter().filter(|it| it.last).collect();
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].id.as_str(), "api-gateway");
    let platforms: Vec<_> = manifest.targets.iter().map(|it| it.platform()).collect();
    assert_eq!(
        platforms,
        [
            "kubernetes",
            "kubernetes",
            "azure-functions",
            "cloud-run",
            "cloud-functions"
        ]
    );
}

/// Law 9: a webhook's address is a secret, and the plan holds what is read here.
#[test]
fn a_webhooks_address_stays_a_variable() {
    let (by, input) = manifest().after.notify[0].performer();
    assert_eq!(by, "webhook.notify");
    assert_eq!(input["url"], "${RELEASE_WEBHOOK}");
}

/// The shapes that adapters and performers read.
#[test]
fn what_adapters_and_performers_are_told() {
    let manifest = manifest();
    let modules: serde_json::Map<String, Value> = manifest
        .modules
        .iter()
        .map(|module| {
            let target = manifest.target(&module.on[0]).unwrap();
            let told = json!({
                "settings": module.settings(),
                "checks": module.checks.iter().map(|it| it.performer()).collect::<Vec<_>>(),
                "verify": module
                    .verify
                    .iter()
                    .map(|it| it.performer(module, target))
                    .collect::<Vec<_>>(),
            });
            (module.id.to_string(), told)
        })
        .collect();
    let after = &manifest.after;
    insta::assert_json_snapshot!(json!({
        "modules": modules,
        "gates": manifest.gates.iter().map(|it| it.action()).collect::<Vec<_>>(),
        "triggers": manifest.triggers.iter().map(|it| it.settings()).collect::<Vec<_>>(),
        "rotate": after.rotate.iter().map(|it| it.performer(&manifest)).collect::<Vec<_>>(),
        "tag": after.tag.as_ref().map(|it| it.performer()),
        "notify": after.notify.iter().map(|it| it.performer()).collect::<Vec<_>>(),
    }));
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let written = manifest();
    let text = text();
    let (_, windows) = read(text.replace('\n', "\r\n"));
    let windows = windows.manifest.unwrap();
    assert_eq!(windows.modules.len(), written.modules.len());
    let (source, marked) = read(format!("\u{feff}{text}"));
    assert_eq!(marked.manifest, Some(written));
    assert_eq!(source.text, text);
}

#[test]
fn places_lead_to_the_written_words() {
    let (source, parsed) = read(text());
    let manifest = parsed.manifest.unwrap();
    for module in &manifest.modules {
        assert_eq!(source.at(module.id.span), module.id.as_str());
        assert_eq!(source.at(module.version.span), module.version.to_string());
        for need in &module.needs {
            assert_eq!(source.at(need.module.span), need.module.as_str());
        }
    }
}

#[test]
fn its_files_are_looked_for() {
    let missing = check_files(&manifest(), Path::new("/nowhere"));
    assert_eq!(missing.len(), 5, "two charts and three directories");
}

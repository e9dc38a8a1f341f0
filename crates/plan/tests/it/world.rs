//! The storefront as planning sees it: its manifest, units without artifacts,
//! and former versions live.

use segue_manifest::{Manifest, Source, parse};
use segue_model::{Capabilities, Digest, Observation, Plan, Shifting, Unit};
use segue_plan::{Input, Seen, plan};
use std::path::Path;

pub fn storefront() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront/segue.yaml");
    std::fs::read_to_string(path).unwrap()
}

pub fn manifest(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &|name| Some(format!("https://{name}.example")));
    for problem in &parsed.diagnostics {
        eprintln!("{}", problem.render(&source, false));
    }
    parsed.manifest.unwrap()
}

fn shifting(platform: &str) -> Shifting {
    match platform {
        "kubernetes" => Shifting::WithStage,
        "azure-functions" => Shifting::AtOnce,
        _ => Shifting::Stepwise,
    }
}

/// Every module of `manifest` on every target; `changed` says which differ.
pub fn seen(manifest: &Manifest, changed: impl Fn(&str) -> bool) -> Vec<Seen> {
    let mut all = Vec::new();
    for module in &manifest.modules {
        for id in &module.on {
            let target = manifest.target(id).unwrap();
            all.push(Seen {
                unit: Unit {
                    module: module.id.value.clone(),
                    target: id.value.clone(),
                    version: module.version.value.clone(),
                    artifact: serde_json::Value::Null,
                    settings: module.settings(),
                },
                live: Observation {
                    version: Some("1.0.0".parse().unwrap()),
                    revision: "former".into(),
                    fingerprint: "former".into(),
                    detail: serde_json::Value::Null,
                },
                changed: changed(module.id.as_str()),
                capabilities: Capabilities {
                    shifting: shifting(target.platform()),
                    settles: target.platform() != "azure-functions",
                },
            });
        }
    }
    all
}

pub fn planned(manifest: &Manifest, seen: Vec<Seen>) -> Plan {
    plan(&Input {
        manifest,
        manifest_digest: Digest::of(b"manifest"),
        lock_digest: Digest::of(b"lock"),
        seen,
        on_failure: None,
    })
    .unwrap()
}

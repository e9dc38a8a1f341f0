//! The storefront's locks, made with the real Helm, are the committed ones.
//!
//! `scripts/install-helm`, then `cargo test -p segue-artifact --features real-helm`.
//! With `SEGUE_BLESS=1` it writes the locks instead; review what changes.
#![allow(clippy::unwrap_used)]

use segue_artifact::{Fictional, Helm, Lock, Tools, lock};
use segue_manifest::{Manifest, Source, parse};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn storefront() -> PathBuf {
    root().join("examples/storefront")
}

fn tools() -> Tools {
    let helm = root().join("target/tools/bin/helm");
    assert!(helm.exists(), "run scripts/install-helm first");
    Tools {
        charts: Arc::new(Helm::new(helm)),
        registry: Arc::new(Fictional),
        sources: Arc::new(Fictional),
        secrets: Arc::new(Fictional),
    }
}

fn manifest(text: &str) -> Manifest {
    let source = Source::new("segue.yaml", text);
    let parsed = parse(&source, &|name| Some(format!("https://{name}.example")));
    parsed
        .manifest
        .unwrap_or_else(|| panic!("{:#?}", parsed.diagnostics))
}

fn text(name: &str) -> String {
    fs::read_to_string(storefront().join(name)).unwrap()
}

/// JSON Merge Patch, RFC 7396.
fn merge(into: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *into = patch;
        return;
    };
    if !into.is_object() {
        *into = Value::Object(serde_json::Map::new());
    }
    for (key, value) in patch {
        if value.is_null() {
            into.as_object_mut().unwrap().remove(&key);
        } else {
            merge(&mut into[key.as_str()], value);
        }
    }
}

/// Makes a lock, and compares it with the committed one or writes that.
async fn hold(manifest: &Manifest, committed: &str) {
    let made = lock(manifest, &storefront(), &tools()).await.unwrap();
    let made_text = made.to_text().unwrap();
    let again = lock(manifest, &storefront(), &tools()).await.unwrap();
    assert_eq!(again.to_text().unwrap(), made_text, "not deterministic");
    assert_eq!(Lock::parse(&made_text).unwrap(), made);
    assert_eq!(made.check(manifest, &storefront()), []);
    if std::env::var_os("SEGUE_BLESS").is_some() {
        fs::write(storefront().join(committed), made_text).unwrap();
        return;
    }
    let same = made_text == text(committed);
    assert!(same, "{committed} is stale: SEGUE_BLESS=1, then review it");
}

#[tokio::test]
async fn the_committed_lock_is_what_helm_renders() {
    hold(&manifest(&text("segue.yaml")), "segue.lock").await;
}

#[tokio::test]
async fn the_former_lock_is_what_helm_renders() {
    let mut former: Value = serde_saphyr::from_str(&text("segue.yaml")).unwrap();
    let patch: Value = serde_saphyr::from_str(&text("sandbox/former.yaml")).unwrap();
    merge(&mut former, patch);
    hold(&manifest(&former.to_string()), "sandbox/former.lock").await;
}

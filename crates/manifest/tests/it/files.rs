//! Whether the files that a manifest names are there.

use crate::read;
use segue_manifest::check_files;
use std::{fs, path::Path};

const TEXT: &str = "\
version: 1
environment: test
targets:
  aks: { kubernetes: { context: aks, namespace: shop } }
modules:
  chart: { on: aks, version: 1.0.0, helm: { chart: charts/chart, values: [values.yaml] } }
  plain: { on: aks, version: 1.0.0, manifests: plain/ }
";

fn report(directory: &Path) -> String {
    let (source, parsed) = read(TEXT);
    let found = check_files(&parsed.manifest.unwrap(), directory);
    let lines: Vec<_> = found.iter().map(|it| it.render(&source, false)).collect();
    lines.join("\n\n")
}

#[test]
fn missing_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("charts/chart")).unwrap();
    insta::assert_snapshot!(report(directory.path()));
}

#[test]
fn files_that_are_there_are_enough() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("charts/chart")).unwrap();
    fs::create_dir_all(directory.path().join("plain")).unwrap();
    fs::write(directory.path().join("charts/chart/Chart.yaml"), "").unwrap();
    fs::write(directory.path().join("values.yaml"), "").unwrap();
    assert_eq!(report(directory.path()), "");
}

#[cfg(unix)]
#[test]
fn links_that_lead_outside_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), directory.path().join("plain")).unwrap();
    assert!(report(directory.path()).contains("SEG1021"));
}

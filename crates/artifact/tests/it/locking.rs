//! Locks of small manifests.

use crate::stub::{manifest, tools};
use segue_artifact::{Artifact, Lock, Mismatch, MismatchKind, lock};
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const MANIFEST: &str = "\
version: 1
environment: test
targets:
  one: { kubernetes: { context: one, namespace: shop } }
  two: { kubernetes: { context: two, namespace: shop } }
modules:
  config:
    on: [one, two]
    version: 1.0.0
    manifests: config/
    secrets: { keys: { a: { key-vault: { vault: v, secret: s } } } }
  app: { on: one, version: 2.0.0, helm: { chart: chart }, needs: [config] }
";

const CONFIG: &str = "\
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {level: info}}
---
{apiVersion: v1, kind: Secret, metadata: {name: keys}}
";

const RENDERED: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - name: app
        image: r.example/app:TAG
        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}, {configMapRef: {name: foreign}}]
";

fn project() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "config/all.yaml", CONFIG);
    write(dir.path(), "chart/Chart.yaml", "name: app");
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

async fn locked(dir: &TempDir) -> Lock {
    lock(&manifest(MANIFEST), dir.path(), &tools(RENDERED))
        .await
        .unwrap()
}

async fn failures(dir: &TempDir, text: &str, rendered: &'static str) -> Vec<String> {
    let failures = lock(&manifest(text), dir.path(), &tools(rendered))
        .await
        .unwrap_err();
    failures
        .into_iter()
        .map(|failure| format!("{} {failure}", failure.code))
        .collect()
}

fn objects<'a>(lock: &'a Lock, module: &str, target: &str) -> &'a [Value] {
    match &lock.modules[module].targets[target] {
        Artifact::Objects { objects, .. } => objects,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn references_of_another_module_follow_the_new_names() {
    let lock = locked(&project()).await;
    let config = objects(&lock, "config", "one");
    let app = &objects(&lock, "app", "one")[0];
    let from = &app["spec"]["template"]["spec"]["containers"][0]["envFrom"];
    assert_eq!(
        from[0]["configMapRef"]["name"],
        config[1]["metadata"]["name"]
    );
    assert_eq!(from[1]["secretRef"]["name"], config[0]["metadata"]["name"]);
    assert_eq!(from[2]["configMapRef"]["name"], "foreign");
    assert_eq!(lock.helm.as_deref(), Some("v4.1.4"));
}

#[tokio::test]
async fn secrets_are_named_as_their_objects_and_hold_versions() {
    let lock = locked(&project()).await;
    let name = &objects(&lock, "config", "two")[0]["metadata"]["name"];
    let secrets = lock.modules["config"].targets["two"].secrets().unwrap();
    let key = &secrets[name.as_str().unwrap()]["a"];
    assert_eq!(key["vault"], "v");
    assert_eq!(key["version"].as_str().unwrap().len(), 32);
    assert_eq!(lock.modules["app"].targets["one"].secrets(), None);
}

#[tokio::test]
async fn every_failure_is_told_and_each_once() {
    let dir = project();
    write(
        dir.path(),
        "config/all.yaml",
        "{apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {a: b}}",
    );
    let hook = "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {helm.sh/hook: post-install}}}";
    let told = failures(&dir, MANIFEST, hook).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].starts_with("SEG2018 config: Secret keys"),
        "{told:#?}"
    );
    assert!(told[1].starts_with("SEG2009 app: Pod p"), "{told:#?}");
}

#[tokio::test]
async fn a_chart_that_ignores_the_version_is_refused() {
    let told = failures(&project(), MANIFEST, "\
{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: 'r.example/app:1.9.9'}]}}").await;
    assert!(told[0].starts_with("SEG2011"), "{told:#?}");
}

#[tokio::test]
async fn two_modules_with_one_object_are_refused() {
    let told = failures(
        &project(),
        MANIFEST,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}",
    )
    .await;
    assert_eq!(
        told,
        ["SEG2017 one would get ConfigMap settings twice, from app and config"]
    );
}

#[tokio::test]
async fn the_lock_knows_when_it_is_stale() {
    let dir = project();
    let lock = locked(&dir).await;
    let found = |text: &str| lock.check(&manifest(text), dir.path());
    assert_eq!(found(MANIFEST), []);

    let kinds =
        |text: &str| -> Vec<String> { found(text).iter().map(Mismatch::to_string).collect() };
    assert_eq!(
        kinds(&MANIFEST.replace("2.0.0", "2.0.1")),
        ["app is locked at 2.0.0, and the manifest says 2.0.1"]
    );
    assert_eq!(
        kinds(&MANIFEST.replace("[config]", "{ config: '>=1' }")),
        ["what app needs changed"]
    );
    assert_eq!(
        kinds(&MANIFEST.replace("[one, two]", "[one]")),
        ["the targets of config changed"]
    );
    assert_eq!(
        kinds(&MANIFEST.replace("secret: s", "secret: t")),
        ["what config is made from changed"]
    );
    assert_eq!(
        kinds(&MANIFEST.replace("  app:", "  app2:")),
        [
            "app2 is not in the lock",
            "app is no longer in the manifest"
        ]
    );

    write(dir.path(), "chart/values.yaml", "a: 1");
    fs::remove_dir_all(dir.path().join("config")).unwrap();
    let stale = found(MANIFEST);
    assert!(matches!(stale[0].kind, MismatchKind::Unreadable(_)));
    assert_eq!(stale[1].to_string(), "what app is made from changed");
    let failure = Mismatch::failure(&stale).unwrap();
    assert_eq!(failure.code, "SEG2004");
    assert!(failure.hint.contains("segue lock"));
}

//! `segue init`: what lies about becomes a manifest that `check` accepts and `graph`
//! draws, and nothing of anybody's is written over.

use crate::shell::{command, segue};
use std::{fs, path::Path};
use tempfile::TempDir;

/// A project with files, in a home of its own.
fn project(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

const KUBECONFIG: (&str, &str) = (
    ".kube/config",
    "current-context: shop-prod\ncontexts:\n- name: shop-prod\n  context: { cluster: shop, namespace: shop, user: u }\nclusters:\n- name: shop\n  cluster: { server: 'https://x.azmk8s.io' }\nusers:\n- name: u\n  user: { token: hunter2 }\n",
);
const COMPOSE: (&str, &str) = (
    "compose.yaml",
    "services:\n  db: { image: 'postgres:16' }\n  api:\n    image: x.io/api:1.2.0\n    depends_on: [db]\n",
);
const CHART: (&str, &str) = (
    "charts/api/Chart.yaml",
    "apiVersion: v2\nname: api\nversion: 0.1.0\nappVersion: 1.2.0\n",
);
const HELMFILE: (&str, &str) = (
    "helmfile.yaml",
    "releases:\n- name: db\n  namespace: shop\n  chart: bitnami/postgresql\n  version: 15.5.0\n- name: api\n  namespace: shop\n  chart: ./charts/api\n  needs: [shop/db]\n",
);
const ARGO: (&str, &str) = (
    "apps.yaml",
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: db\n  annotations: { argocd.argoproj.io/sync-wave: \"-1\" }\nspec:\n  source: { path: deploy/db }\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: api\nspec:\n  source: { path: charts/api }\n",
);
const PLAIN: (&str, &str) = (
    "k8s/api.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { template: { spec: { containers: [{ name: api, image: 'x.io/api:1.2.0' }] } } }\n",
);

/// Proposes a manifest that is accepted, and gives its waves.
#[track_caller]
fn waves(directory: &Path) -> serde_json::Value {
    let said = segue(directory, &["init"]);
    assert_eq!(said.exit, Some(0), "{}\n{}", said.out, said.err);
    assert!(said.out.contains("next: fill in"), "{}", said.out);
    let manifest = fs::read_to_string(directory.join("segue.yaml")).unwrap();
    let all = format!("{manifest}{}{}", said.out, said.err);
    assert!(!all.contains("hunter2"), "{all}");
    let check = segue(directory, &["check"]);
    assert_eq!(check.exit, Some(0), "{}\n{manifest}", check.err);
    assert!(check.out.contains("not locked yet"), "{}", check.out);
    let graph = segue(directory, &["graph", "--output", "json"]);
    assert_eq!(graph.exit, Some(0), "{}\n{manifest}", graph.err);
    graph.json()[0]["waves"].clone()
}

#[test]
fn every_kind_gives_a_manifest_that_is_accepted_and_drawn() {
    let first_db = serde_json::json!([["db"], ["api"]]);
    let api = serde_json::json!([["api"]]);
    let none = serde_json::json!([]);
    let cases: [(&[(&str, &str)], _); 7] = [
        (&[KUBECONFIG], &none),
        (&[COMPOSE], &first_db),
        (&[CHART, KUBECONFIG], &api),
        (&[HELMFILE, CHART], &first_db),
        (&[ARGO, CHART], &first_db),
        (&[PLAIN, KUBECONFIG], &api),
        (&[COMPOSE, CHART, PLAIN, KUBECONFIG, HELMFILE], &first_db),
    ];
    for (files, wished) in cases {
        let names: Vec<_> = files.iter().map(|(name, _)| name).collect();
        assert_eq!(waves(project(files).path()), *wished, "{names:?}");
    }
}

#[test]
fn clouds_at_home_are_found() {
    let project = project(&[
        COMPOSE,
        (".config/gcloud/active_config", "default"),
        (
            ".config/gcloud/configurations/config_default",
            "[core]\nproject = shop-prod\n[run]\nregion = europe-west1\n",
        ),
        (
            ".azure/azureProfile.json",
            "{\"subscriptions\": [{\"id\": \"6f1c7a52-9d0e-4b7c-8a35-1f2e3d4c5b6a\", \"isDefault\": true}]}",
        ),
    ]);
    waves(project.path());
    let manifest = fs::read_to_string(project.path().join("segue.yaml")).unwrap();
    for words in [
        "cloud-run:",
        "project: shop-prod",
        "region: europe-west1",
        "image: x.io/api",
    ] {
        assert!(manifest.contains(words), "{words}\n{manifest}");
    }
    assert!(
        manifest.contains("azure-functions: { subscription: 6f1c7a52"),
        "{manifest}"
    );
}

#[test]
fn a_manifest_that_is_there_stays() {
    let project = project(&[
        COMPOSE,
        ("segue.yaml", "mine"),
        ("db/objects.yaml", "# mine\n"),
    ]);
    segue(project.path(), &["init"]).refused(2, &["SEG2213", "is there already", "--force"]);
    let read = |path| fs::read_to_string(project.path().join(path)).unwrap();
    assert_eq!(read("segue.yaml"), "mine");
    assert_eq!(segue(project.path(), &["init", "--force"]).exit, Some(0));
    assert!(read("segue.yaml").starts_with("# Made by `segue init`"));
    assert_eq!(read("db/objects.yaml"), "# mine\n");
    // Starter files that nobody filled in are not taken for what is there.
    let manifest = read("segue.yaml");
    assert!(read("api/objects.yaml").contains("image: x.io/api:1.2.0"));
    assert_eq!(segue(project.path(), &["init", "--force"]).exit, Some(0));
    assert_eq!(read("segue.yaml"), manifest);
}

#[test]
fn a_manifest_may_lie_elsewhere() {
    let project = project(&[CHART, ("in/.keep", "")]);
    for (at, chart) in [
        ("segue.yaml", "chart: charts/api"),
        ("in/segue.yaml", "chart: charts/api"),
    ] {
        let said = segue(project.path(), &["init", "charts", "-o", at]);
        assert_eq!(said.exit, Some(0), "{}", said.err);
        let manifest = fs::read_to_string(project.path().join(at)).unwrap();
        assert!(manifest.contains(chart), "{manifest}");
        let check = segue(project.path(), &["check", at]);
        assert_eq!(check.exit, Some(0), "{}\n{manifest}", check.err);
    }
    let starter = fs::read_to_string(project.path().join("in/charts/api/Chart.yaml")).unwrap();
    assert!(starter.contains("TODO(owner)"), "{starter}");
}

#[test]
fn where_there_is_nothing_it_says_what_it_looked_for() {
    let empty = project(&[]);
    let words = [
        "SEG2214",
        "compose.yaml",
        "Chart.yaml",
        "KUBECONFIG",
        "segue import PAGE.md",
    ];
    segue(empty.path(), &["init"]).refused(2, &words);
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
    segue(empty.path(), &["init", "nowhere"]).refused(2, &["SEG2201", "nowhere"]);
}

#[test]
fn what_is_named_is_read_and_nothing_else() {
    let project = project(&[CHART, KUBECONFIG, ("deploy/stack.yml", COMPOSE.1)]);
    let arguments = [
        "init",
        "--from",
        "compose:deploy/stack.yml",
        "--output",
        "json",
        "-o",
        "x.yaml",
    ];
    let said = segue(project.path(), &arguments);
    assert_eq!(said.exit, Some(0), "{}", said.err);
    let told = &said.json()[0];
    assert_eq!(
        (&told["type"], &told["written"]),
        (&"init".into(), &"x.yaml".into())
    );
    let facts = told["facts"].as_array().unwrap();
    assert!(
        facts
            .iter()
            .any(|it| it["what"] == "api needs db" && it["line"] == 5),
        "{facts:?}"
    );
    assert!(
        facts
            .iter()
            .all(|it| it["file"] == "deploy/stack.yml" || it["file"] == "")
    );
    segue(
        project.path(),
        &["init", "--from", "compose:none.yml", "-o", "y.yaml"],
    )
    .refused(2, &["SEG2201", "none.yml"]);
    let kind = segue(project.path(), &["init", "--from", "docker:x"]);
    assert_eq!(kind.exit, Some(2));
    assert!(kind.err.contains("helmfile"), "{}", kind.err);
}

#[test]
fn several_kubeconfigs_are_one() {
    let project = project(&[
        CHART,
        ("one", KUBECONFIG.1),
        (
            "two",
            "current-context: other\ncontexts: [{ name: other, context: { cluster: o } }]\n",
        ),
    ]);
    let said = command(project.path(), &["init", "--yes"])
        .env("KUBECONFIG", "one:two")
        .output()
        .unwrap();
    let out = String::from_utf8(said.stdout).unwrap();
    assert!(said.status.success(), "{out}");
    assert!(out.contains("api on aks (the current one of 2)"), "{out}");
    let manifest = fs::read_to_string(project.path().join("segue.yaml")).unwrap();
    assert!(
        manifest.contains("# guessed: the current one of 2; one:3: context shop-prod"),
        "{manifest}"
    );
}

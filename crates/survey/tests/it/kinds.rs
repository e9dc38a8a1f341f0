//! Each kind of file by itself.

use crate::{file, order, parsed, surveyed};
use segue_survey::{Answers, Kind, Question, Text, survey};

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: shop-prod
contexts:
- name: gke_shop-prod_europe-west1_main
  context: { cluster: gke_shop-prod_europe-west1_main, user: g }
- name: shop-prod
  context:
    cluster: shop
    namespace: storefront
    user: clusterUser
- name: kind-dev
  context: { cluster: kind-dev, user: k }
clusters:
- name: shop
  cluster: { server: 'https://shop-1234.hcp.westeurope.azmk8s.io:443', certificate-authority-data: S0VZLUNB }
- name: kind-dev
  cluster: { server: 'https://127.0.0.1:6443' }
users:
- name: clusterUser
  user: { token: hunter2-token, client-key-data: hunter2-key, password: hunter2-password }
";

fn kubeconfig() -> Text {
    file(Kind::Kubeconfig, "~/.kube/config", KUBECONFIG)
}

#[test]
fn kubeconfig_becomes_targets_and_no_credential_leaves_it() {
    let surveyed = surveyed(&[kubeconfig()]);
    let manifest = parsed(&surveyed.manifest);
    assert_eq!(manifest.targets.len(), 3);
    let all = format!("{surveyed:?}");
    for secret in ["hunter2", "S0VZLUNB", "clusterUser"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    insta::assert_snapshot!(surveyed.manifest);
}

#[test]
fn a_broken_kubeconfig_shows_no_word_of_it() {
    let text = "users:\n- user: { token: hunter2\n  oops: [\n";
    let surveyed = surveyed(&[file(Kind::Kubeconfig, "config", text)]);
    assert_eq!(surveyed.problems[0].code, "SEG1101");
    assert!(!format!("{surveyed:?}").contains("hunter2"));
    parsed(&surveyed.manifest);
}

#[test]
fn gcloud_and_az_become_targets() {
    let gcloud = "[core]\naccount = ana@shop.example\nproject = shop-prod\n[run]\nregion = europe-west1\n[compute]\nregion = europe-west3\n";
    let azure = "\u{feff}{\"installationId\": \"x\", \"subscriptions\": [{\"id\": \"6f1c7a52-9d0e-4b7c-8a35-1f2e3d4c5b6a\", \"user\": {\"name\": \"ana@shop.example\"}, \"isDefault\": true}, {\"id\": \"00000000-0000-0000-0000-000000000001\", \"isDefault\": false}]}";
    let directory = "~/.config/gcloud/configurations";
    let surveyed = surveyed(&[
        file(Kind::Gcloud, "~/.config/gcloud/active_config", "prod\n"),
        file(
            Kind::Gcloud,
            &format!("{directory}/config_default"),
            "[core]\nproject = toys\n",
        ),
        file(Kind::Gcloud, &format!("{directory}/config_prod"), gcloud),
        file(Kind::Azure, "~/.azure/azureProfile.json", azure),
    ]);
    assert!(!format!("{surveyed:?}").contains("ana@"));
    parsed(&surveyed.manifest);
    insta::assert_snapshot!(surveyed.manifest);
}

#[test]
fn compose_keeps_the_order_of_depends_on() {
    let text = "services:
  db:
    image: postgres:16
  cache:
    image: redis
  auth:
    image: shop.azurecr.io/auth:v2.1.0
    depends_on: [db]
    environment: { PASSWORD: hunter2 }
  api:
    image: shop.azurecr.io/api:${TAG:-1.4.2}
    depends_on:
      auth: { condition: service_healthy }
      cache:
        condition: service_started
  web:
    build: ./web
    depends_on:
      - api
      - mailer
";
    let surveyed = surveyed(&[file(Kind::Compose, "compose.yaml", text)]);
    assert_eq!(
        order(&surveyed.manifest),
        [
            "db needs ",
            "cache needs ",
            "auth needs db",
            "api needs auth, cache",
            "web needs api"
        ]
    );
    let problems: Vec<_> = surveyed.problems.iter().map(ToString::to_string).collect();
    assert!(!format!("{surveyed:?}").contains("hunter2"));
    insta::assert_snapshot!(format!("{}\n{}", surveyed.manifest, problems.join("\n")));
    let images = |it: &segue_runbook::Starter| {
        let line = it.text.lines().find(|it| it.contains("image:"));
        line.map(|it| it.trim().to_owned())
    };
    let images: Vec<_> = surveyed.files.iter().filter_map(images).collect();
    assert_eq!(
        images,
        [
            "image: postgres:16",
            "image: redis:latest",
            "image: shop.azurecr.io/auth:v2.1.0",
            "image: shop.azurecr.io/api:1.4.2",
            "image: registry.invalid/web:0.1.0"
        ]
    );
}

#[test]
fn a_circle_is_told_with_both_lines_and_its_last_edge_left_out() {
    let text = "services:\n  a:\n    image: x.io/a:1.0.0\n    depends_on: [b]\n  b:\n    image: x.io/b:1.0.0\n    depends_on:\n      - a\n";
    let surveyed = surveyed(&[file(Kind::Compose, "compose.yaml", text)]);
    assert_eq!(order(&surveyed.manifest), ["a needs b", "b needs "]);
    assert_eq!(
        surveyed.problems[0].to_string(),
        "SEG1104: modules need each other in a circle: b → a → b
  compose.yaml:8: depends_on: a
  compose.yaml:4: depends_on: b
  the first of these needs is left out; look whether it is the right one"
    );
    let left = "#   compose.yaml:8: depends_on: a (`b` needing `a` would close a circle)";
    assert!(surveyed.manifest.contains(left), "{}", surveyed.manifest);
}

#[test]
fn charts_become_modules() {
    let surveyed = surveyed(&[
        file(
            Kind::Helm,
            "charts/api/Chart.yaml",
            "name: api\nversion: 0.3.0\nappVersion: 1.10\n",
        ),
        file(
            Kind::Helm,
            "charts/auth/Chart.yaml",
            "name: auth\nversion: 0.3.0\nappVersion: \"2.1.0\"\n",
        ),
        file(
            Kind::Helm,
            "charts/common/Chart.yaml",
            "name: common\ntype: library\nversion: 0.1.0\n",
        ),
        file(
            Kind::Helm,
            "charts/web/Chart.yaml",
            "name: web\nversion: 0.4.1\nappVersion: latest\n",
        ),
        kubeconfig(),
    ]);
    assert!(surveyed.files.is_empty());
    parsed(&surveyed.manifest);
    insta::assert_snapshot!(surveyed.manifest);
}

#[test]
fn helmfile_keeps_needs_namespaces_and_contexts() {
    let text = "{{ $env := .Environment.Name }}
repositories:
- name: bitnami
  url: https://ana:hunter2@charts.example
helmDefaults:
  kubeContext: shop-prod
releases:
- name: redis
  namespace: data
  chart: bitnami/redis
  version: 17.1.0
- name: api
  namespace: shop
  chart: ./charts/api
  values: [ {{ .Values.x | quote }} ]
  needs: [data/redis]
- name: web
  namespace: {{ .Values.ns }}
  chart: ./charts/web
  needs:
  - shop/api
- name: old
  installed: false
  chart: ./charts/web
";
    let surveyed = surveyed(&[
        file(
            Kind::Helm,
            "charts/api/Chart.yaml",
            "name: api-chart\nversion: 0.1.0\nappVersion: 1.2.0\n",
        ),
        file(
            Kind::Helm,
            "charts/web/Chart.yaml",
            "name: web\nversion: 0.1.0\nappVersion: 3.0.0\n",
        ),
        file(Kind::Helmfile, "helmfile.yaml", text),
        kubeconfig(),
    ]);
    assert_eq!(
        order(&surveyed.manifest),
        ["redis needs ", "api needs redis", "web needs api"]
    );
    assert!(!format!("{surveyed:?}").contains("hunter2"));
    insta::assert_snapshot!(surveyed.manifest);
}

#[test]
fn releases_of_one_name_in_two_namespaces_are_two_modules() {
    let text = "releases:\n- { name: redis, namespace: a, chart: x/redis }\n- { name: redis, namespace: b, chart: x/redis }\n- { name: api, namespace: b, chart: x/api, needs: [b/redis] }\n";
    let surveyed = surveyed(&[file(Kind::Helmfile, "helmfile.yaml", text)]);
    assert_eq!(
        order(&surveyed.manifest),
        ["redis needs ", "redis-b needs ", "api needs redis-b"]
    );
}

#[test]
fn what_lies_outside_of_the_manifests_directory_is_a_gap() {
    let surveyed = surveyed(&[
        file(
            Kind::Helm,
            "/x/charts/api/Chart.yaml",
            "name: api\nversion: 1.0.0\n",
        ),
        file(
            Kind::Kubernetes,
            "/x/web.yaml",
            &deployment("web", "x.io/web:1.0.0", ""),
        ),
    ]);
    parsed(&surveyed.manifest);
    assert_eq!(surveyed.files.len(), 3, "{:?}", surveyed.files);
    assert!(
        surveyed
            .manifest
            .contains("outside of the manifest's directory")
    );
}

fn application(name: &str, wave: &str, path: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n{wave}spec:\n  source: {{ repoURL: 'https://git:hunter2@x.example/r', path: {path} }}\n  destination: {{ namespace: shop }}\n---\n"
    )
}

#[test]
fn argo_waves_become_needs() {
    let wave =
        |number: &str| format!("  annotations:\n    argocd.argoproj.io/sync-wave: \"{number}\"\n");
    let text = [
        application("web", &wave("5"), "deploy/web"),
        application("api", "", "charts/api"),
        application("auth", "", "deploy/auth"),
        application("db", &wave("-2"), "deploy/db"),
    ]
    .concat();
    let surveyed = surveyed(&[
        file(Kind::Kubernetes, "apps.yaml", &text),
        file(
            Kind::Helm,
            "charts/api/Chart.yaml",
            "name: api\nversion: 0.1.0\nappVersion: 1.2.0\n",
        ),
        file(
            Kind::Kubernetes,
            "deploy/web/all.yaml",
            "apiVersion: v1\nkind: Service\n",
        ),
    ]);
    assert_eq!(
        order(&surveyed.manifest),
        [
            "db needs ",
            "api needs db",
            "auth needs db",
            "web needs api, auth"
        ]
    );
    assert!(!format!("{surveyed:?}").contains("hunter2"));
    insta::assert_snapshot!(surveyed.manifest);
}

fn deployment(name: &str, image: &str, annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n{annotations}spec:\n  template:\n    spec:\n      containers:\n      - {{ name: {name}, image: '{image}', env: [{{ name: P, value: hunter2 }}] }}\n"
    )
}

#[test]
fn plain_manifests_become_modules() {
    let both = [
        deployment("jobs", "x.io/jobs:1.0.0", ""),
        deployment("mail", "x.io/mail:1.0.1", ""),
    ]
    .join("---\n");
    let surveyed = surveyed(&[
        file(
            Kind::Kubernetes,
            "k8s/api/deployment.yaml",
            &deployment("api", "x.io/api:1.2.0", ""),
        ),
        file(
            Kind::Kubernetes,
            "k8s/api/service.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: { name: api }\n",
        ),
        file(Kind::Kubernetes, "k8s/both.yaml", &both),
        file(Kind::Kubernetes, "ci.yml", "on: push\njobs: {}\n"),
        file(
            Kind::Kubernetes,
            "k8s/kustomization.yaml",
            "resources: []\n",
        ),
    ]);
    assert_eq!(
        order(&surveyed.manifest),
        ["api needs ", "jobs needs ", "mail needs "]
    );
    assert!(!format!("{surveyed:?}").contains("hunter2"));
    insta::assert_snapshot!(surveyed.manifest);
}

#[test]
fn workloads_have_waves_too() {
    let wave =
        |number: i32| format!("  annotations: {{ argocd.argoproj.io/sync-wave: \"{number}\" }}\n");
    let surveyed = surveyed(&[
        file(
            Kind::Kubernetes,
            "k8s/a.yaml",
            &deployment("web", "x.io/web:1.0.0", &wave(1)),
        ),
        file(
            Kind::Kubernetes,
            "k8s/b.yaml",
            &deployment("db", "x.io/db:1.0.0", &wave(-1)),
        ),
    ]);
    assert_eq!(order(&surveyed.manifest), ["db needs ", "web needs db"]);
}

#[test]
fn what_a_person_answers_is_no_guess() {
    let chart = file(
        Kind::Helm,
        "charts/api/Chart.yaml",
        "name: api\nversion: 0.3.0\nappVersion: 1.1.0\n",
    );
    let survey = survey(&[chart, kubeconfig()]);
    let questions = survey.questions();
    assert_eq!(questions[0], Question::Environment("production".into()));
    let Question::Where { module, sites } = &questions[1] else {
        panic!("{questions:?}");
    };
    assert_eq!((module.as_str(), sites.len()), ("api", 3));
    assert_eq!(sites[0].1, "shop-prod (aks)");
    let answers = Answers {
        environment: Some("blue".into()),
        on: [("api".to_owned(), sites[1].0)].into(),
    };
    let manifest = survey.draft(&answers).manifest;
    parsed(&manifest);
    assert!(manifest.contains("environment: blue\n"), "{manifest}");
    assert!(
        manifest.contains("context: gke_shop-prod_europe-west1_main"),
        "{manifest}"
    );
    assert!(manifest.contains("    on: gke\n"), "{manifest}");
}

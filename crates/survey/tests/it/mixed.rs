//! A project with several kinds of files.

use crate::{file, order, surveyed};
use segue_survey::Kind;

#[test]
fn what_several_files_say_of_one_module_becomes_one() {
    let compose = "services:
  db:
    image: postgres:16.3.0
  api:
    image: shop.azurecr.io/api:1.5.0-dev
    depends_on: [db]
  web:
    image: shop.azurecr.io/web:2.0.0
    depends_on: [api]
";
    let kubeconfig = "current-context: shop-staging\ncontexts:\n- name: shop-staging\n  context: { cluster: shop, namespace: shop }\nclusters:\n- name: shop\n  cluster: { server: 'https://x.azmk8s.io' }\n";
    let surveyed = surveyed(&[
        file(
            Kind::Helm,
            "charts/api/Chart.yaml",
            "name: api\nversion: 0.1.0\nappVersion: 1.4.0\n",
        ),
        file(Kind::Compose, "compose.yaml", compose),
        file(
            Kind::Kubernetes,
            "k8s/web.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ image: 'shop.azurecr.io/web:2.0.0' }] } } }\n",
        ),
        file(Kind::Kubeconfig, "~/.kube/config", kubeconfig),
    ]);
    assert_eq!(
        order(&surveyed.manifest),
        ["db needs ", "api needs db", "web needs api"]
    );
    let problems: Vec<_> = surveyed.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(format!("{}\n{}", surveyed.manifest, problems.join("\n")));
}

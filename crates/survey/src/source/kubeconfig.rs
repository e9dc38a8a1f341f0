//! A kubeconfig: contexts. Users, tokens and certificates are not looked at.

use crate::{
    Text,
    finding::{Findings, Origin, Said, Site},
    yaml::{self, Node},
};
use segue_runbook::Platform;

/// Contexts become sites; the current one first.
pub(super) fn read(text: &Text, found: &mut Findings) {
    for document in yaml::read(text, found) {
        let current = document.word(&["current-context"]).map(|(name, _)| name);
        let contexts = document.get("contexts").map_or(&[][..], Node::items);
        for context in contexts {
            let Some((name, line)) = context.word(&["name"]) else {
                continue;
            };
            // Of several files, the first has the word, as with kubectl.
            let known = |it: &Site| it.platform == Platform::Kubernetes && it.name == name;
            if found.sites.iter().any(known) {
                continue;
            }
            let site = site(&document, context, name, line, &text.path);
            let first = !found.sites.iter().any(|it| it.current && is_cluster(it));
            let current = current == Some(name) && first;
            found.site(Site { current, ..site });
        }
    }
}

fn is_cluster(site: &Site) -> bool {
    site.platform == Platform::Kubernetes
}

fn site(document: &Node, context: &Node, name: &str, line: usize, file: &str) -> Site {
    let at = Origin::new(file, line, format!("context {name}"));
    let cluster = context
        .word(&["context", "cluster"])
        .map_or("", |(cluster, _)| cluster);
    let clusters = document.get("clusters").map_or(&[][..], Node::items);
    let server = clusters
        .iter()
        .find(|it| it.word(&["name"]).is_some_and(|(name, _)| name == cluster))
        .and_then(|it| it.word(&["cluster", "server"]))
        .map_or("", |(server, _)| host(server));
    let mut places = vec![("context", Said::sure(name.to_owned(), at.clone()))];
    if let Some((namespace, line)) = context.word(&["context", "namespace"]) {
        let at = Origin::new(file, line, format!("namespace: {namespace}"));
        places.push(("namespace", Said::sure(namespace.to_owned(), at)));
    }
    Site {
        platform: Platform::Kubernetes,
        family: family(name, cluster, server),
        name: name.to_owned(),
        current: false,
        local: is_local(name, cluster, server),
        at,
        places,
    }
}

/// The host of an address, without what may stand before it.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('/').next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    rest.split(':').next().unwrap_or_default()
}

fn family(name: &str, cluster: &str, server: &str) -> &'static str {
    let any = |part: &str| name.contains(part) || cluster.contains(part);
    if server.ends_with(".azmk8s.io") {
        "aks"
    } else if cluster.starts_with("gke_") || name.starts_with("gke_") {
        "gke"
    } else if server.ends_with(".eks.amazonaws.com") {
        "eks"
    } else if any("aks") {
        "aks"
    } else if any("gke") {
        "gke"
    } else {
        "cluster"
    }
}

fn is_local(name: &str, cluster: &str, server: &str) -> bool {
    let names = [
        "minikube",
        "docker-desktop",
        "rancher-desktop",
        "colima",
        "orbstack",
    ];
    let begins = ["kind-", "k3d-"];
    names.contains(&name)
        || begins
            .iter()
            .any(|it| name.starts_with(it) || cluster.starts_with(it))
        || matches!(server, "localhost" | "127.0.0.1" | "0.0.0.0" | "[")
}

//! Files of Kubernetes objects: Deployments and StatefulSets are modules, with or
//! without a sync wave of Argo CD.

use super::{Around, argo, directory, inner};
use crate::{
    Kind, Problem, Text,
    finding::{Candidate, Findings, Origin, Said},
    version::{image, version},
    yaml::{self, Node},
};

/// How a starter file begins until its owner has filled it in.
const STARTER: &str = "# TODO(owner):";

/// Workloads and Applications become modules.
pub(super) fn read(text: &Text, around: &Around<'_>, found: &mut Findings) {
    if text.path.ends_with("kustomization.yaml") || text.path.ends_with("kustomization.yml") {
        let at = Origin::new(&text.path, 0, "kustomization".into());
        found.leave(
            at,
            "Kustomize is not called: render it into a directory and name that",
        );
        return;
    }
    // A starter file that nobody filled in says nothing.
    if text.text.starts_with(STARTER) || !speaks_of_objects(&text.text) {
        return;
    }
    let Ok(documents) = yaml::parse(&text.text) else {
        let at = Origin::new(&text.path, 0, String::new());
        let message = format!("{} is no YAML that can be read", text.path);
        let help = "correct the file, or go on without what it says";
        return found.problem(Problem::new("SEG1101", message, &[&at], help));
    };
    let objects: Vec<&Node> = documents.iter().flat_map(flatten).collect();
    let single = objects.iter().filter(|it| is_workload(it)).count() == 1;
    for object in objects {
        if argo::is_application(object) {
            argo::read(object, text, around, found);
        } else if is_workload(object) {
            if let Some(mut candidate) = workload(object, &text.path) {
                candidate.manifests = manifests(text, around, single, &candidate.at);
                if candidate.manifests.is_none() && single {
                    let because = "it lies outside of the manifest's directory";
                    found.leave(candidate.at.clone(), because);
                } else if !single {
                    let because =
                        "it shares its file with others: put its objects into one of its own";
                    found.leave(candidate.at.clone(), because);
                }
                found.candidate(candidate);
            }
        } else if let Some((wave, line)) = argo::wave(object) {
            let kind = object.word(&["kind"]).map_or("object", |(kind, _)| kind);
            let at = Origin::new(&text.path, line, format!("{kind} in sync wave {wave}"));
            found.leave(at, "no Deployment or StatefulSet: it goes with the module whose manifests it lies among");
        }
    }
}

/// Whether it is worth reading at all: most YAML files of a project are something else.
fn speaks_of_objects(text: &str) -> bool {
    let has = |word| text.contains(word);
    has("apiVersion") && has("kind")
}

/// The members of a list, or the object itself.
fn flatten(document: &Node) -> Vec<&Node> {
    match document.word(&["kind"]) {
        Some((kind, _)) if kind.ends_with("List") => document
            .get("items")
            .map_or_else(Vec::new, |items| items.items().iter().collect()),
        _ => vec![document],
    }
}

fn is_workload(object: &Node) -> bool {
    let of = |key: &str| object.word(&[key]).map_or("", |(text, _)| text);
    of("apiVersion").starts_with("apps/") && matches!(of("kind"), "Deployment" | "StatefulSet")
}

fn workload(object: &Node, file: &str) -> Option<Candidate> {
    let (kind, _) = object.word(&["kind"])?;
    let (name, line) = object.word(&["metadata", "name"])?;
    let wave = argo::wave(object);
    let source = wave.map_or(Kind::Kubernetes, |_| Kind::Argo);
    let at = Origin::new(file, line, format!("{kind} {name}"));
    let mut candidate = Candidate::new(name, source, at)?;
    candidate.wave = Some(argo::waved(wave, directory(file)));
    if let Some((_, line)) = wave {
        candidate.at.line = line;
        candidate.at.quote = argo::quote(wave);
    }
    candidate.namespace = object.word(&["metadata", "namespace"]).map(|(name, line)| {
        let at = Origin::new(file, line, format!("namespace: {name}"));
        Said::sure(name.to_owned(), at)
    });
    let containers = object.at(&["spec", "template", "spec", "containers"]);
    let first = containers.and_then(|it| it.items().first());
    if let Some((written, line)) = first.and_then(|it| it.word(&["image"]))
        && let Some(image) = image(written)
    {
        let at = Origin::new(file, line, format!("image: {written}"));
        candidate.version = image
            .tag
            .as_deref()
            .and_then(version)
            .map(|(version, changed)| {
                let because = "written as Semantic Versioning writes it";
                Said {
                    value: version,
                    at: at.clone(),
                    guess: changed.then(|| because.to_owned()),
                }
            });
        let tag = image.tag.unwrap_or_else(|| "latest".to_owned());
        let same = candidate.version.as_ref().is_some_and(|it| it.value == tag);
        candidate.tag = (!same).then(|| Said::sure(tag, at.clone()));
        candidate.image = Some(Said::sure(image.repository, at));
    }
    Some(candidate)
}

/// The directory where it holds this one workload and nothing but objects, else the
/// file where it does; nothing where workloads share a file.
fn manifests(text: &Text, around: &Around<'_>, single: bool, at: &Origin) -> Option<Said<String>> {
    if !single || inner("", &text.path).is_none() {
        return None;
    }
    let own = directory(&text.path);
    let others = || around.below(own).filter(|it| it.path != text.path);
    let plain = |it: &Text| {
        speaks_of_objects(&it.text)
            && !it.path.contains("kustomization.")
            && yaml::parse(&it.text).is_ok_and(|all| {
                let mut objects = all.iter().flat_map(flatten);
                !objects.any(|it| is_workload(it) || argo::is_application(it))
            })
    };
    let whole = !own.is_empty() && others().next().is_some() && others().all(plain);
    let path = if whole {
        format!("{own}/")
    } else {
        text.path.clone()
    };
    Some(Said::sure(path, at.clone()))
}

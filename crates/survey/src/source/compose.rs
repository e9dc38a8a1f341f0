//! A compose file: services, their images, and `depends_on` in both of its forms.

use crate::{
    Kind, Text,
    finding::{Candidate, Findings, Origin, Said, is_short},
    version::{Image, image, is_public, version},
    yaml::{self, Node},
};

/// Services become modules.
pub(super) fn read(text: &Text, found: &mut Findings) {
    for document in yaml::read(text, found) {
        let Some(services) = document.get("services") else {
            continue;
        };
        for (key, service) in services.entries() {
            let Some(name) = key.text() else { continue };
            let at = Origin::new(&text.path, key.line, format!("service {name}"));
            if let Some(mut candidate) = Candidate::new(name, Kind::Compose, at) {
                candidate.needs = needs(service, &text.path);
                deployed(service, &text.path, &mut candidate, found);
                found.candidate(candidate);
            }
        }
    }
}

/// A list of names, or names with a condition, which every release keeps: what is needed
/// is healthy first.
fn needs(service: &Node, file: &str) -> Vec<(String, Origin)> {
    let Some(needs) = service.get("depends_on") else {
        return Vec::new();
    };
    let keys = needs.entries().map(|(key, _)| key);
    let all = needs.items().iter().chain(keys);
    all.filter_map(|node| {
        let name = node.text().filter(|it| is_short(it))?;
        let at = Origin::new(file, node.line, format!("depends_on: {name}"));
        Some((name.to_owned(), at))
    })
    .collect()
}

/// Its image and version.
fn deployed(service: &Node, file: &str, candidate: &mut Candidate, found: &mut Findings) {
    let Some((written, line)) = service.word(&["image"]) else {
        if service.get("build").is_some() {
            let at = Origin::new(file, candidate.at.line, candidate.at.quote.clone());
            found.leave(
                at,
                "it is built here and has no image: name the one that is released",
            );
        }
        return;
    };
    let Some(Image {
        repository,
        tag,
        guessed,
    }) = image(written)
    else {
        let at = Origin::new(file, line, "image".into());
        found.leave(at, "its image hangs on a variable, or is none");
        return;
    };
    let at = Origin::new(file, line, format!("image: {written}"));
    if is_public(&repository) {
        candidate.guess = Some("an image that others make; delete it if it is not released".into());
    }
    candidate.version =
        tag.as_deref()
            .and_then(version)
            .map(|(version, changed)| match (guessed, changed) {
                (true, _) => Said::guessed(version, at.clone(), "the default of a variable"),
                (_, true) => Said::guessed(
                    version,
                    at.clone(),
                    "written as Semantic Versioning writes it",
                ),
                _ => Said::sure(version, at.clone()),
            });
    let tag = tag.unwrap_or_else(|| "latest".to_owned());
    let same = candidate.version.as_ref().is_some_and(|it| it.value == tag);
    candidate.tag = (!same).then(|| Said::sure(tag, at.clone()));
    candidate.image = Some(Said::sure(repository, at));
}

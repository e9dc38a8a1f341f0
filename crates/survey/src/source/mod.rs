//! One file for each tool that people come from.

mod argo;
mod azure;
mod compose;
mod gcloud;
mod helm;
mod helmfile;
mod kubeconfig;
mod kubernetes;

pub(crate) use argo::APPLICATIONS;

use crate::{Kind, Text, finding::Findings};

/// What all files say, in their order.
pub(crate) fn read(texts: &[Text]) -> Findings {
    let mut found = Findings::default();
    let around = Around { texts };
    for text in texts {
        match text.kind {
            Kind::Kubeconfig => kubeconfig::read(text, &mut found),
            Kind::Gcloud => gcloud::read(text, &around, &mut found),
            Kind::Azure => azure::read(text, &mut found),
            Kind::Helm => helm::read(text, &mut found),
            Kind::Compose => compose::read(text, &mut found),
            Kind::Helmfile => helmfile::read(text, &around, &mut found),
            Kind::Argo | Kind::Kubernetes => kubernetes::read(text, &around, &mut found),
        }
    }
    found
}

/// What else is there.
struct Around<'a> {
    texts: &'a [Text],
}

impl Around<'_> {
    /// Whether a chart lies in this directory.
    fn is_chart(&self, directory: &str) -> bool {
        let mut charts = self.texts.iter().filter(|it| it.kind == Kind::Helm);
        charts.any(|it| self::directory(&it.path) == directory)
    }

    /// The files of Kubernetes objects at or below a directory.
    fn below(&self, directory: &str) -> impl Iterator<Item = &Text> {
        let objects = |it: &&Text| matches!(it.kind, Kind::Kubernetes | Kind::Argo);
        let files = self.texts.iter().filter(objects);
        files.filter(move |it| {
            it.path
                .strip_prefix(directory)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Whether `active_config` names this configuration of `gcloud`, or whether it is
    /// the only one.
    fn is_active(&self, path: &str) -> bool {
        let mut all = self.texts.iter().filter(|it| it.kind == Kind::Gcloud);
        let active = all
            .clone()
            .find(|it| it.path.ends_with("active_config"))
            .map(|it| format!("config_{}", it.text.trim()));
        match active {
            Some(active) => path.rsplit('/').next() == Some(active.as_str()),
            None => all.all(|it| it.path == path) || path.ends_with("config_default"),
        }
    }
}

/// The directory of a path; empty for the project's own.
fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path as it is seen from the project's directory; nothing where it leads out of it.
fn inner(directory: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains([':', '\\']) {
        return None;
    }
    let mut parts: Vec<&str> = directory.split('/').filter(|it| !it.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

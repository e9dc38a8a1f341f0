//! A module on a target: rendered and marked, with no cloud asked yet.

use super::{declared, make::all, resolve::Wanted};
use crate::{
    Chart, Tools, code,
    inputs::Input,
    kubernetes::{config, images, marks, objects},
    registry::{Reference, Tagged},
};
use segue_manifest::{Artifact, Manifest, Module};
use segue_model::{Failure, TargetId};
use serde_json::Value;
use std::path::Path;

/// A module on a target.
pub struct Draft<'a> {
    /// The module.
    pub module: &'a Module,
    /// The target.
    pub target: &'a TargetId,
    /// What is deployed there.
    pub content: Content,
}

/// What is deployed, named by what the clouds still have to resolve.
pub enum Content {
    /// Kubernetes objects.
    Objects(Vec<Value>),
    /// An image.
    Image(Tagged),
    /// A source archive.
    Source {
        /// The bucket.
        bucket: String,
        /// The name in the bucket.
        object: String,
    },
}

/// Renders and marks a module for a target. Its `files` have been read already.
pub async fn draft<'a>(
    manifest: &Manifest,
    module: &'a Module,
    target: &'a TargetId,
    dir: &Path,
    files: &[Input],
    tools: &Tools,
) -> Result<Draft<'a>, Failure> {
    let namespace = declared::namespace(manifest, target).unwrap_or_default();
    let content = match &module.artifact {
        Artifact::Chart { path, values } => {
            let chart = Chart {
                release: module.id.as_str().to_owned(),
                namespace: namespace.to_owned(),
                path: dir.join(&**path),
                values: values.iter().map(|file| dir.join(&**file)).collect(),
                tag: marks::label_value(&module.version),
            };
            let yaml = tools.charts.render(&chart).await?;
            let rendered = objects::parse(&yaml, module.id.as_str())?;
            Content::Objects(prepared(module, namespace, rendered)?)
        }
        Artifact::Objects { .. } => {
            let written = written(dir, files)?;
            Content::Objects(prepared(module, namespace, written)?)
        }
        Artifact::Image { repository } => Content::Image(image(module, repository)?),
        Artifact::Source { url } => source(module, url)?,
    };
    Ok(Draft {
        module,
        target,
        content,
    })
}

fn written(dir: &Path, files: &[Input]) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    for Input { path, bytes } in files {
        let name = path.strip_prefix(dir).unwrap_or(path).display().to_string();
        let text = std::str::from_utf8(bytes).map_err(|error| {
            code::refused(code::NO_OBJECT, format!("{name} is no UTF-8")).words(error.to_string())
        })?;
        found.extend(objects::parse(text, &name)?);
    }
    Ok(found)
}

fn prepared(
    module: &Module,
    namespace: &str,
    mut found: Vec<Value>,
) -> Result<Vec<Value>, Failure> {
    let id = module.id.as_str();
    if found.is_empty() {
        let what = format!("{id} has no Kubernetes objects");
        return Err(code::refused(code::NO_OBJECT, what));
    }
    let within = |mut failure: Failure| {
        failure.what = format!("{id}: {}", failure.what);
        failure
    };
    let sources: Vec<_> = module.secrets().map(|(object, ..)| object).collect();
    config::check(&found, &sources).map_err(within)?;
    objects::set_namespace(&mut found, namespace).map_err(within)?;
    marks::set(&mut found, id, &module.version).map_err(within)?;
    let rules = images::Rules {
        tag: &marks::label_value(&module.version),
        sidecars: &declared::sidecars(module),
    };
    images::tag(&mut found, &rules).map_err(within)?;
    objects::sort(&mut found);
    Ok(found)
}

fn image(module: &Module, repository: &str) -> Result<Tagged, Failure> {
    let reference: Reference = repository
        .parse()
        .map_err(|error| code::refused(code::BAD_IMAGE, format!("{}: {error}", module.id.value)))?;
    Ok(Tagged {
        repository: reference.repository,
        tag: marks::label_value(&module.version),
    })
}

fn source(module: &Module, url: &str) -> Result<Content, Failure> {
    let parts = url
        .strip_prefix("gs://")
        .and_then(|rest| rest.split_once('/'));
    let (bucket, object) = parts.ok_or_else(|| {
        let what = format!("{}: {url} is not gs://BUCKET/OBJECT", module.id.value);
        code::refused(code::NO_SOURCE, what)
    })?;
    Ok(Content::Source {
        bucket: bucket.to_owned(),
        object: object.to_owned(),
    })
}

/// Refuses two objects of one kind and name on one target.
pub fn refuse_twins(manifest: &Manifest, drafts: &[Draft<'_>]) -> Result<(), Vec<Failure>> {
    let targets = manifest.targets.iter().map(|target| &target.id.value);
    let checked = targets.map(|target| {
        let of_target = drafts
            .iter()
            .filter(|draft| draft.target == target)
            .filter_map(|draft| match &draft.content {
                Content::Objects(found) => Some((draft.module.id.as_str(), found)),
                _ => None,
            })
            .flat_map(|(module, found)| found.iter().map(move |object| (module, object)));
        objects::refuse_twins(of_target, target.as_str())
    });
    all(checked).map(|_| ())
}

/// All that the clouds have to be asked for.
pub fn wanted(drafts: &mut [Draft<'_>]) -> Wanted {
    let mut wanted = Wanted::default();
    for draft in drafts {
        match &mut draft.content {
            Content::Objects(found) => wanted.images.append(&mut images::tagged(found)),
            Content::Image(image) => {
                wanted.images.insert(image.clone());
            }
            Content::Source { bucket, object } => {
                wanted.sources.insert((bucket.clone(), object.clone()));
            }
        }
        let current = draft
            .module
            .secrets()
            .filter(|(.., from)| from.version.is_none());
        let names = current.map(|(.., from)| (from.vault.clone(), from.secret.clone()));
        wanted.secrets.extend(names);
    }
    wanted
}

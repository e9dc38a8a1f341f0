//! Drafts and what was resolved become artifacts.

use super::{
    Artifact, SecretVersion,
    draft::{Content, Draft},
    resolve::Resolved,
};
use crate::{
    kubernetes::{
        config::{self, Names, Secrets},
        images,
    },
    registry::Tagged,
};
use segue_manifest::Module;
use segue_model::{ModuleId, TargetId};
use std::collections::BTreeMap;

/// The artifacts of every module, by target. Everything wanted has been resolved.
pub fn all(
    mut drafts: Vec<Draft<'_>>,
    resolved: &Resolved,
) -> BTreeMap<ModuleId, BTreeMap<TargetId, Artifact>> {
    // New names first, of all modules of a target: any of them may refer to any.
    let mut names: BTreeMap<&TargetId, Names> = BTreeMap::new();
    for draft in &mut drafts {
        let secrets = secrets(draft.module, resolved);
        if let Content::Objects(objects) = &mut draft.content {
            let names = names.entry(draft.target).or_default();
            for object in objects {
                config::version(object, &secrets, names);
            }
        }
    }
    let mut artifacts: BTreeMap<ModuleId, BTreeMap<TargetId, Artifact>> = BTreeMap::new();
    for draft in drafts {
        let names = names.entry(draft.target).or_default();
        let artifact = artifact(draft.content, draft.module, names, resolved);
        let id = draft.module.id.value.clone();
        let targets = artifacts.entry(id).or_default();
        targets.insert(draft.target.clone(), artifact);
    }
    artifacts
}

fn artifact(content: Content, module: &Module, names: &Names, resolved: &Resolved) -> Artifact {
    match content {
        Content::Objects(mut objects) => {
            for object in &mut objects {
                config::refer(object, names);
            }
            images::resolve(&mut objects, &resolved.images);
            let secrets = secrets(module, resolved).into_iter();
            let renamed = secrets.map(|(name, keys)| {
                let new = names.get(&(config::Kind::Secret, name.clone()));
                (new.cloned().unwrap_or(name), keys)
            });
            Artifact::Objects {
                secrets: renamed.collect(),
                objects,
            }
        }
        Content::Image(image) => Artifact::Image {
            image: pinned(&image, resolved),
        },
        Content::Source { bucket, object } => {
            let key = (bucket, object);
            let generation = resolved.sources.get(&key).cloned().unwrap_or_default();
            Artifact::Source {
                bucket: key.0,
                object: key.1,
                generation,
            }
        }
    }
}

fn pinned(image: &Tagged, resolved: &Resolved) -> String {
    match resolved.images.get(image) {
        Some(digest) => format!("{}@{digest}", image.repository),
        None => image.to_string(),
    }
}

/// Where each key of each Secret of a module comes from, by the name that people write.
fn secrets(module: &Module, resolved: &Resolved) -> Secrets {
    let mut found = Secrets::new();
    for (object, key, from) in module.secrets() {
        let name = (from.vault.clone(), from.secret.clone());
        let current = || resolved.secrets.get(&name).cloned().unwrap_or_default();
        let source = SecretVersion {
            version: from.version.clone().unwrap_or_else(current),
            vault: name.0.clone(),
            secret: name.1.clone(),
        };
        let keys = found.entry(object.to_owned()).or_default();
        keys.insert(key.to_owned(), source);
    }
    found
}

//! What the manifest says of a module's artifact, and the digest of it all.

use crate::inputs::{self, Input};
use segue_manifest::{Artifact, Manifest, Module, Place};
use segue_model::{Digest, ModuleId, Range, TargetId};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// The digest of all that a module's artifacts are made from, save its version.
pub fn inputs(manifest: &Manifest, module: &Module, dir: &Path, files: &[Input]) -> Digest {
    let artifact = match &module.artifact {
        Artifact::Chart { path, values } => {
            let values: Vec<_> = values.iter().map(|file| &**file).collect();
            json!({ "chart": **path, "values": values })
        }
        Artifact::Objects { path } => json!({ "objects": **path }),
        Artifact::Image { repository } => json!({ "image": **repository }),
        Artifact::Source { url } => json!({ "source": **url }),
    };
    let secrets: Vec<_> = module
        .secrets()
        .map(|(object, key, from)| json!([object, key, from.vault, from.secret, from.version]))
        .collect();
    let namespaces: BTreeMap<_, _> = module
        .on
        .iter()
        .map(|target| (target.as_str(), namespace(manifest, target)))
        .collect();
    let declared = json!([
        artifact,
        secrets,
        sidecars(module),
        namespaces,
        inputs::digest(files, dir),
    ]);
    Digest::of(declared.to_string().as_bytes())
}

/// The namespace of a target, when it is a cluster's.
pub fn namespace<'a>(manifest: &'a Manifest, target: &TargetId) -> Option<&'a str> {
    match &manifest.target(target)?.place {
        Place::Kubernetes { namespace, .. } => Some(namespace),
        _ => None,
    }
}

/// The containers that run something else than the module.
pub fn sidecars(module: &Module) -> BTreeSet<String> {
    let settings = module.settings();
    let names = settings.get("sidecars").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

/// What the module needs, and which versions of it.
pub fn needs(module: &Module) -> BTreeMap<ModuleId, Range> {
    let needs = module.needs.iter();
    needs
        .map(|need| (need.module.value.clone(), need.range.value.clone()))
        .collect()
}

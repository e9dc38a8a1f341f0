//! The programs behind images and sources, former and new, and the tags under
//! which registries know them.

use segue_artifact::{Artifact, Lock, LockedModule};
use segue_manifest::Manifest;
use segue_model::ModuleId;
use segue_twin::world::{Program, Programs};
use serde_json::Value;
use std::collections::BTreeSet;

/// How long a new version takes to start, in milliseconds of the twins' clock.
const STARTUP_MS: u64 = 600;

/// How long a former version takes to start: its image is on the node already.
const FORMER_STARTUP_MS: u64 = 100;

/// Adds every program of `lock`. Returns the images that are no program: sidecars.
pub(crate) fn add(programs: &Programs, lock: &Lock, candidate: bool) -> BTreeSet<String> {
    let mut sidecars = BTreeSet::new();
    for (id, module) in &lock.modules {
        let program = program(id, module, lock, candidate);
        for artifact in module.targets.values() {
            if let Some(reference) = reference(artifact)
                && programs.get(&reference).is_none()
            {
                tag(programs, &reference, &module.version.to_string());
                programs.add(&reference, program.clone());
            }
            sidecars.extend(containers(artifact).skip(1));
        }
    }
    sidecars
}

/// Whether a module is a program that answers, and not only configuration.
pub(crate) fn runs(lock: &Lock, id: &ModuleId) -> bool {
    let module = lock.modules.get(id);
    module.is_some_and(|it| it.targets.values().any(|it| reference(it).is_some()))
}

/// The tags of all images that `manifest` builds by itself.
fn tag(programs: &Programs, reference: &str, version: &str) {
    if let Some((repository, digest)) = reference.split_once('@') {
        programs.tag(&format!("{repository}:{version}"), digest);
    }
}

fn program(id: &ModuleId, module: &LockedModule, lock: &Lock, candidate: bool) -> Program {
    // The same syntax on both sides: a range's text is a requirement's text.
    let needs = module.needs.iter().filter_map(|(need, range)| {
        let range = semver::VersionReq::parse(&range.to_string()).ok()?;
        runs(lock, need).then(|| (need.to_string(), range))
    });
    Program {
        module: id.to_string(),
        version: semver::Version::parse(&module.version.to_string())
            .unwrap_or(semver::Version::new(0, 0, 0)),
        needs: needs.collect(),
        startup_ms: if candidate {
            STARTUP_MS
        } else {
            FORMER_STARTUP_MS
        },
        candidate,
    }
}

/// What runs as the module itself: the image, the source, or the first
/// container of the first pod template.
fn reference(artifact: &Artifact) -> Option<String> {
    match artifact {
        Artifact::Image { image } => Some(image.clone()),
        Artifact::Source {
            bucket,
            object,
            generation,
        } => Some(format!("gs://{bucket}/{object}#{generation}")),
        Artifact::Objects { .. } => containers(artifact).next(),
    }
}

/// The images of all containers, each pod template's own first.
fn containers(artifact: &Artifact) -> impl Iterator<Item = String> + '_ {
    let objects = match artifact {
        Artifact::Objects { objects, .. } => objects.as_slice(),
        _ => &[],
    };
    objects.iter().flat_map(|object| {
        let pod = &object["spec"]["template"]["spec"];
        [&pod["containers"], &pod["initContainers"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
            .filter_map(|container| container["image"].as_str().map(str::to_owned))
    })
}

/// The module through which requests come in: the one that is last, or the
/// last one that answers at all.
pub(crate) fn front_door(manifest: &Manifest, lock: &Lock) -> Option<String> {
    let modules = || {
        manifest
            .modules
            .iter()
            .filter(|it| runs(lock, &it.id.value))
    };
    modules()
        .find(|module| module.last)
        .or_else(|| modules().next_back())
        .map(|module| module.id.to_string())
}

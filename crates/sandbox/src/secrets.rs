//! The secrets that the project names, in the vaults that it names.

use crate::Project;
use segue_artifact::{Artifact, Fictional, Lock};
use segue_manifest::{Check, Rotate};
use segue_twin::azure::SeededSecret;
use std::collections::BTreeMap;

/// Every secret of every vault: with the version that the locks know, or the
/// one that follows from its name.
pub(crate) fn vaults(project: &Project) -> BTreeMap<String, BTreeMap<String, SeededSecret>> {
    let mut vaults: BTreeMap<String, BTreeMap<String, SeededSecret>> = BTreeMap::new();
    for (vault, secret, version) in locked(&project.former.lock).chain(locked(&project.lock)) {
        let seed = seed(vault, secret, version.to_owned());
        let secrets = vaults.entry(vault.to_owned()).or_default();
        secrets.insert(secret.to_owned(), seed);
    }
    for (vault, secret) in named(project) {
        let secrets = vaults.entry(vault.to_owned()).or_default();
        let version = || Fictional::secret_version(vault, secret);
        secrets
            .entry(secret.to_owned())
            .or_insert_with(|| seed(vault, secret, version()));
    }
    vaults
}

fn seed(vault: &str, secret: &str, version: String) -> SeededSecret {
    let value = Fictional::secret_value(vault, secret, &version);
    SeededSecret {
        value: value.expose().to_owned(),
        version,
    }
}

fn locked(lock: &Lock) -> impl Iterator<Item = (&str, &str, &str)> {
    let artifacts = lock.modules.values().flat_map(|it| it.targets.values());
    let secrets = artifacts.filter_map(|artifact| match artifact {
        Artifact::Objects { secrets, .. } => Some(secrets),
        _ => None,
    });
    secrets
        .flat_map(BTreeMap::values)
        .flat_map(BTreeMap::values)
        .map(|it| (it.vault.as_str(), it.secret.as_str(), it.version.as_str()))
}

/// Secrets that are only asked for or rotated.
fn named(project: &Project) -> Vec<(&str, &str)> {
    let mut named = Vec::new();
    for module in &project.manifest.modules {
        for check in &module.checks {
            if let Check::KeyVault { vault, secrets } = check {
                named.extend(secrets.iter().map(|it| (vault.as_str(), it.as_str())));
            }
        }
    }
    for rotate in &project.manifest.after.rotate {
        if let Rotate::KeyVault { vault, secret } = rotate {
            named.push((vault, secret));
        }
    }
    named
}

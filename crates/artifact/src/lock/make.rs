//! From a manifest to its lock.

use super::{
    FORMAT, Lock, LockedModule, assemble, declared,
    draft::{Draft, draft, refuse_twins, wanted},
    resolve::{WIDTH, resolve},
};
use crate::{
    Tools,
    inputs::{self, Input},
};
use futures::{StreamExt, stream};
use segue_manifest::{Artifact, Manifest, Module};
use segue_model::{Failure, ModuleId, TargetId};
use std::{collections::BTreeMap, path::Path};

/// Resolves and renders everything that `manifest` names; its paths are relative
/// to `dir`. Changes nothing anywhere.
///
/// # Errors
/// Every failure that was met, each once; then there is no lock.
pub async fn lock(manifest: &Manifest, dir: &Path, tools: &Tools) -> Result<Lock, Vec<Failure>> {
    let files = manifest.modules.iter();
    let files = all(files.map(|module| inputs::read(module, dir)))?;
    let (helm, drafts) = tokio::join!(
        helm_version(manifest, tools),
        drafts(manifest, dir, &files, tools)
    );
    let mut drafts = drafts?;
    let helm = helm.map_err(|failure| vec![failure])?;
    refuse_twins(manifest, &drafts)?;
    let (resolved, failures) = resolve(wanted(&mut drafts), tools).await;
    all(failures.into_iter().map(Err::<(), _>))?;

    let mut artifacts = assemble::all(drafts, &resolved);
    let modules = manifest.modules.iter().zip(&files).map(|(module, files)| {
        let id = module.id.value.clone();
        let locked = LockedModule {
            version: module.version.value.clone(),
            needs: declared::needs(module),
            inputs: declared::inputs(manifest, module, dir, files),
            targets: artifacts.remove(&id).unwrap_or_default(),
        };
        (id, locked)
    });
    Ok(Lock {
        format: FORMAT,
        helm,
        modules: modules.collect::<BTreeMap<ModuleId, _>>(),
    })
}

async fn helm_version(manifest: &Manifest, tools: &Tools) -> Result<Option<String>, Failure> {
    let is_chart = |module: &Module| matches!(module.artifact, Artifact::Chart { .. });
    if !manifest.modules.iter().any(is_chart) {
        return Ok(None);
    }
    tools.charts.version().await.map(Some)
}

async fn drafts<'a>(
    manifest: &'a Manifest,
    dir: &Path,
    files: &[Vec<Input>],
    tools: &Tools,
) -> Result<Vec<Draft<'a>>, Vec<Failure>> {
    let units: Vec<(&Module, &TargetId, &[Input])> = manifest
        .modules
        .iter()
        .zip(files)
        .flat_map(|(module, files)| {
            let on = module.on.iter();
            on.map(move |target| (module, &target.value, files.as_slice()))
        })
        .collect();
    let drafts: Vec<_> = stream::iter(units)
        .map(|(module, target, files)| draft(manifest, module, target, dir, files, tools))
        .buffered(WIDTH)
        .collect()
        .await;
    all(drafts)
}

/// Every value, or every failure once.
pub fn all<T>(
    results: impl IntoIterator<Item = Result<T, Failure>>,
) -> Result<Vec<T>, Vec<Failure>> {
    let (mut values, mut failures) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(failure) if failures.contains(&failure) => {}
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        Ok(values)
    } else {
        Err(failures)
    }
}

//! What a release changes, for people: in the order in which it will happen.

use crate::{Input, order};
use segue_manifest::Manifest;
use segue_model::{Change, ModuleId};
use std::collections::BTreeMap;

pub(crate) fn changes(input: &Input<'_>) -> Vec<Change> {
    order::ordered(input.manifest)
        .into_iter()
        .flat_map(|module| input.of(&module.id))
        .map(|seen| Change {
            module: seen.unit.module.clone(),
            target: seen.unit.target.clone(),
            former: seen.live.clone(),
            to: seen.unit.version.clone(),
            changed: seen.changed,
        })
        .collect()
}

/// Modules by wave: those of one wave need nothing of each other, and each
/// needs something of the wave before. Within a wave as written.
pub fn waves(manifest: &Manifest) -> Vec<Vec<&ModuleId>> {
    let mut wave_of: BTreeMap<&ModuleId, usize> = BTreeMap::new();
    let mut waves: Vec<Vec<&ModuleId>> = Vec::new();
    for module in order::ordered(manifest) {
        let needs = order::prerequisites(manifest, module);
        let before = needs.filter_map(|need| wave_of.get(need)).max();
        let wave = before.map_or(0, |wave| wave + 1);
        wave_of.insert(&module.id, wave);
        if waves.len() <= wave {
            waves.resize_with(wave + 1, Vec::new);
        }
        waves[wave].push(&module.id);
    }
    waves
}

//! The order of modules: each after all that it needs, and otherwise as written.

use segue_manifest::{Manifest, Module};
use segue_model::ModuleId;
use std::collections::BTreeSet;

/// Modules in an order in which each stands after all that it needs. The
/// manifest holds no cycle: reading it refused that.
pub(crate) fn ordered(manifest: &Manifest) -> Vec<&Module> {
    let mut left: Vec<_> = manifest.modules.iter().collect();
    let mut placed = BTreeSet::new();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let next = left.iter().position(|module| {
            let mut needs = prerequisites(manifest, module);
            needs.all(|need| placed.contains(need))
        });
        let module = left.remove(next.unwrap_or(0));
        placed.insert(&module.id.value);
        order.push(module);
    }
    order
}

/// The modules that must be live before this one: what it needs, and for the
/// module that is last, all others.
pub(crate) fn prerequisites<'a>(
    manifest: &'a Manifest,
    module: &'a Module,
) -> impl Iterator<Item = &'a ModuleId> {
    let others = manifest
        .modules
        .iter()
        .filter(move |other| module.last && !other.last && other.id.value != module.id.value)
        .map(|other| &other.id.value);
    let needs = module.needs.iter().map(|need| &need.module.value);
    needs.chain(others)
}

//! What the lock and the manifest say together of every module on every target.

use segue_artifact::Lock;
use segue_manifest::{Manifest, Module};
use segue_model::{Failure, TargetId, Unit};

/// Every module on every one of its targets, in written order.
///
/// # Errors
/// When the lock lacks one of them; `Lock::check` says so better and earlier.
pub fn units(manifest: &Manifest, lock: &Lock) -> Result<Vec<Unit>, Failure> {
    let mut units = Vec::new();
    for module in &manifest.modules {
        for target in &module.on {
            units.push(unit(module, target, lock)?);
        }
    }
    Ok(units)
}

fn unit(module: &Module, target: &TargetId, lock: &Lock) -> Result<Unit, Failure> {
    let missing = || {
        Failure::step(
            "SEG2001",
            format!("segue.lock has no {}@{target}", module.id.value),
        )
        .hint("run `segue lock`")
    };
    let locked = lock.modules.get(&module.id.value).ok_or_else(missing)?;
    let artifact = locked.targets.get(target).ok_or_else(missing)?;
    let mut settings = module.settings();
    // The lock knows the versions of secrets, and the names under which they stand.
    if let Some(fields) = settings.as_object_mut() {
        fields.remove("secrets");
        fields.extend(artifact.secrets().map(|it| ("secrets".to_owned(), it)));
    }
    Ok(Unit {
        module: module.id.value.clone(),
        target: target.clone(),
        version: locked.version.clone(),
        artifact: artifact.to_value(),
        settings,
    })
}

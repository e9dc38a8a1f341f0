//! What happens when a step fails.

use super::{Page, inline::code};
use segue_manifest::{Manifest, Module, OnFailure};

pub(super) fn undo(page: &Page<'_>, text: &mut String) {
    let manifest = page.manifest;
    text.push_str("\n## What undo does\n\n");
    text.push_str(match manifest.on_failure {
        OnFailure::Undo => "When a step fails, Segue rolls back what was done, in reverse order:\n\n",
        OnFailure::Hold => "When a step fails, the release holds and waits for a person. Whoever asks for it has Segue roll back what was done, in reverse order:\n\n",
    });
    let mut kinds: Vec<&str> = Vec::new();
    for module in &manifest.modules {
        let kind = kind(manifest, module);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for kind in kinds {
        text.push_str(&format!("- {kind}\n"));
    }
    for module in &manifest.modules {
        for migration in &module.migrations {
            let words = |words: &[segue_manifest::Spanned<String>]| {
                code(
                    &words
                        .iter()
                        .map(|it| it.value.as_str())
                        .collect::<Vec<_>>()
                        .join(" "),
                )
            };
            let how = migration.undo.as_deref().map_or_else(
                || "has no way back: a point of no return".to_owned(),
                |undo| format!("is taken back by {}", words(undo)),
            );
            text.push_str(&format!(
                "- The migration {} of {} {how}.\n",
                words(&migration.command),
                code(module.id.as_str())
            ));
        }
    }
}

fn kind(manifest: &Manifest, module: &Module) -> &'static str {
    let platform = module
        .on
        .first()
        .and_then(|id| manifest.target(id))
        .map_or("", |target| target.platform());
    match (platform, module.settings()["slot"].is_string()) {
        ("kubernetes", _) => "On Kubernetes, the former objects are applied again.",
        ("azure-functions", true) => "On Azure Functions, the slots are swapped back.",
        ("azure-functions", false) => "On Azure Functions, the former image is deployed again.",
        ("cloud-run", _) => "On Google Cloud Run, traffic goes back to the former revision.",
        _ => "On Google Cloud Functions, the former revision or source comes back.",
    }
}

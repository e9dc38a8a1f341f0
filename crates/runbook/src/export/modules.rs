//! The table of modules, and what the lock holds of them.

use super::{
    Page, duration,
    inline::{code, codes},
    order,
};
use segue_manifest::{Manifest, Module, Order, Percent, TriggerKind};
use segue_model::Range;

/// The heading of what the lock holds; it and the table under it stand only on pages
/// that were written where a lock is.
pub(crate) const LOCKED: &str = "## Locked versions";

/// What stands before and after the time that all modules took.
pub(crate) const TOOK: (&str, &str) = ("All modules together took about ", ".");

/// The table in the order of the release.
pub(super) fn table(page: &Page<'_>, text: &mut String) {
    let manifest = page.manifest;
    text.push_str("\n## Order\n\n");
    text.push_str(match manifest.order {
        Order::Strict => "The modules go one after the other, in this order.\n",
        Order::Graph => {
            "Each module begins as soon as what it depends on is live; several go in parallel.\n"
        }
    });
    if let Some(whole) = order::whole(manifest, page.durations) {
        text.push_str(&format!("{}{}{}\n", TOOK.0, duration::said(whole), TOOK.1));
    }
    text.push_str("\n| Step | Module | Platform | Version | Depends on | Estimated time | Notes |\n|---|---|---|---|---|---|---|\n");
    for (step, at) in order::of(manifest).into_iter().enumerate() {
        let module = &manifest.modules[at];
        let time = page
            .durations
            .get(module.id.as_str())
            .map_or_else(|| "–".to_owned(), |it| duration::said(*it));
        let id = module.id.as_str();
        text.push_str(&format!(
            "| {} | {id} | {} | {} | {} | {time} | {} |\n",
            step + 1,
            places(manifest, module),
            *module.version,
            needs(module),
            notes(manifest, module)
        ));
    }
}

/// The platform and the targets of a module.
fn places(manifest: &Manifest, module: &Module) -> String {
    let platform = module
        .on
        .first()
        .and_then(|id| manifest.target(id))
        .map_or("", |target| platform_name(target.platform()));
    let targets = module.on.iter().map(|it| it.as_str());
    format!("{platform} ({})", codes(targets))
}

/// The name that people know a platform by.
pub(super) fn platform_name(key: &str) -> &str {
    match key {
        "kubernetes" => "Kubernetes",
        "azure-functions" => "Azure Functions",
        "cloud-run" => "Google Cloud Run",
        "cloud-functions" => "Google Cloud Functions",
        other => other,
    }
}

fn needs(module: &Module) -> String {
    let need = |need: &segue_manifest::Need| match &need.range.value {
        range if *range == Range::ANY => need.module.to_string(),
        range => format!("{} {}", need.module.as_str(), code(&range.to_string())),
    };
    let all: Vec<_> = module.needs.iter().map(need).collect();
    if all.is_empty() {
        "–".to_owned()
    } else {
        all.join("; ")
    }
}

/// What people should know of a module, sentence by sentence.
fn notes(manifest: &Manifest, module: &Module) -> String {
    let mut notes = Vec::new();
    if module.last {
        notes.push("Should be last".to_owned());
    }
    for trigger in manifest
        .triggers
        .iter()
        .filter(|it| it.starts.iter().any(|id| **id == *module.id))
    {
        notes.push(format!("Triggered by {}", trigger_name(&trigger.kind)));
    }
    let settings = module.settings();
    if let Some(slot) = settings["slot"].as_str() {
        notes.push(format!("Goes through the slot {}", code(slot)));
    }
    if let Some(number) = settings["concurrency"].as_u64() {
        notes.push(format!("Concurrency: {number}"));
    }
    if module.shift.len() > 1 {
        let steps: Vec<_> = module
            .shift
            .iter()
            .copied()
            .map(Percent::get)
            .map(|it| format!("{it} %"))
            .collect();
        notes.push(format!("Traffic moves in steps: {}", steps.join(", ")));
    }
    if !module.migrations.is_empty() {
        notes.push("Its data is migrated beforehand".to_owned());
    }
    if notes.is_empty() {
        return "–".to_owned();
    }
    notes.join("; ")
}

/// What a trigger is called by its platform.
pub(super) fn trigger_name(kind: &TriggerKind) -> &'static str {
    match kind {
        TriggerKind::EventGrid(_) => "Azure Event Grid",
        TriggerKind::Pubsub(_) => "Pub/Sub",
        TriggerKind::CloudScheduler(_) => "Cloud Scheduler",
        TriggerKind::CronJob(_) => "a CronJob",
    }
}

/// What exactly is deployed.
pub(super) fn locked(page: &Page<'_>, text: &mut String) {
    if page.locked.is_empty() {
        return;
    }
    text.push_str(&format!(
        "\n{LOCKED}\n\n| Module | Version | Digest |\n|---|---|---|\n"
    ));
    for locked in page.locked {
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            locked.module,
            locked.version,
            code(&locked.digest)
        ));
    }
}

//! What is done around the modules: gates, triggers, what follows.

use super::{
    Page,
    inline::{code, codes},
    modules::{platform_name, trigger_name},
};
use segue_manifest::{Gate, GateKind, Manifest, Notify, Rotate, Tag, TriggerKind};

pub(super) fn head(page: &Page<'_>, text: &mut String) {
    let manifest = page.manifest;
    text.push_str(&format!(
        "# Release runbook\n\nEnvironment: {}\n\n",
        manifest.environment
    ));
    text.push_str(
        "<!-- Written by `segue runbook`. Change segue.yaml, then write this page again. -->\n",
    );
    text.push_str("\n## Where it runs\n\n");
    for target in &manifest.targets {
        let place: Vec<_> = target
            .coordinates()
            .iter()
            .map(|(key, value)| {
                format!(
                    "{} {}",
                    key.replace('_', " "),
                    code(value.as_str().unwrap_or_default())
                )
            })
            .collect();
        text.push_str(&format!(
            "- {}: {}, {}\n",
            code(target.id.as_str()),
            platform_name(target.platform()),
            place.join(", ")
        ));
    }
}

/// What must hold first.
pub(super) fn before(page: &Page<'_>, text: &mut String) {
    if page.manifest.gates.is_empty() {
        return;
    }
    text.push_str("\n## What must hold first\n\n");
    for gate in &page.manifest.gates {
        text.push_str(&format!("- {}: {}\n", code(&gate.id), asked(gate)));
    }
}

fn asked(gate: &Gate) -> String {
    match &gate.kind {
        GateKind::Http { url, expect } => {
            let body = match (&expect.json, &expect.equals) {
                (Some(pointer), Some(value)) => {
                    format!(" with {} at {}", code(&value.to_string()), code(pointer))
                }
                (Some(pointer), None) => format!(" with something at {}", code(pointer)),
                _ => String::new(),
            };
            format!("{} answers {}{body}", code(url), expect.status)
        }
        GateKind::Approval { by, count } => {
            let who = if by.is_empty() {
                "anybody".to_owned()
            } else {
                codes(by.iter().map(|it| it.as_str()))
            };
            format!("approval by {count} of {who}")
        }
        GateKind::Window(calendar) => {
            let open: Vec<_> = calendar.open.iter().map(ToString::to_string).collect();
            let open = if open.is_empty() {
                "any time that is not frozen".to_owned()
            } else {
                open.join(", ")
            };
            format!(
                "open {open} ({}), {} freezes",
                calendar.time_zone,
                calendar.freezes.len()
            )
        }
    }
}

/// What is paused while the release runs.
pub(super) fn paused(page: &Page<'_>, text: &mut String) {
    text.push_str("\n## What is paused\n\n");
    if page.manifest.triggers.is_empty() {
        text.push_str("Nothing.\n");
        return;
    }
    for trigger in &page.manifest.triggers {
        let starts = codes(trigger.starts.iter().map(|it| it.as_str()));
        let held = match &trigger.kind {
            TriggerKind::EventGrid(it) => format!(
                "; meanwhile events wait in the queue {}",
                code(&it.hold.queue)
            ),
            _ => String::new(),
        };
        text.push_str(&format!("- {} ({}), which starts {starts}{held}. It comes back as it was, however the release ends.\n", code(trigger.id.as_str()), trigger_name(&trigger.kind)));
    }
}

/// What a person ticks off.
pub(super) fn checklist(page: &Page<'_>, text: &mut String) {
    let manifest = page.manifest;
    text.push_str("\n## Checklist\n\n");
    let mut items: Vec<String> = manifest
        .gates
        .iter()
        .map(|gate| format!("{} holds", code(&gate.id)))
        .collect();
    if !manifest.triggers.is_empty() {
        items.push("Pause all triggers".to_owned());
    }
    items.extend(
        manifest
            .modules
            .iter()
            .map(|module| format!("{} {} is live", code(module.id.as_str()), *module.version)),
    );
    items.push("Health of all modules".to_owned());
    if !manifest.triggers.is_empty() {
        items.push("Resume all triggers".to_owned());
    }
    items.extend(following(manifest));
    for item in items {
        text.push_str(&format!("- [ ] {item}\n"));
    }
}

fn following(manifest: &Manifest) -> Vec<String> {
    let after = &manifest.after;
    let rotate = after.rotate.iter().map(|rotate| match rotate {
        Rotate::KeyVault { vault, secret } => format!(
            "Rotate the secret {} of the Key Vault {}",
            code(secret),
            code(vault)
        ),
        Rotate::FunctionKey { module, key } => format!(
            "Rotate the function key {} of {}",
            code(key),
            code(module.as_str())
        ),
    });
    let tag = after
        .tag
        .iter()
        .map(|Tag::Git { name }| format!("Tag the release in Git as {}", code(name)));
    // An address may hold a token: it is written nowhere.
    let told = after.notify.iter().map(|notify| match notify {
        Notify::Webhook { .. } => "Notify the webhook".to_owned(),
    });
    rotate.chain(tag).chain(told).collect()
}

//! After the point of no return: what became superfluous goes, secrets are
//! rotated, the version is tagged, people are told.

use crate::{
    Input,
    build::{ids, operation, seconds},
    preconditions::perform,
};
use segue_manifest::Manifest;
use segue_model::{
    Action, ModuleId, Operation, OperationId, ReleaseId, Subject, TargetId, Verb, Version,
};
use serde_json::{Value, json};

pub(crate) fn operations(
    input: &Input<'_>,
    healthy: &[OperationId],
    given_back: &[OperationId],
) -> Vec<Operation> {
    let after = if given_back.is_empty() {
        healthy
    } else {
        given_back
    };
    let mut all = settle(input, after);
    all.extend(rotate(input, after));
    let mut before_tag = ids(&all);
    if before_tag.is_empty() {
        before_tag = after.to_vec();
    }
    all.extend(tag(input, &before_tag));
    let before_notify = all
        .last()
        .map_or(before_tag.clone(), |last| match last.verb {
            Verb::Tag => vec![last.id.clone()],
            _ => before_tag,
        });
    let changed = input.seen.iter().filter(|seen| seen.changed);
    let changes = changed.map(|seen| {
        let (from, to) = (seen.live.version.as_ref(), &seen.unit.version);
        told(&seen.unit.module, &seen.unit.target, from, Some(to))
    });
    let changes: Vec<_> = changes.collect();
    all.extend(notify(input.manifest, &changes, None, &before_notify));
    all
}

fn finishing(operation: Operation, after: &[OperationId]) -> Operation {
    Operation {
        after: after.to_vec(),
        finishing: true,
        ..operation
    }
}

/// A step of `after:`, which has a deadline of its own.
fn step(manifest: &Manifest, operation: Operation, after: &[OperationId]) -> Operation {
    Operation {
        deadline_s: seconds(manifest.after.deadline),
        ..finishing(operation, after)
    }
}

fn settle(input: &Input<'_>, after: &[OperationId]) -> Vec<Operation> {
    let settling = input
        .seen
        .iter()
        .filter(|seen| seen.changed && seen.capabilities.settles);
    let operations = settling.map(|seen| {
        let (module, target) = (&seen.unit.module, &seen.unit.target);
        let action = Action::Settle {
            unit: seen.unit.clone(),
            former: seen.live.clone(),
        };
        let subject = Subject::Module(module.clone(), target.clone());
        let id = format!("{module}@{target}/settle");
        Operation {
            deadline_s: input.deadline_s(seen),
            ..finishing(operation(id, Verb::Settle, subject, action), after)
        }
    });
    operations.collect()
}

/// "Rotate secrets if changes were made": when a module that carries secrets changes.
fn rotate(input: &Input<'_>, after: &[OperationId]) -> Vec<Operation> {
    let secrets_changed = input
        .seen
        .iter()
        .any(|seen| seen.changed && carries_secrets(&seen.unit.settings));
    if !secrets_changed {
        return Vec::new();
    }
    let rotations = input.manifest.after.rotate.iter().enumerate();
    let operations = rotations.map(|(at, rotation)| {
        let (by, told) = rotation.performer(input.manifest);
        let id = format!("rotate/{}", at + 1);
        let subject = Subject::Release(rotated(&told));
        let rotate = operation(id, Verb::Rotate, subject, perform(by, told));
        step(input.manifest, rotate, after)
    });
    operations.collect()
}

fn carries_secrets(settings: &Value) -> bool {
    settings["secrets"]
        .as_object()
        .is_some_and(|it| !it.is_empty())
}

/// What a rotation is called: its names, never a value.
fn rotated(input: &Value) -> String {
    let names = ["vault", "secret", "app", "key"];
    let names = names.iter().filter_map(|name| input[name].as_str());
    names.collect::<Vec<_>>().join("/")
}

fn tag(input: &Input<'_>, after: &[OperationId]) -> Option<Operation> {
    let (by, settings) = input.manifest.after.tag.as_ref()?.performer();
    let subject = Subject::Release("tag".into());
    let tag = operation("tag".into(), Verb::Tag, subject, perform(by, settings));
    Some(step(input.manifest, tag, after))
}

/// What receivers are told of one unit's change.
pub(crate) fn told(
    module: &ModuleId,
    target: &TargetId,
    from: Option<&Version>,
    to: Option<&Version>,
) -> Value {
    json!({ "module": module, "target": target, "from": from, "to": to })
}

pub(crate) fn notify(
    manifest: &Manifest,
    changes: &[Value],
    rolls_back: Option<&ReleaseId>,
    after: &[OperationId],
) -> Vec<Operation> {
    let receivers = manifest.after.notify.iter().enumerate();
    let operations = receivers.map(|(at, receiver)| {
        let (by, mut settings) = receiver.performer();
        settings["release"] = json!("${release}");
        settings["environment"] = json!(manifest.environment);
        settings["changes"] = json!(changes);
        if let Some(release) = rolls_back {
            settings["rolls_back"] = json!(release);
        }
        let id = format!("notify/{}", at + 1);
        let subject = Subject::Release("notify".into());
        let notify = operation(id, Verb::Notify, subject, perform(by, settings));
        step(manifest, notify, after)
    });
    operations.collect()
}

//! What must hold before anything changes: gates, and what modules rely on.

use crate::{
    Input, Seen,
    build::{ids, operation, seconds},
};
use segue_manifest::{Gate, Manifest, Module};
use segue_model::{Action, Operation, OperationId, Subject, Verb};
use serde_json::{Value, json};

pub(crate) fn operations(input: &Input<'_>) -> Vec<Operation> {
    let gates = input.manifest.gates.iter().filter(|it| !it.overridable());
    let gates = gates.map(gate);
    let checks = input.manifest.modules.iter().flat_map(|module| {
        let changed = input.of(&module.id).filter(|seen| seen.changed);
        changed.flat_map(move |seen| checks(module, seen))
    });
    let mut all: Vec<_> = gates.chain(checks).collect();
    all.extend(windows(input.manifest, &ids(&all)));
    all
}

pub(crate) fn gate(gate: &Gate) -> Operation {
    let id = format!("gate/{}", gate.id.value);
    let subject = Subject::Release(gate.id.value.clone());
    Operation {
        overridable: gate.overridable(),
        deadline_s: seconds(gate.deadline),
        ..operation(id, Verb::Gate, subject, gate.action())
    }
}

/// Windows are asked last: people may take so long to approve that one closes.
pub(crate) fn windows(manifest: &Manifest, after: &[OperationId]) -> Vec<Operation> {
    let windows = manifest.gates.iter().filter(|it| it.overridable());
    let windows = windows.map(|window| Operation {
        after: after.to_vec(),
        ..gate(window)
    });
    windows.collect()
}

/// What whoever comes next waits for: the last of these.
pub(crate) fn ready(preconditions: &[Operation]) -> Vec<OperationId> {
    let windows: Vec<_> = preconditions.iter().filter(|it| it.overridable).collect();
    match windows.as_slice() {
        [] => ids(preconditions),
        windows => windows.iter().map(|it| it.id.clone()).collect(),
    }
}

fn checks<'a>(module: &'a Module, seen: &'a Seen) -> impl Iterator<Item = Operation> + 'a {
    let (name, target) = (&seen.unit.module, &seen.unit.target);
    module.checks.iter().enumerate().map(move |(at, check)| {
        let (by, mut input) = check.performer();
        if let Some(repository) = input["repository"].as_str() {
            input["images"] = json!(images(&seen.unit.artifact, repository));
        }
        let id = format!("{name}@{target}/check-{}", at + 1);
        let subject = Subject::Module(name.clone(), target.clone());
        Operation {
            deadline_s: seconds(module.deadline),
            ..operation(id, Verb::Check, subject, perform(by, input))
        }
    })
}

pub(crate) fn perform(by: &str, input: Value) -> Action {
    Action::Perform {
        by: by.to_owned(),
        input,
    }
}

/// The images of `repository` that an artifact refers to by digest, each once.
fn images(artifact: &Value, repository: &str) -> Vec<String> {
    fn collect(value: &Value, prefix: &str, found: &mut Vec<String>) {
        match value {
            Value::String(text) if text.starts_with(prefix) && text.contains("@sha256:") => {
                found.push(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|it| collect(it, prefix, found)),
            Value::Object(fields) => fields.values().for_each(|it| collect(it, prefix, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(artifact, &format!("{repository}/"), &mut found);
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_wherever_they_stand() {
        let artifact = json!({"objects": [{"spec": [{"image": "eu/p/r/a@sha256:1"}, "eu/p/r/a@sha256:1"]},
            {"image": "other/b@sha256:2"}, {"image": "eu/p/r/c:latest"}]});
        assert_eq!(images(&artifact, "eu/p/r"), ["eu/p/r/a@sha256:1"]);
    }
}

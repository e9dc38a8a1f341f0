//! What must hold before anything changes: gates, and what modules rely on.

use crate::{Input, Seen, build::operation};
use segue_manifest::Module;
use segue_model::{Action, Operation, Subject, Verb};
use serde_json::{Value, json};

pub(crate) fn operations(input: &Input<'_>) -> Vec<Operation> {
    let gates = input.manifest.gates.iter().map(|gate| {
        let (by, input) = gate.performer();
        let id = format!("gate/{}", gate.id.value);
        operation(
            id,
            Verb::Gate,
            Subject::Release(gate.id.value.clone()),
            perform(by, input),
        )
    });
    let checks = input.manifest.modules.iter().flat_map(|module| {
        let changed = input.of(&module.id).filter(|seen| seen.changed);
        changed.flat_map(move |seen| checks(module, seen))
    });
    gates.chain(checks).collect()
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
        operation(id, Verb::Check, subject, perform(by, input))
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

//! The storefront's manifest is what importing its page gives, and lines that only its
//! owner can know.

use segue_manifest::{
    Artifact, Check, GateKind, Manifest, Order, Rotate, Source, TriggerKind, Verify, parse,
};
use segue_runbook::{Condition, Fact, Kind, Setting, StartedBy, What, import};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf};

fn example(file: &str) -> Vec<u8> {
    fs::read(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../examples/storefront")
            .join(file),
    )
    .unwrap()
}

/// The owner's manifest, with variables as they are written.
fn manifest() -> Manifest {
    let source = Source::new("segue.yaml", example("segue.yaml"));
    parse(&source, &|name| Some(format!("${{{name}}}")))
        .manifest
        .unwrap()
}

/// Whether a manifest does what a fact says.
fn holds(manifest: &Manifest, what: &What) -> bool {
    let module = |id: &str| manifest.modules.iter().find(|it| it.id.as_str() == id);
    match what {
        What::Environment(name) => manifest.environment == *name,
        What::Module(id) => module(id).is_some(),
        What::On { module: id, target } => {
            module(id).is_some_and(|it| it.on.iter().any(|on| on.as_str() == target))
        }
        What::Needs {
            module: id,
            provider,
            ..
        } => stands_on(manifest, id, provider),
        What::Last(id) => module(id).is_some_and(|it| it.last),
        What::Strict => manifest.order == Order::Strict,
        What::Trigger {
            module: id,
            starter,
        } => manifest.triggers.iter().any(|trigger| {
            let kind = match &trigger.kind {
                TriggerKind::EventGrid(_) => StartedBy::EventGrid,
                TriggerKind::Pubsub(_) => StartedBy::Pubsub,
                TriggerKind::CloudScheduler(_) => StartedBy::CloudScheduler,
                TriggerKind::CronJob(_) => StartedBy::CronJob,
            };
            kind == *starter && trigger.starts.iter().any(|it| it.as_str() == id)
        }),
        What::Setting {
            module: id,
            setting,
        } => module(id).is_some_and(|it| is_set(it, setting)),
        What::Gate(condition) => gate(manifest, *condition),
        What::Rotate(None) => manifest
            .after
            .rotate
            .iter()
            .any(|it| matches!(it, Rotate::KeyVault { .. })),
        What::Rotate(Some(id)) => manifest
            .after
            .rotate
            .iter()
            .any(|it| matches!(it, Rotate::FunctionKey { module, .. } if module.as_str() == id)),
        What::Tag => manifest.after.tag.is_some(),
        What::Notify => !manifest.after.notify.is_empty(),
        // Every release does it.
        What::Practice(_) => true,
        What::Place { .. } | What::Words => false,
    }
}

/// Needs reach through others, and what is last comes after all.
fn stands_on(manifest: &Manifest, id: &str, provider: &str) -> bool {
    let Some(module) = manifest.modules.iter().find(|it| it.id.as_str() == id) else {
        return false;
    };
    let direct = |need: &segue_manifest::Need| {
        need.module.as_str() == provider || stands_on(manifest, need.module.as_str(), provider)
    };
    module.last || module.needs.iter().any(direct)
}

fn is_set(module: &segue_manifest::Module, setting: &Setting) -> bool {
    let all = module.settings();
    match setting {
        Setting::Helm => matches!(module.artifact, Artifact::Chart { .. }),
        // No page says one.
        Setting::Tag(_) => false,
        Setting::Chart(at) => {
            matches!(&module.artifact, Artifact::Chart { path, .. } if path.value == *at)
        }
        Setting::Manifests(at) => {
            matches!(&module.artifact, Artifact::Objects { path } if path.value == *at)
        }
        Setting::Slot(slot) => all["slot"] == slot.as_str(),
        Setting::Sidecar(name) => all["sidecars"]
            .as_array()
            .is_some_and(|it| it.iter().any(|it| it == name.as_str())),
        Setting::Concurrency(None) => all["concurrency"].is_number(),
        Setting::Concurrency(Some(number)) => all["concurrency"] == *number,
        Setting::ServiceAccount => all["service_account"].is_string(),
        Setting::Invokers => all["invokers"].is_array(),
        Setting::Health(path) => module.health == *path,
        Setting::Version(version) => module.version.to_string() == *version,
        Setting::Image(image) => {
            matches!(&module.artifact, Artifact::Image { repository } if **repository == *image)
        }
        Setting::Shift(steps) => module
            .shift
            .iter()
            .map(|it| it.get())
            .eq(steps.iter().copied()),
        Setting::KeyVault(..) => module
            .checks
            .iter()
            .any(|it| matches!(it, Check::KeyVault { .. })),
        Setting::ArtifactRegistry => module
            .checks
            .iter()
            .any(|it| matches!(it, Check::ArtifactRegistry { .. })),
        Setting::ApplicationInsights => module
            .verify
            .iter()
            .any(|it| matches!(it, Verify::ApplicationInsights { .. })),
        Setting::PubsubPush => module
            .verify
            .iter()
            .any(|it| matches!(it, Verify::PubsubPush { .. })),
    }
}

fn gate(manifest: &Manifest, condition: Condition) -> bool {
    let named = |name: &str| manifest.gates.iter().any(|gate| gate.id.as_str() == name);
    match condition {
        Condition::Qa => named("qa"),
        Condition::Uat => named("uat"),
        Condition::Approval => manifest
            .gates
            .iter()
            .any(|gate| matches!(gate.kind, GateKind::Approval { .. })),
        Condition::External => manifest
            .gates
            .iter()
            .any(|gate| !["qa", "uat"].contains(&gate.id.as_str())),
    }
}

fn facts() -> Vec<Fact> {
    import(&example("deployment-sequence.md"), "deployment-sequence.md").facts
}

#[test]
fn every_fact_of_the_page_is_in_its_manifest() {
    let manifest = manifest();
    let mut decided = Vec::new();
    for fact in facts()
        .iter()
        .filter(|fact| fact.kind != Kind::LeftOver && !holds(&manifest, &fact.what))
    {
        // What the import guessed, the owner may have decided otherwise.
        assert_eq!(
            fact.kind,
            Kind::Guessed,
            "line {}: {}",
            fact.line,
            fact.what
        );
        decided.push(fact.what.to_string());
    }
    assert_eq!(decided, ["order strict"]);
}

/// What each place of a manifest holds: `modules.notifier.concurrency` → `40`. A list
/// of needs is a map of any version, and triggers are known by what they start.
fn places(text: &str) -> BTreeMap<String, String> {
    let value: Value = serde_saphyr::from_str(text).unwrap();
    let mut places = BTreeMap::new();
    flatten(String::new(), &value, &mut places);
    places
}

fn flatten(path: String, value: &Value, places: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = match value["starts"].as_str() {
                    Some(module) if path == "triggers" => module,
                    _ => key,
                };
                let inner = if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                };
                flatten(inner, value, places);
            }
        }
        Value::Array(list) if path.ends_with(".needs") => {
            for name in list {
                places.insert(
                    format!("{path}.{}", name.as_str().unwrap()),
                    "\"*\"".to_owned(),
                );
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                let known = value.as_object().and_then(|map| map.keys().next());
                let key = known.map_or_else(|| at.to_string(), String::clone);
                flatten(format!("{path}[{key}]"), value, places);
            }
        }
        scalar => drop(places.insert(path, scalar.to_string())),
    }
}

/// Whether the import only held a place open.
fn is_gap(value: &str) -> bool {
    ["to-be-filled-in", ".invalid/", "\"0.1.0\"", "\"*\""]
        .iter()
        .any(|it| value.contains(it))
}

/// The owner's lines: what they added, and what they put into gaps. The import's other
/// lines stand in the manifest as they are, but for those that the owner decided.
#[test]
fn the_rest_of_the_manifest_is_its_owners() {
    let imported = import(&example("deployment-sequence.md"), "deployment-sequence.md").manifest;
    let given = places(&imported);
    let owners = places(&String::from_utf8(example("segue.yaml")).unwrap());
    let mut report = String::from("Added:\n");
    for (path, value) in owners.iter().filter(|(path, _)| !given.contains_key(*path)) {
        report += &format!("  {path}: {value}\n");
    }
    report += "Filled in:\n";
    let changed = given
        .iter()
        .filter_map(|(path, gap)| Some((path, gap, owners.get(path)?)));
    for (path, gap, value) in changed.filter(|(_, gap, value)| gap != value && is_gap(gap)) {
        report += &format!("  {path}: {gap} → {value}\n");
    }
    report += "Decided otherwise:\n";
    for (path, value) in &given {
        match owners.get(path) {
            Some(other) if other == value || is_gap(value) => {}
            Some(other) => report += &format!("  {path}: {value} → {other}\n"),
            None => report += &format!("  {path}: {value} → (not there)\n"),
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn the_manifest_has_no_module_that_the_page_has_not() {
    let facts = facts();
    for module in manifest().modules {
        let what = What::Module(module.id.to_string());
        assert!(
            facts.iter().any(|fact| fact.what == what),
            "{}",
            module.id.as_str()
        );
    }
}

//! Who owns which fields: `metadata.managedFields`.

use super::{
    fields::{FieldSet, lookup},
    object::{items, now, text},
};
use serde_json::{Value, json};

/// One owner of fields.
#[derive(Debug, Clone)]
pub struct Manager {
    pub name: String,
    /// `Apply` or `Update`.
    pub operation: String,
    pub api_version: String,
    pub time: String,
    pub fields: FieldSet,
}

/// Reads `metadata.managedFields`.
pub fn read(object: &Value) -> Vec<Manager> {
    items(object, "/metadata/managedFields")
        .iter()
        .map(|entry| Manager {
            name: text(entry, "/manager").to_owned(),
            operation: text(entry, "/operation").to_owned(),
            api_version: text(entry, "/apiVersion").to_owned(),
            time: text(entry, "/time").to_owned(),
            fields: FieldSet::from_wire(&entry["fieldsV1"]),
        })
        .collect()
}

/// Writes `metadata.managedFields`.
pub fn write(object: &mut Value, managers: &[Manager]) {
    let entries: Vec<_> = managers
        .iter()
        .filter(|manager| !manager.fields.0.is_empty())
        .map(|manager| {
            json!({
                "manager": manager.name, "operation": manager.operation,
                "apiVersion": manager.api_version, "time": manager.time,
                "fieldsType": "FieldsV1", "fieldsV1": manager.fields.to_wire(),
            })
        })
        .collect();
    object["metadata"]["managedFields"] = json!(entries);
}

/// The entry of one owner, made when there is none.
pub fn entry<'a>(
    managers: &'a mut Vec<Manager>,
    name: &str,
    operation: &str,
    object: &Value,
) -> &'a mut Manager {
    let at = managers
        .iter()
        .position(|manager| manager.name == name && manager.operation == operation);
    let at = at.unwrap_or_else(|| {
        managers.push(Manager {
            name: name.to_owned(),
            operation: operation.to_owned(),
            api_version: text(object, "/apiVersion").to_owned(),
            time: now(),
            fields: FieldSet::default(),
        });
        managers.len() - 1
    });
    &mut managers[at]
}

/// After an update that is no apply: `name` owns what it changed or added, and
/// what is gone nobody owns.
pub fn after_update(before: Option<&Value>, after: &mut Value, name: &str) {
    let mut managers = before.map(read).unwrap_or_default();
    let present = FieldSet::of(after);
    let changed: Vec<_> = present
        .0
        .iter()
        .filter(|path| {
            before.and_then(|before| lookup(before, path)) != lookup(after, path)
                && !holds_items(path, &present)
        })
        .cloned()
        .collect();
    for manager in &mut managers {
        let own = manager.name == name && manager.operation == "Update";
        manager
            .fields
            .0
            .retain(|path| present.0.contains(path) && (own || !changed.contains(path)));
    }
    if !changed.is_empty() {
        let entry = entry(&mut managers, name, "Update", after);
        entry.time = now();
        entry.fields.0.extend(changed);
    }
    write(after, &managers);
}

/// Whether a path is an item of a list with fields of its own: those are owned
/// one by one.
fn holds_items(path: &[String], set: &FieldSet) -> bool {
    path.last().is_some_and(|last| last.starts_with("k:"))
        && set
            .0
            .iter()
            .any(|other| other.len() > path.len() && other.starts_with(path))
}

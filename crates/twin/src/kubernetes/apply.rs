//! Server-side apply: an owner's fields become what it applies; what it no
//! longer applies and nobody else owns goes away; what somebody else owns and
//! it would change is a conflict.

use super::{
    fields::{self, FieldSet, Path, Shape, item_key, lookup, shape},
    managers::{self, Manager},
    object::now,
    status::{ApiError, Cause},
};
use serde_json::Value;

/// The object after `name` has applied `wanted` to `live`.
///
/// # Errors
/// 409 with every field that another manager owns with another value, unless
/// `force` takes them over.
pub fn apply(live: &Value, wanted: &Value, name: &str, force: bool) -> Result<Value, ApiError> {
    let applied = FieldSet::of(wanted);
    let mut managers = managers::read(live);
    let conflicts = conflicts(live, wanted, &applied, &managers, name);
    if !conflicts.is_empty() && !force {
        return Err(refuse(&conflicts));
    }
    let taken: Vec<Path> = conflicts.into_iter().map(|(_, path)| path).collect();
    let former = std::mem::replace(
        &mut managers::entry(&mut managers, name, "Apply", wanted).fields,
        applied.clone(),
    );
    for manager in managers.iter_mut().filter(|manager| !is(manager, name)) {
        manager.fields.0.retain(|path| !taken.contains(path));
    }

    let mut object = live.clone();
    merge(
        &mut object,
        wanted,
        super::object::text(wanted, "/kind"),
        "",
    );
    drop_left_over(&mut object, &former, &managers);
    if former != applied || object != *live {
        managers::entry(&mut managers, name, "Apply", wanted).time = now();
    }
    managers::write(&mut object, &managers);
    Ok(object)
}

fn is(manager: &Manager, name: &str) -> bool {
    manager.name == name && manager.operation == "Apply"
}

fn conflicts(
    live: &Value,
    wanted: &Value,
    applied: &FieldSet,
    managers: &[Manager],
    name: &str,
) -> Vec<(Manager, Path)> {
    let mut conflicts = Vec::new();
    for manager in managers.iter().filter(|manager| !is(manager, name)) {
        for path in applied.0.intersection(&manager.fields.0) {
            let is_item = path.last().is_some_and(|last| last.starts_with("k:"));
            if !is_item && lookup(live, path) != lookup(wanted, path) {
                conflicts.push((manager.clone(), path.clone()));
            }
        }
    }
    conflicts
}

fn refuse(conflicts: &[(Manager, Path)]) -> ApiError {
    let words = |manager: &Manager| {
        if manager.operation == "Apply" {
            format!("\"{}\"", manager.name)
        } else {
            format!(
                "\"{}\" using {} at {}",
                manager.name, manager.api_version, manager.time
            )
        }
    };
    let causes: Vec<_> = conflicts
        .iter()
        .map(|(manager, path)| Cause {
            reason: "FieldManagerConflict",
            field: fields::display(path),
            message: format!("conflict with {}", words(manager)),
        })
        .collect();
    let message = match causes.as_slice() {
        [one] => format!(
            "Apply failed with 1 conflict: {}: {}",
            one.message, one.field
        ),
        all => {
            let mut lines = format!("Apply failed with {} conflicts:", all.len());
            let mut of = "";
            for cause in all {
                if of != cause.message {
                    lines += &format!(" {}:", cause.message.replacen("conflict", "conflicts", 1));
                    of = &cause.message;
                }
                lines += &format!("\n- {}", cause.field);
            }
            lines
        }
    };
    ApiError::apply_conflict(message, &causes)
}

/// Puts what is wanted into the object, list items by their keys.
pub fn merge(object: &mut Value, wanted: &Value, kind: &str, field: &str) {
    match (shape(kind, field, wanted), &mut *object, wanted) {
        (Shape::Fields, Value::Object(fields), Value::Object(wanted)) => {
            for (field, value) in wanted.iter().filter(|(_, value)| !value.is_null()) {
                match fields.get_mut(field) {
                    Some(present) => merge(present, value, kind, field),
                    None => {
                        fields.insert(field.clone(), value.clone());
                    }
                }
            }
        }
        (Shape::Keyed(keys), Value::Array(items), Value::Array(wanted)) => {
            for item in wanted {
                let key = item_key(keys, item);
                match items
                    .iter_mut()
                    .find(|present| item_key(keys, present) == key)
                {
                    Some(present) => merge(present, item, kind, ""),
                    None => items.push(item.clone()),
                }
            }
        }
        (Shape::Set, Value::Array(items), Value::Array(wanted)) => {
            for item in wanted {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
        }
        _ => *object = wanted.clone(),
    }
}

/// Removes what the owner applied before and nobody owns now. A field below
/// which somebody owns something stays, and so do the keys of an item that stays.
fn drop_left_over(object: &mut Value, former: &FieldSet, managers: &[Manager]) {
    // in order: a whole item goes before its fields are looked at one by one
    for path in &former.0 {
        let owned = managers.iter().any(|manager| {
            let mut owned = manager.fields.0.iter();
            owned.any(|other| other.starts_with(path))
        });
        if !owned && !fields::is_key(path) {
            fields::remove(object, path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(data: Value) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
    }

    fn empty() -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
    }

    #[test]
    fn what_an_owner_no_longer_applies_goes_away() {
        let live = apply(
            &empty(),
            &config(json!({"a": "1", "b": "2"})),
            "segue",
            false,
        )
        .unwrap();
        let live = apply(&live, &config(json!({"a": "1"})), "segue", false).unwrap();
        assert_eq!(live["data"], json!({"a": "1"}));
    }

    #[test]
    fn what_two_own_stays_when_one_lets_go() {
        let live = apply(&empty(), &config(json!({"a": "1", "b": "2"})), "one", false).unwrap();
        let live = apply(&live, &config(json!({"b": "2"})), "two", false).unwrap();
        let live = apply(&live, &config(json!({"a": "1"})), "one", false).unwrap();
        assert_eq!(live["data"], json!({"a": "1", "b": "2"}));
    }

    #[test]
    fn an_item_of_a_list_goes_as_a_whole() {
        let pod = |ports: Value| {
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {
                "containers": [{"name": "c", "image": "i", "ports": ports}],
            }})
        };
        let empty = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}});
        let both = pod(json!([{"containerPort": 1, "name": "a"}, {"containerPort": 2}]));
        let live = apply(&empty, &both, "one", false).unwrap();
        let one = pod(json!([{"containerPort": 2}]));
        let live = apply(&live, &one, "one", false).unwrap();
        assert_eq!(live["spec"], one["spec"]);
    }

    #[test]
    fn a_conflict_names_the_field_and_the_other_and_force_takes_over() {
        let live = apply(&empty(), &config(json!({"a": "1"})), "one", false).unwrap();
        let error = apply(&live, &config(json!({"a": "2"})), "two", false).unwrap_err();
        assert_eq!(
            error.message,
            "Apply failed with 1 conflict: conflict with \"one\": .data.a"
        );
        let live = apply(&live, &config(json!({"a": "2"})), "two", true).unwrap();
        assert_eq!(live["data"]["a"], "2");
        let owners: Vec<_> = managers::read(&live).into_iter().map(|m| m.name).collect();
        assert_eq!(owners, ["two"]);
    }

    #[test]
    fn applying_the_same_again_changes_nothing() {
        let live = apply(&empty(), &config(json!({"a": "1"})), "one", false).unwrap();
        let again = apply(&live, &config(json!({"a": "1"})), "one", false).unwrap();
        assert_eq!(live, again);
    }
}

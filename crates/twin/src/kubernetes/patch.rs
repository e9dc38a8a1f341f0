//! The patches that are not applies: merge patch (RFC 7386), JSON patch
//! (RFC 6902) and Kubernetes' strategic merge patch.

use super::{
    fields::{Shape, item_key, shape},
    status::ApiError,
};
use serde_json::{Map, Value, json};

/// RFC 7386.
pub fn merge(object: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *object = patch.clone();
        return;
    };
    let fields = as_map(object);
    for (field, value) in patch {
        if value.is_null() {
            fields.remove(field);
        } else {
            merge(fields.entry(field.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Kubernetes' own: like a merge patch, but lists that have keys merge by them,
/// and `$patch: delete` and `$patch: replace` do what they say.
pub fn strategic(object: &mut Value, patch: &Value, kind: &str, field: &str) {
    match (patch, shape(kind, field, patch)) {
        (Value::Object(patch), _) => strategic_fields(object, patch, kind),
        (Value::Array(patch), Shape::Keyed(keys)) => strategic_items(object, patch, kind, keys),
        (Value::Array(patch), Shape::Set) => {
            let mut items = object.as_array().cloned().unwrap_or_default();
            for item in patch {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
            *object = json!(items);
        }
        _ => *object = patch.clone(),
    }
}

fn strategic_fields(object: &mut Value, patch: &Map<String, Value>, kind: &str) {
    if patch.get("$patch") == Some(&json!("replace")) {
        *object = json!({});
    }
    let fields = as_map(object);
    for (field, value) in patch.iter().filter(|(field, _)| !field.starts_with('$')) {
        if value.is_null() || value["$patch"] == "delete" {
            fields.remove(field);
        } else {
            let present = fields.entry(field.clone()).or_insert(Value::Null);
            strategic(present, value, kind, field);
        }
    }
}

fn strategic_items(object: &mut Value, patch: &[Value], kind: &str, keys: &[&str]) {
    let mut items = object.as_array().cloned().unwrap_or_default();
    if patch.iter().any(|item| item["$patch"] == "replace") {
        items.clear();
    }
    for item in patch.iter().filter(|item| item["$patch"] != "replace") {
        let key = item_key(keys, item);
        let at = items
            .iter()
            .position(|present| item_key(keys, present) == key);
        match (at, item["$patch"] == "delete") {
            (Some(at), true) => {
                items.remove(at);
            }
            (Some(at), false) => strategic(&mut items[at], item, kind, ""),
            (None, true) => {}
            (None, false) => {
                let mut fresh = json!({});
                strategic(&mut fresh, item, kind, "");
                items.push(fresh);
            }
        }
    }
    *object = json!(items);
}

/// RFC 6902.
pub fn json(object: &mut Value, patch: &Value) -> Result<(), ApiError> {
    let steps = patch
        .as_array()
        .ok_or_else(|| ApiError::bad_request("a JSON patch is a list of operations"))?;
    for step in steps {
        json_step(object, step)
            .map_err(|words| ApiError::bad_request(format!("json patch {step}: {words}")))?;
    }
    Ok(())
}

fn json_step(object: &mut Value, step: &Value) -> Result<(), String> {
    let path = step["path"].as_str().ok_or("`path` is missing")?;
    let value = || step.get("value").cloned().ok_or("`value` is missing");
    let from = || {
        let from = step["from"].as_str().ok_or("`from` is missing")?;
        Ok::<_, String>(from.to_owned())
    };
    match step["op"].as_str() {
        Some("add") => add(object, path, value()?),
        Some("remove") => take(object, path).map(drop),
        Some("replace") => {
            let value = value()?;
            *object
                .pointer_mut(path)
                .ok_or("there is nothing at `path`")? = value;
            Ok(())
        }
        Some("test") if object.pointer(path) == Some(&value()?) => Ok(()),
        Some("test") => Err("the test failed".into()),
        Some("move") => {
            let value = take(object, &from()?)?;
            add(object, path, value)
        }
        Some("copy") => {
            let value = object
                .pointer(&from()?)
                .cloned()
                .ok_or("there is nothing at `from`")?;
            add(object, path, value)
        }
        _ => Err("`op` is unknown".into()),
    }
}

fn parent<'a>(object: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), String> {
    let (above, last) = path.rsplit_once('/').ok_or("`path` must begin with `/`")?;
    let above = object
        .pointer_mut(above)
        .ok_or("there is nothing above `path`")?;
    Ok((above, last.replace("~1", "/").replace("~0", "~")))
}

fn add(object: &mut Value, path: &str, value: Value) -> Result<(), String> {
    if path.is_empty() {
        *object = value;
        return Ok(());
    }
    match parent(object, path)? {
        (Value::Object(fields), field) => {
            fields.insert(field, value);
        }
        (Value::Array(items), index) if index == "-" => items.push(value),
        (Value::Array(items), index) => {
            let index = index.parse::<usize>().map_err(|error| error.to_string())?;
            if index > items.len() {
                return Err("the index is beyond the end".into());
            }
            items.insert(index, value);
        }
        _ => return Err("there is no object or list above `path`".into()),
    }
    Ok(())
}

fn take(object: &mut Value, path: &str) -> Result<Value, String> {
    match parent(object, path)? {
        (Value::Object(fields), field) => fields.remove(&field),
        (Value::Array(items), index) => match index.parse::<usize>() {
            Ok(index) if index < items.len() => Some(items.remove(index)),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| "there is nothing at `path`".into())
}

fn as_map(object: &mut Value) -> &mut Map<String, Value> {
    if !object.is_object() {
        *object = json!({});
    }
    match object {
        Value::Object(fields) => fields,
        _ => unreachable!("it was made an object right above"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_replaces_lists_and_a_strategic_one_merges_them() {
        let object = json!({"spec": {"containers": [
            {"name": "a", "image": "1"}, {"name": "b", "image": "1"},
        ]}});
        let patch = json!({"spec": {"containers": [{"name": "a", "image": "2"}]}});
        let (mut merged, mut strategically) = (object.clone(), object);
        merge(&mut merged, &patch);
        strategic(&mut strategically, &patch, "Pod", "");
        assert_eq!(merged, patch);
        assert_eq!(
            strategically["spec"]["containers"],
            json!([{"name": "a", "image": "2"}, {"name": "b", "image": "1"}])
        );
    }

    #[test]
    fn a_json_patch_goes_step_by_step() {
        let mut object = json!({"a": {"b/c": 1}, "l": [1, 3]});
        let patch = json!([
            {"op": "test", "path": "/a/b~1c", "value": 1},
            {"op": "add", "path": "/l/1", "value": 2},
            {"op": "move", "from": "/a/b~1c", "path": "/d"},
        ]);
        json(&mut object, &patch).unwrap();
        assert_eq!(object, json!({"a": {}, "l": [1, 2, 3], "d": 1}));
        let failed = json!([{"op": "test", "path": "/d", "value": 2}]);
        assert_eq!(json(&mut object, &failed).unwrap_err().code, 400);
    }
}

//! The JSON Schema of the manifest, draft 2020-12: for editors, and for the shape
//! check in `shape.rs`, so that the two can not differ.

use crate::document::Document;
use schemars::{
    Schema,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform},
};
use serde_json::{Map, Value};

/// The JSON Schema of `segue.yaml`, draft 2020-12, with every key described.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Document>();
    RecursiveTransform(tidy).transform(&mut schema);
    schema.to_value()
}

/// What is not written is left out, never null; a text is not empty unless the schema
/// says so; descriptions are one line; `format` repeats what the bounds say.
fn tidy(schema: &mut Schema) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    without_null(map);
    map.remove("format");
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    if let Some(Value::String(text)) = map.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    describe_tag(map);
    let is_text = map.get("type").is_some_and(|kind| kind == "string");
    let is_bound = ["const", "pattern", "minLength"]
        .iter()
        .any(|key| map.contains_key(*key));
    if is_text && !is_bound {
        map.insert("minLength".into(), 1.into());
    }
}

/// The only key of a variant is described as the variant is.
fn describe_tag(map: &mut Map<String, Value>) {
    let Some(about) = map.get("description").cloned() else {
        return;
    };
    let Some(Value::Object(properties)) = map.get_mut("properties") else {
        return;
    };
    let mut tags = properties.values_mut();
    if let (Some(Value::Object(tag)), None) = (tags.next(), tags.next()) {
        tag.entry("description").or_insert(about);
    }
}

fn without_null(map: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = map.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            map.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(branches)) = map.get_mut("anyOf") {
        branches.retain(|branch| branch["type"] != "null");
        if let [Value::Object(only)] = branches.as_mut_slice() {
            let only = std::mem::take(only);
            map.remove("anyOf");
            for (key, value) in only {
                map.entry(key).or_insert(value);
            }
        }
    }
}

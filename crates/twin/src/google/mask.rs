//! Field masks: which fields of a resource a PATCH replaces.
//! Source: <https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask>.

use super::{error::Error, schema::Schema};
use serde_json::{Map, Value};

/// The resource after a PATCH with `body`: with a mask its fields only are taken
/// from the body (absent there: removed), without one all of them.
pub(super) fn patched(
    present: &Map<String, Value>,
    body: &Map<String, Value>,
    mask: Option<&str>,
    schema: &Schema,
) -> Result<Map<String, Value>, Error> {
    let Some(mask) = mask.filter(|mask| *mask != "*") else {
        return Ok(body.clone());
    };
    let mut out = present.clone();
    for path in mask.split(',') {
        let path: Vec<String> = path.trim().split('.').map(camel).collect();
        if !schema.properties.contains_key(&path[0]) {
            return Err(Error::invalid(format!(
                "Invalid field in update mask: {}",
                path.join(".")
            )));
        }
        replace(&mut out, body, &path);
    }
    Ok(out)
}

fn replace(into: &mut Map<String, Value>, from: &Map<String, Value>, path: &[String]) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        match from.get(name) {
            Some(value) => into.insert(name.clone(), value.clone()),
            None => into.remove(name),
        };
        return;
    }
    let empty = Map::new();
    let from = from.get(name).and_then(Value::as_object).unwrap_or(&empty);
    let into = into
        .entry(name.clone())
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(into) = into.as_object_mut() {
        replace(into, from, rest);
    }
}

/// Masks come as `updateMask=service_config` and as `serviceConfig`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        match letter {
            '_' => upper = true,
            _ if upper => {
                out.extend(letter.to_uppercase());
                upper = false;
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::discovery::RUN, *};
    use serde_json::json;

    #[test]
    fn only_masked_fields_change() {
        let map = |value: Value| value.as_object().cloned().unwrap();
        let schema = &RUN.schemas["GoogleCloudRunV2Service"];
        let present = map(json!({"labels": {"a": "1"}, "template": {"timeout": "3s"}}));
        let body = map(json!({"template": {"revision": "x-1"}}));
        let patched = |mask| patched(&present, &body, mask, schema).map(Value::Object);
        assert_eq!(
            patched(Some("template.revision,labels")),
            Ok(json!({"template": {"timeout": "3s", "revision": "x-1"}}))
        );
        assert_eq!(patched(None), Ok(Value::Object(body.clone())));
        assert!(patched(Some("nonsense")).is_err());
    }
}

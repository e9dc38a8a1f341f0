//! Whether applying an object would change anything.

use crate::ownership;
use serde_json::Value;

/// Whether applying `want` would leave `live` as it is: everything wanted is
/// there, and nothing that Segue applied before is missing in `want`.
pub(crate) fn same(want: &Value, live: &Value) -> bool {
    covers(want, live) && ownership::applied(live).is_none_or(|own| covers(&own, want))
}

/// Whether everything that `part` says is so in `whole`. What the API server
/// adds (defaults, items of other managers) does not matter, nor how it
/// writes quantities, nor that it leaves out empty values.
pub(crate) fn covers(part: &Value, whole: &Value) -> bool {
    inside(part, whole, false)
}

/// `quantity`: the place is one where the API keeps quantities.
fn inside(part: &Value, whole: &Value, quantity: bool) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, value)| match whole.get(key) {
                Some(there) => inside(value, there, quantity || keeps_quantities(key)),
                None => is_empty(value),
            })
        }
        (Value::Array(part), Value::Array(whole)) => items_inside(part, whole),
        (part, Value::Null) => is_empty(part),
        (part, whole) => part == whole || (quantity && same_quantity(part, whole)),
    }
}

fn items_inside(part: &[Value], whole: &[Value]) -> bool {
    if part.len() == whole.len() {
        return part.iter().zip(whole).all(|(p, w)| inside(p, w, false));
    }
    // Others may add items to a list of maps (a sidecar, an address); a list of
    // scalars is one value.
    part.len() < whole.len()
        && part
            .iter()
            .all(|p| p.is_object() && whole.iter().any(|w| inside(p, w, false)))
}

/// Whether the API server leaves such a value out.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
    }
}

/// The fields under which the API keeps quantities, which it writes in its own way.
fn keeps_quantities(key: &str) -> bool {
    matches!(
        key,
        "limits" | "requests" | "hard" | "averageValue" | "sizeLimit"
    )
}

fn same_quantity(a: &Value, b: &Value) -> bool {
    matches!((quantity(a), quantity(b)), (Some(a), Some(b)) if (a - b).abs() <= a.abs() * 1e-9)
}

/// Source: Kubernetes API reference, "Quantity".
fn quantity(value: &Value) -> Option<f64> {
    let text = match value {
        Value::Number(number) => return number.as_f64(),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-')))
        .unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let factor = match &text[digits..] {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        "Ei" => 1024f64.powi(6),
        exponent => 10f64.powi(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn defaults_and_injected_items_do_not_matter() {
        let want = json!({"spec": {"containers": [{"name": "a", "image": "x"}], "hostNetwork": false, "volumes": []}});
        let live = json!({"spec": {"restartPolicy": "Always", "containers": [
            {"name": "proxy", "image": "p"}, {"name": "a", "image": "x", "imagePullPolicy": "Always"}]}});
        assert!(covers(&want, &live));
    }

    #[test]
    fn a_different_value_a_different_length_a_different_order_matter() {
        let covers = |a: Value, b: Value| covers(&json!({ "x": a }), &json!({ "x": b }));
        assert!(!covers(json!("1"), json!("2")));
        assert!(!covers(json!(["a"]), json!(["a", "b"])));
        assert!(!covers(json!(["a", "b"]), json!(["b", "a"])));
        assert!(!covers(json!([{"a": 1}, {"b": 1}]), json!([{"a": 1}])));
        assert!(!covers(json!(true), Value::Null));
        assert!(!covers(json!(1), Value::Null));
    }

    #[test]
    fn quantities_are_compared_by_value() {
        let with = |cpu: Value, memory: &str| json!({"limits": {"cpu": cpu, "memory": memory}});
        assert!(covers(
            &with(json!("1000m"), "1Gi"),
            &with(json!("1"), "1024Mi")
        ));
        assert!(covers(&with(json!(1), "1e3"), &with(json!("1"), "1k")));
        assert!(!covers(&with(json!("1"), "1G"), &with(json!("1"), "1Gi")));
        assert!(!covers(
            &json!({"data": {"cpu": "1"}}),
            &json!({"data": {"cpu": "1000m"}})
        ));
    }

    #[test]
    fn what_segue_no_longer_wants_is_a_change() {
        let live = json!({
            "kind": "ConfigMap", "data": {"a": "1", "b": "2"},
            "metadata": {"name": "c", "managedFields": [{"manager": "segue", "operation": "Apply",
                "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}}]},
        });
        let want =
            |data: Value| json!({"kind": "ConfigMap", "metadata": {"name": "c"}, "data": data});
        assert!(same(&want(json!({"a": "1", "b": "2"})), &live));
        assert!(!same(&want(json!({"a": "1"})), &live));
        assert!(!same(&want(json!({"a": "1", "b": "3"})), &live));
    }
}

//! What every object says of itself: who manages it, of which module and version it is.

use super::{pods, text, title};
use crate::code;
use segue_model::{Failure, Version};
use serde_json::{Map, Value, json};

/// Marks objects and the pods that they make.
///
/// Selectors stay as they are: they are immutable, and changing one orphans pods.
/// So a mark that would take a label away from under a selector is refused.
pub fn set(objects: &mut [Value], module: &str, version: &Version) -> Result<(), Failure> {
    let labels = json!({
        "app.kubernetes.io/managed-by": "segue",
        "app.kubernetes.io/name": module,
        "app.kubernetes.io/version": label_value(version),
    });
    let annotations = json!({
        "segue.dev/module": module,
        "segue.dev/version": version.to_string(),
    });
    let mut replaced = Vec::new();
    for object in objects.iter_mut() {
        merge(object, "labels", &labels);
        merge(object, "annotations", &annotations);
        if let Some(template) = pods::template(object) {
            replaced.extend(merge(template, "labels", &labels));
            merge(template, "annotations", &annotations);
        }
    }
    for object in objects.iter() {
        refuse_broken_selector(object, &replaced, &labels)?;
    }
    Ok(())
}

/// A version as a label's value, which has no room for `+`; Helm writes `_` too.
pub fn label_value(version: &Version) -> String {
    version.to_string().replace('+', "_")
}

/// Writes `marks` into `metadata.<field>` and answers the pairs that it replaced.
fn merge(of: &mut Value, field: &str, marks: &Value) -> Vec<(String, Value)> {
    let mut replaced = Vec::new();
    let Some(of) = of.as_object_mut() else {
        return replaced;
    };
    let metadata = entry(of, "metadata");
    let marked = entry(metadata, field);
    for (key, mark) in marks.as_object().into_iter().flatten() {
        match marked.insert(key.clone(), mark.clone()) {
            Some(former) if former != *mark => replaced.push((key.clone(), former)),
            _ => {}
        }
    }
    marked.sort_keys();
    replaced
}

/// The object under `key`; made when it is not there.
fn entry<'a>(of: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = of.entry(key).or_insert_with(|| json!({}));
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object just above"),
    }
}

fn refuse_broken_selector(
    object: &Value,
    replaced: &[(String, Value)],
    labels: &Value,
) -> Result<(), Failure> {
    let selector = object.pointer("/spec/selector");
    let selector = selector.and_then(|selector| selector.get("matchLabels").or(Some(selector)));
    for (key, wanted) in selector.and_then(Value::as_object).into_iter().flatten() {
        // Even one that agrees now would not after the next release.
        let changes = key == "app.kubernetes.io/version";
        if changes
            || replaced
                .iter()
                .any(|(label, former)| label == key && former == wanted)
        {
            let what = format!(
                "{} selects pods by {key}: {}, which Segue sets to {}",
                title(object),
                wanted.as_str().unwrap_or_default(),
                text(labels, &format!("/{}", key.replace('/', "~1"))),
            );
            return Err(code::refused(code::SELECTOR, what)
                .hint("select by a label that stays the same from version to version, such as app.kubernetes.io/instance"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(selector: Value, labels: Value) -> Value {
        json!({"kind": "Deployment", "metadata": {"name": "d", "labels": {"app.kubernetes.io/managed-by": "Helm", "team": "a"}},
            "spec": {"selector": {"matchLabels": selector},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": []}}}})
    }

    fn version() -> Version {
        "2.1.0+7".parse().unwrap()
    }

    #[test]
    fn objects_and_pods_say_their_module_and_version() {
        let mut objects = [deployment(json!({"app": "x"}), json!({"app": "x"}))];
        set(&mut objects, "auth", &version()).unwrap();
        let labels = json!({"team": "a", "app.kubernetes.io/managed-by": "segue",
            "app.kubernetes.io/name": "auth", "app.kubernetes.io/version": "2.1.0_7"});
        assert_eq!(objects[0]["metadata"]["labels"], labels);
        let pod = &objects[0]["spec"]["template"]["metadata"];
        assert_eq!(pod["labels"]["app.kubernetes.io/version"], "2.1.0_7");
        assert_eq!(pod["annotations"]["segue.dev/version"], "2.1.0+7");
        assert_eq!(
            objects[0]["spec"]["selector"],
            json!({"matchLabels": {"app": "x"}})
        );
    }

    #[test]
    fn a_selector_that_agrees_is_fine() {
        let name = json!({"app.kubernetes.io/name": "auth"});
        let mut objects = [deployment(name.clone(), name)];
        assert!(set(&mut objects, "auth", &version()).is_ok());
    }

    #[test]
    fn a_selector_that_would_lose_its_pods_is_refused() {
        let other = json!({"app.kubernetes.io/name": "other"});
        let mut objects = [deployment(other.clone(), other)];
        let failure = set(&mut objects, "auth", &version()).unwrap_err();
        assert_eq!(failure.code, code::SELECTOR);

        let by_version = json!({"app.kubernetes.io/version": "2.1.0_7"});
        let mut objects = [deployment(by_version.clone(), by_version)];
        assert!(set(&mut objects, "auth", &version()).is_err());
    }

    #[test]
    fn a_service_of_the_module_is_looked_at_too() {
        let service = json!({"kind": "Service", "metadata": {"name": "s"},
            "spec": {"selector": {"app.kubernetes.io/name": "other"}}});
        let mut objects = [
            service,
            deployment(
                json!({"app": "x"}),
                json!({"app": "x", "app.kubernetes.io/name": "other"}),
            ),
        ];
        let failure = set(&mut objects, "auth", &version()).unwrap_err();
        assert!(failure.what.starts_with("Service s"), "{failure}");
    }
}

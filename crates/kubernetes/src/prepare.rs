//! From what the lock holds to what is applied: whose the objects are, and
//! which of their fields belong to somebody else for now.

use crate::{errors, kinds, object, ownership, settings::Settings};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use segue_model::{Failure, FailureKind, Fault, Unit};
use segue_platform::Secrets;
use serde_json::{Map, Value, json};

/// The locked objects of `unit`, marked as Segue's and its module's, in the
/// order in which they are applied. Secret objects have no data yet.
pub(crate) fn desired(unit: &Unit, namespace: &str) -> Result<Vec<Value>, Failure> {
    let Some(objects) = unit.artifact["objects"].as_array() else {
        return Err(errors::malformed(format!(
            "the lock holds no objects for {}",
            unit.module
        )));
    };
    let marked = objects
        .iter()
        .map(|object| mark(object.clone(), unit, namespace))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(kinds::in_order(marked))
}

fn mark(mut object: Value, unit: &Unit, namespace: &str) -> Result<Value, Failure> {
    for field in ["/apiVersion", "/kind", "/metadata/name"] {
        if object::text(&object, field).is_empty() {
            return Err(errors::malformed(format!(
                "an object of {} has no {}",
                unit.module,
                &field[1..]
            )));
        }
    }
    place(&mut object, namespace)?;
    let module = unit.module.as_str();
    let version = unit.version.to_string();
    object::set_metadata(&mut object, "labels", object::NAME, module);
    object::set_metadata(&mut object, "labels", object::MANAGED_BY, object::SEGUE);
    object::set_metadata(&mut object, "labels", object::VERSION, &label_of(&version));
    object::set_metadata(&mut object, "annotations", object::MODULE, module);
    object::set_metadata(&mut object, "annotations", object::EXACT_VERSION, &version);
    Ok(object)
}

/// A version as a label's value: `+` is not allowed in one, and Helm writes `_` too.
fn label_of(version: &str) -> String {
    version.replace('+', "_")
}

/// Puts the object into the target's namespace, if its kind lives in one.
fn place(object: &mut Value, namespace: &str) -> Result<(), Failure> {
    let kind = kinds::Kind::known(
        object::text(object, "/apiVersion"),
        object::text(object, "/kind"),
    );
    if kind.is_some_and(|kind| !kind.namespaced) {
        return Ok(());
    }
    match object::text(object, "/metadata/namespace") {
        "" => object["metadata"]["namespace"] = json!(namespace),
        there if there == namespace => {}
        there => {
            return Err(errors::malformed(format!(
                "{} says namespace {there}, and its target is {namespace}",
                object::title(object)
            )));
        }
    }
    Ok(())
}

/// Leaves to others what is theirs for now: a replica count that a
/// HorizontalPodAutoscaler moves, a CronJob that a release has paused.
pub(crate) fn leave_to_others(want: &mut Value, live: &Value, scaled: &[(String, String)]) {
    if object::is_scaled(want, scaled)
        && let Some(replicas) = object::int(live, "/spec/replicas")
    {
        object::set_spec(want, "replicas", json!(replicas));
    }
    if object::is_kind(want, "CronJob") && !object::annotation(live, object::PAUSED).is_empty() {
        object::set_spec(want, "suspend", live["spec"]["suspend"].clone());
    }
}

/// Fills the data of a Secret object from `secrets`, each value at its exact version.
pub(crate) async fn fill(
    want: &mut Value,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<(), Failure> {
    let Some(sources) = settings.sources(object::name(want)) else {
        return if has_data(want) {
            Ok(())
        } else {
            Err(no_source(want))
        };
    };
    let mut data = match want["data"].take() {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    for (key, from) in sources {
        let value = secrets
            .value(&from.vault, &from.secret, &from.version)
            .await?;
        data.insert(key.clone(), json!(STANDARD.encode(value.expose())));
    }
    want["data"] = Value::Object(data);
    Ok(())
}

/// Gives the former Secret `want`, of which only the metadata is known, all
/// else that Segue set of `live`. Applied, it changes labels and annotations
/// alone, and Segue stays the owner of the data.
pub(crate) fn keep_data(want: &mut Value, live: &Value) {
    if let Some(Value::Object(own)) = ownership::applied(live) {
        let metadata = want["metadata"].take();
        *want = Value::Object(own);
        want["metadata"] = metadata;
    }
}

fn has_data(secret: &Value) -> bool {
    ["data", "stringData"].iter().any(|key| {
        secret[*key]
            .as_object()
            .is_some_and(|data| !data.is_empty())
    })
}

fn no_source(secret: &Value) -> Failure {
    Failure::new(
        FailureKind::Step,
        Fault::User,
        errors::NO_SOURCE,
        format!(
            "nothing says where the values of {} come from",
            object::title(secret)
        ),
    )
    .hint("name a vault's secret for each of its keys under `secrets` of the module")
}

/// `words` without any value of the Secret object `secret`, as text or as base64.
pub(crate) fn without_values(words: &str, secret: &Value) -> String {
    let mut words = words.to_owned();
    for value in secret["data"].as_object().into_iter().flat_map(Map::values) {
        let encoded = value.as_str().unwrap_or_default();
        let plain = STANDARD.decode(encoded).unwrap_or_default();
        for hidden in [encoded, &String::from_utf8_lossy(&plain)] {
            if !hidden.is_empty() {
                words = words.replace(hidden, "…");
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(objects: &Value) -> Unit {
        Unit {
            module: "web".into(),
            target: "aks".into(),
            version: "2.0.0+b1".parse().unwrap(),
            artifact: json!({ "objects": objects }),
            settings: Value::Null,
        }
    }

    #[test]
    fn objects_are_marked_placed_and_ordered() {
        let objects = json!([
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {
                "app.kubernetes.io/managed-by": "Helm"}}},
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}},
        ]);
        let desired = desired(&unit(&objects), "shop").unwrap();
        assert!(object::is_kind(&desired[0], "ConfigMap"));
        for object in &desired {
            assert_eq!(object::label(object, object::MANAGED_BY), "segue");
            assert_eq!(object::label(object, object::NAME), "web");
            assert_eq!(object::label(object, object::VERSION), "2.0.0_b1");
            assert_eq!(
                object::annotation(object, object::EXACT_VERSION),
                "2.0.0+b1"
            );
            assert_eq!(object["metadata"]["namespace"], "shop");
        }
    }

    #[test]
    fn what_is_no_object_or_stands_elsewhere_is_refused() {
        for objects in [
            json!([{"kind": "ConfigMap"}]),
            json!([null]),
            json!([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "other"}}]),
            json!("objects"),
        ] {
            let failure = desired(&unit(&objects), "shop").unwrap_err();
            assert_eq!(failure.code, errors::MALFORMED, "{objects}");
        }
    }

    #[test]
    fn an_autoscalers_count_and_a_pause_stay() {
        let hpa = json!({"kind": "HorizontalPodAutoscaler",
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}}});
        let scaled = object::scaled(&[hpa]);
        let mut want =
            json!({"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2}});
        leave_to_others(&mut want, &json!({"spec": {"replicas": 7}}), &scaled);
        assert_eq!(want["spec"]["replicas"], 7);

        let mut want =
            json!({"kind": "CronJob", "metadata": {"name": "n"}, "spec": {"suspend": false}});
        let live = |annotations: Value| json!({"metadata": {"annotations": annotations}, "spec": {"suspend": true}});
        leave_to_others(&mut want, &live(json!({})), &[]);
        assert_eq!(want["spec"]["suspend"], false);
        leave_to_others(&mut want, &live(json!({object::PAUSED: "k"})), &[]);
        assert_eq!(want["spec"]["suspend"], true);
    }

    #[test]
    fn a_former_secret_keeps_the_data_that_segue_applied() {
        let mut want = json!({"kind": "Secret", "metadata": {"name": "s", "labels": {object::VERSION: "1.0.0"}}});
        let former = want.clone();
        let mut live = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "data": {"k": "aHVzaA==", "other": "eA=="},
            "metadata": {"name": "s", "labels": {object::VERSION: "2.0.0"}},
        });
        keep_data(&mut want, &live);
        assert_eq!(want, former, "nothing of it is Segue's");
        live["metadata"]["managedFields"] = json!([{"manager": "segue", "operation": "Apply",
            "fieldsV1": {"f:data": {"f:k": {}}, "f:type": {}, "f:metadata": {"f:labels": {"f:app.kubernetes.io/version": {}}}}}]);
        keep_data(&mut want, &live);
        assert_eq!(want["metadata"], former["metadata"]);
        assert_eq!(want["data"], json!({"k": "aHVzaA=="}));
        assert_eq!(want["type"], "Opaque");
    }

    #[test]
    fn no_value_of_a_secret_stands_in_words() {
        let secret = json!({"data": {"k": STANDARD.encode("hush")}});
        let words = format!("invalid: hush and {}", STANDARD.encode("hush"));
        assert_eq!(without_values(&words, &secret), "invalid: … and …");
    }
}

//! What in a module's objects puts a release without downtime at risk: read at
//! `plan`, from the locked objects alone.

use crate::{kinds, object, settings::Settings};
use serde_json::Value;

/// What of `objects` (as the lock holds them) puts a release without downtime
/// at risk, one line each, for people. `settings` is what the manifest says of
/// the module.
pub fn risks(objects: &[Value], settings: &Value) -> Vec<String> {
    let settings = match Settings::read(settings) {
        Ok(settings) => settings,
        Err(error) => return vec![format!("the settings cannot be read: {error}")],
    };
    objects
        .iter()
        .filter(|object| kinds::is_workload(object::text(object, "/kind")))
        .flat_map(|workload| {
            let title = object::title(workload);
            of_workload(workload, &settings)
                .into_iter()
                .map(move |risk| format!("{title}: {risk}"))
        })
        .collect()
}

fn of_workload(workload: &Value, settings: &Settings) -> Vec<String> {
    let mut risks = Vec::new();
    let containers = object::list(workload, "/spec/template/spec/containers");
    if !containers.iter().any(|c| c["readinessProbe"].is_object()) {
        risks.push("no readinessProbe: it takes traffic as soon as it runs".to_owned());
    }
    risks.extend(emptied(workload));
    for sidecar in &settings.sidecars {
        if !in_template(workload, sidecar) {
            risks.push(format!(
                "the sidecar {sidecar} is not in the pod template: an injector must add it"
            ));
        }
    }
    let init = object::list(workload, "/spec/template/spec/initContainers");
    for container in containers.iter().chain(init) {
        let image = object::text(container, "/image");
        if !image.contains("@sha256:") {
            risks.push(format!(
                "the image {image} has no digest: it may change under its name"
            ));
        }
    }
    risks
}

/// Whether the rolling update may leave nothing that answers.
fn emptied(workload: &Value) -> Option<String> {
    if !object::is_kind(workload, "Deployment") {
        return None;
    }
    if object::text(workload, "/spec/strategy/type") == "Recreate" {
        return Some("strategy Recreate: it is down while the new version starts".into());
    }
    let replicas = object::int(workload, "/spec/replicas").unwrap_or(1);
    // Kubernetes rounds maxSurge up and maxUnavailable down; both default to 25 %.
    let share = |name: &str, up: bool| {
        let value = &workload["spec"]["strategy"]["rollingUpdate"][name];
        amount(value, replicas, up)
    };
    let surge = share("maxSurge", true);
    let unavailable = if surge == 0 {
        share("maxUnavailable", false).max(1)
    } else {
        share("maxUnavailable", false)
    };
    if replicas == 0 || unavailable < replicas {
        return None;
    }
    Some(if surge == 0 {
        format!("maxSurge 0 with {replicas} replicas: the old must stop before the new start")
    } else {
        format!("maxUnavailable {unavailable} of {replicas} replicas: all may be down at once")
    })
}

/// A number, or a percentage of `replicas`.
fn amount(value: &Value, replicas: i64, up: bool) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent: i64 = value
        .as_str()
        .and_then(|text| text.trim().strip_suffix('%')?.parse().ok())
        .unwrap_or(25);
    let hundredths = percent.saturating_mul(replicas);
    if up {
        hundredths.saturating_add(99) / 100
    } else {
        hundredths / 100
    }
}

fn in_template(workload: &Value, name: &str) -> bool {
    ["containers", "initContainers"]
        .iter()
        .flat_map(|list| object::list(workload, &format!("/spec/template/spec/{list}")))
        .any(|container| container["name"] == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(replicas: i64, strategy: &Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": replicas, "strategy": strategy, "template": {"spec": {"containers": [
                {"name": "web", "image": "r/web@sha256:1", "readinessProbe": {}}]}}}})
    }

    fn of(replicas: i64, strategy: &Value) -> Vec<String> {
        risks(&[deployment(replicas, strategy)], &Value::Null)
    }

    fn rolling(surge: &Value, unavailable: &Value) -> Value {
        json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}})
    }

    #[test]
    fn a_sound_deployment_has_none() {
        for replicas in [1, 2, 3, 10] {
            assert_eq!(of(replicas, &json!({})), [] as [String; 0]);
        }
        assert!(of(1, &rolling(&json!(1), &json!(0))).is_empty());
        assert!(of(3, &rolling(&json!(0), &json!(1))).is_empty());
    }

    #[test]
    fn what_empties_the_service_is_said() {
        assert!(of(3, &json!({"type": "Recreate"}))[0].contains("Recreate"));
        assert!(of(1, &rolling(&json!(0), &json!(1)))[0].contains("maxSurge 0"));
        assert!(of(1, &rolling(&json!(0), &json!("25%")))[0].contains("maxSurge 0"));
        assert!(of(2, &rolling(&json!(1), &json!("100%")))[0].contains("all may be down"));
        assert!(of(1, &rolling(&json!("25%"), &json!(1)))[0].contains("all may be down"));
    }

    #[test]
    fn probe_digest_and_sidecar_are_looked_for() {
        let mut web = deployment(2, &json!({}));
        web["spec"]["template"]["spec"]["containers"] =
            json!([{"name": "web", "image": "r/web:2"}]);
        let said = risks(&[web], &json!({"sidecars": ["istio-proxy"]})).join("\n");
        for word in [
            "Deployment web:",
            "no readinessProbe",
            "istio-proxy",
            "r/web:2 has no digest",
        ] {
            assert!(said.contains(word), "{word} in {said}");
        }
    }

    #[test]
    fn what_is_no_workload_has_none() {
        assert!(risks(&[json!({"kind": "ConfigMap"}), Value::Null], &Value::Null).is_empty());
        assert_eq!(risks(&[], &json!({"sidecars": 1})).len(), 1);
    }
}

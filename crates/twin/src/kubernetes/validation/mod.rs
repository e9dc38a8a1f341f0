//! What the API refuses although it is well formed: the essentials.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/*/validation/validation.go`.

mod names;
mod pod;

use super::{
    kind::Kind,
    object::{items, number, text},
    selector::Selector,
    status::Cause,
};
use names::{labels, metadata};
use pod::{pod, port_number};
use serde_json::{Value, json};

/// Everything that is wrong with an object; `live` is its former state.
pub fn problems(kind: &Kind, object: &Value, live: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    metadata(kind, object, &mut causes);
    match kind.kind {
        "Deployment" | "ReplicaSet" => deployment(object, live, &mut causes),
        "Pod" => pod(&object["spec"], "spec", &mut causes),
        "Service" => service(object, live, &mut causes),
        "ConfigMap" | "Secret" => data(kind, object, live, &mut causes),
        "PodDisruptionBudget" => disruption_budget(&object["spec"], &mut causes),
        "HorizontalPodAutoscaler" => autoscaler(&object["spec"], &mut causes),
        "CronJob" => cron_job(&object["spec"], &mut causes),
        _ => {}
    }
    causes
}

fn deployment(object: &Value, live: Option<&Value>, causes: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let selector = Selector::of_object(&spec["selector"]);
    let template_labels = &spec["template"]["metadata"]["labels"];
    if selector.is_empty() {
        causes.push(Cause::required("spec.selector", ""));
    } else if !selector.matches_labels(template_labels) {
        causes.push(Cause::invalid(
            "spec.template.metadata.labels",
            template_labels,
            "`selector` does not match template `labels`",
        ));
    }
    if let Some(live) = live
        && live["spec"]["selector"] != spec["selector"]
    {
        causes.push(Cause::invalid(
            "spec.selector",
            &spec["selector"],
            "field is immutable",
        ));
    }
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        if number(spec, &format!("/{field}")) < 0 {
            causes.push(Cause::invalid(
                format!("spec.{field}"),
                &spec[field],
                "must be greater than or equal to 0",
            ));
        }
    }
    strategy(spec, causes);
    labels(template_labels, "spec.template.labels", causes);
    let policy = &spec["template"]["spec"]["restartPolicy"];
    if policy != "Always" {
        causes.push(Cause::not_supported(
            "spec.template.spec.restartPolicy",
            policy,
            &["Always"],
        ));
    }
    pod(&spec["template"]["spec"], "spec.template.spec", causes);
}

fn strategy(spec: &Value, causes: &mut Vec<Cause>) {
    let Some(strategy) = spec.get("strategy") else {
        return;
    };
    match text(strategy, "/type") {
        "RollingUpdate" => {
            let zero = |value: &Value| *value == json!(0) || *value == json!("0%");
            let rolling = &strategy["rollingUpdate"];
            if zero(&rolling["maxSurge"]) && zero(&rolling["maxUnavailable"]) {
                causes.push(Cause::invalid(
                    "spec.strategy.rollingUpdate.maxUnavailable",
                    &rolling["maxUnavailable"],
                    "may not be 0 when `maxSurge` is 0",
                ));
            }
        }
        "Recreate" if strategy.get("rollingUpdate").is_some_and(|r| !r.is_null()) => {
            causes.push(Cause::forbidden(
                "spec.strategy.rollingUpdate",
                "may not be specified when strategy `type` is 'Recreate'",
            ));
        }
        "Recreate" => {}
        _ => causes.push(Cause::not_supported(
            "spec.strategy.type",
            &strategy["type"],
            &["Recreate", "RollingUpdate"],
        )),
    }
    let (ready, deadline) = (
        number(spec, "/minReadySeconds"),
        number(spec, "/progressDeadlineSeconds"),
    );
    if deadline <= ready {
        causes.push(Cause::invalid(
            "spec.progressDeadlineSeconds",
            &json!(deadline),
            "must be greater than minReadySeconds",
        ));
    }
}

fn service(object: &Value, live: Option<&Value>, causes: &mut Vec<Cause>) {
    let spec = &object["spec"];
    let ports = items(spec, "/ports");
    let headless = text(spec, "/clusterIP") == "None" || text(spec, "/type") == "ExternalName";
    if ports.is_empty() && !headless {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (index, port) in ports.iter().enumerate() {
        port_number(&port["port"], format!("spec.ports[{index}].port"), causes);
        if ports.len() > 1 && text(port, "/name").is_empty() {
            causes.push(Cause::required(format!("spec.ports[{index}].name"), ""));
        }
    }
    labels(&spec["selector"], "spec.selector", causes);
    let former = live.map_or("", |live| text(live, "/spec/clusterIP"));
    if !former.is_empty() && former != text(spec, "/clusterIP") {
        causes.push(Cause::invalid(
            "spec.clusterIP",
            &spec["clusterIP"],
            "field is immutable",
        ));
    }
}

fn data(kind: &Kind, object: &Value, live: Option<&Value>, causes: &mut Vec<Cause>) {
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        let valid = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if key.is_empty() || key.len() > 253 || !key.chars().all(valid) {
            causes.push(Cause::invalid(
                format!("data[{key}]"),
                &json!(key),
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            ));
        }
        debug_assert!(value.is_string(), "the kind's check came first");
    }
    let Some(live) = live.filter(|live| live["immutable"] == true) else {
        return;
    };
    let fields: &[&str] = if kind.kind == "Secret" {
        &["data", "immutable"]
    } else {
        &["data", "binaryData", "immutable"]
    };
    for field in fields {
        if live[field] != object[field] {
            causes.push(Cause::forbidden(
                *field,
                "field is immutable when `immutable` is set",
            ));
        }
    }
}

fn disruption_budget(spec: &Value, causes: &mut Vec<Cause>) {
    if spec.get("minAvailable").is_some() && spec.get("maxUnavailable").is_some() {
        causes.push(Cause::invalid(
            "spec",
            spec,
            "minAvailable and maxUnavailable cannot be both set",
        ));
    }
}

fn autoscaler(spec: &Value, causes: &mut Vec<Cause>) {
    for field in ["kind", "name"] {
        if text(spec, &format!("/scaleTargetRef/{field}")).is_empty() {
            causes.push(Cause::required(format!("spec.scaleTargetRef.{field}"), ""));
        }
    }
    let (least, most) = (number(spec, "/minReplicas"), number(spec, "/maxReplicas"));
    if most < 1 || most < least {
        causes.push(Cause::invalid(
            "spec.maxReplicas",
            &json!(most),
            "must be greater than or equal to `minReplicas`",
        ));
    }
}

fn cron_job(spec: &Value, causes: &mut Vec<Cause>) {
    let schedule = text(spec, "/schedule");
    let fields = schedule.split_whitespace().count();
    if fields != 5 && !schedule.starts_with('@') {
        causes.push(Cause::invalid(
            "spec.schedule",
            &json!(schedule),
            &format!("expected exactly 5 fields, found {fields}: [{schedule}]"),
        ));
    }
    let template = &spec["jobTemplate"]["spec"]["template"]["spec"];
    let policy = &template["restartPolicy"];
    if policy != "OnFailure" && policy != "Never" {
        let at = "spec.jobTemplate.spec.template.spec.restartPolicy";
        causes.push(Cause::required(
            at,
            "valid values: \"OnFailure\", \"Never\"",
        ));
    }
    pod(template, "spec.jobTemplate.spec.template.spec", causes);
}

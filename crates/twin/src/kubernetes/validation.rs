//! What the API refuses although it is well formed: the essentials.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/*/validation/validation.go`.

use super::{
    kind::Kind,
    object::{items, name, number, text},
    selector::Selector,
    status::Cause,
};
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

const LABEL_WORDS: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_WORDS: &str = "a lowercase RFC 1123 subdomain must consist of lower case \
    alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_WORDS: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/// Whether `text` is an RFC 1123 label.
pub fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_label_value(text: &str) -> bool {
    let edge = |letter: char| letter.is_ascii_alphanumeric();
    text.len() <= 63
        && text
            .chars()
            .all(|letter| edge(letter) || "-_.".contains(letter))
        && (text.is_empty() || text.starts_with(edge) && text.ends_with(edge))
}

fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && !name.is_empty() && is_label_value(name),
        None => !key.is_empty() && is_label_value(key),
    }
}

fn metadata(kind: &Kind, object: &Value, causes: &mut Vec<Cause>) {
    let short = matches!(kind.kind, "Namespace" | "Service");
    let valid = if short { is_label } else { is_subdomain };
    if !valid(name(object)) {
        let words = if short { LABEL_WORDS } else { SUBDOMAIN_WORDS };
        causes.push(Cause::invalid("metadata.name", &json!(name(object)), words));
    }
    labels(&object["metadata"]["labels"], "metadata.labels", causes);
    for (key, _) in object["metadata"]["annotations"]
        .as_object()
        .into_iter()
        .flatten()
    {
        if !is_label_key(&key.to_ascii_lowercase()) {
            causes.push(Cause::invalid(
                "metadata.annotations",
                &json!(key),
                "name part must be qualified",
            ));
        }
    }
}

fn labels(labels: &Value, field: &str, causes: &mut Vec<Cause>) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        if !is_label_key(key) {
            causes.push(Cause::invalid(
                field,
                &json!(key),
                "name part must be qualified",
            ));
        }
        if !is_label_value(value.as_str().unwrap_or_default()) {
            causes.push(Cause::invalid(field, value, LABEL_VALUE_WORDS));
        }
    }
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

fn pod(spec: &Value, at: &str, causes: &mut Vec<Cause>) {
    if items(spec, "/containers").is_empty() {
        causes.push(Cause::required(format!("{at}.containers"), ""));
    }
    let volumes: Vec<&str> = items(spec, "/volumes")
        .iter()
        .map(|volume| text(volume, "/name"))
        .collect();
    let mut names = Vec::new();
    for list in ["initContainers", "containers"] {
        for (index, each) in items(spec, &format!("/{list}")).iter().enumerate() {
            let at = format!("{at}.{list}[{index}]");
            let name = text(each, "/name");
            if names.contains(&name) {
                causes.push(Cause::duplicate(format!("{at}.name"), &each["name"]));
            }
            names.push(name);
            container(each, &volumes, &at, causes);
        }
    }
}

fn container(container: &Value, volumes: &[&str], at: &str, causes: &mut Vec<Cause>) {
    let name = text(container, "/name");
    if name.is_empty() {
        causes.push(Cause::required(format!("{at}.name"), ""));
    } else if !is_label(name) {
        causes.push(Cause::invalid(
            format!("{at}.name"),
            &json!(name),
            LABEL_WORDS,
        ));
    }
    let image = text(container, "/image");
    if image.is_empty() {
        causes.push(Cause::required(format!("{at}.image"), ""));
    } else if image.trim() != image {
        causes.push(Cause::invalid(
            format!("{at}.image"),
            &json!(image),
            "must not have leading or trailing whitespace",
        ));
    }
    for (index, mount) in items(container, "/volumeMounts").iter().enumerate() {
        let volume = text(mount, "/name");
        if !volumes.contains(&volume) {
            causes.push(Cause {
                reason: "FieldValueNotFound",
                field: format!("{at}.volumeMounts[{index}].name"),
                message: format!("Not found: \"{volume}\""),
            });
        }
    }
    for (index, variable) in items(container, "/env").iter().enumerate() {
        if text(variable, "/name").is_empty() {
            causes.push(Cause::required(format!("{at}.env[{index}].name"), ""));
        }
    }
    for (index, port) in items(container, "/ports").iter().enumerate() {
        port_number(
            &port["containerPort"],
            format!("{at}.ports[{index}].containerPort"),
            causes,
        );
    }
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        let Some(given) = container.get(probe) else {
            continue;
        };
        let handlers = ["httpGet", "tcpSocket", "exec", "grpc"];
        if !handlers.iter().any(|handler| given.get(handler).is_some()) {
            causes.push(Cause::required(
                format!("{at}.{probe}"),
                "must specify a handler type",
            ));
        }
    }
}

fn port_number(port: &Value, field: String, causes: &mut Vec<Cause>) {
    if !port
        .as_i64()
        .is_some_and(|port| (1..=65535).contains(&port))
    {
        causes.push(Cause::invalid(
            field,
            port,
            "must be between 1 and 65535, inclusive",
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

//! What the API fills in when an object leaves it out.
//!
//! Source: `k8s.io/kubernetes/pkg/apis/*/v1/defaults.go`.

use super::{kind::Kind, object::text};
use base64::Engine;
use serde_json::{Map, Value, json};

/// Fills in what an object of `kind` leaves out. `live` is its former state.
pub fn fill(kind: &Kind, object: &mut Value, live: Option<&Value>) {
    match kind.kind {
        "Namespace" => namespace(object),
        "Secret" => secret(object),
        "Service" => service(object, live),
        "Pod" => {
            pod(&mut object["spec"]);
            let account = default_at(&mut object["spec"], "serviceAccountName", json!("default"));
            default_at(&mut object["spec"], "serviceAccount", account);
        }
        "Deployment" => deployment(&mut object["spec"]),
        "ReplicaSet" => {
            default_at(&mut object["spec"], "replicas", json!(1));
            template(&mut object["spec"]["template"]);
        }
        "CronJob" => cron_job(&mut object["spec"]),
        "HorizontalPodAutoscaler" => {
            default_at(&mut object["spec"], "minReplicas", json!(1));
        }
        _ => {}
    }
}

fn default_at(object: &mut Value, field: &str, value: Value) -> Value {
    if object.is_null() {
        *object = json!({});
    }
    match object {
        Value::Object(fields) => present(fields, field, value).clone(),
        _ => value,
    }
}

fn present<'a>(fields: &'a mut Map<String, Value>, field: &str, value: Value) -> &'a mut Value {
    let entry = fields.entry(field.to_owned()).or_insert(Value::Null);
    if entry.is_null() {
        *entry = value;
    }
    entry
}

fn each(object: &mut Value, field: &str, change: impl FnMut(&mut Value)) {
    if let Some(Value::Array(items)) = object.get_mut(field) {
        items.iter_mut().for_each(change);
    }
}

fn namespace(object: &mut Value) {
    object["spec"] = json!({"finalizers": ["kubernetes"]});
    object["status"] = json!({"phase": "Active"});
    let name = object["metadata"]["name"].clone();
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
}

fn secret(object: &mut Value) {
    default_at(object, "type", json!("Opaque"));
    let Some(fields) = object.as_object_mut() else {
        return;
    };
    // write-only in the real API: it never reads back
    if let Some(Value::Object(plain)) = fields.remove("stringData") {
        let data = present(fields, "data", json!({}));
        for (key, value) in plain {
            let bytes = value.as_str().unwrap_or_default().as_bytes().to_vec();
            data[key] = json!(base64::engine::general_purpose::STANDARD.encode(bytes));
        }
    }
}

fn service(object: &mut Value, live: Option<&Value>) {
    let live_ip = live.map(|live| text(live, "/spec/clusterIP").to_owned());
    let spec = &mut object["spec"];
    default_at(spec, "type", json!("ClusterIP"));
    default_at(spec, "sessionAffinity", json!("None"));
    if text(spec, "/type") != "ExternalName" {
        let free = || format!("10.96.{}.{}", fastrand::u8(..), fastrand::u8(1..255));
        let ip = json!(live_ip.filter(|ip| !ip.is_empty()).unwrap_or_else(free));
        let ip = default_at(spec, "clusterIP", ip);
        default_at(spec, "clusterIPs", json!([ip]));
        default_at(spec, "internalTrafficPolicy", json!("Cluster"));
        default_at(spec, "ipFamilies", json!(["IPv4"]));
        default_at(spec, "ipFamilyPolicy", json!("SingleStack"));
    }
    each(spec, "ports", |port| {
        default_at(port, "protocol", json!("TCP"));
        let same = port["port"].clone();
        default_at(port, "targetPort", same);
    });
}

fn deployment(spec: &mut Value) {
    default_at(spec, "replicas", json!(1));
    default_at(spec, "revisionHistoryLimit", json!(10));
    default_at(spec, "progressDeadlineSeconds", json!(600));
    default_at(spec, "strategy", json!({}));
    let strategy = &mut spec["strategy"];
    default_at(strategy, "type", json!("RollingUpdate"));
    if text(strategy, "/type") == "RollingUpdate" {
        default_at(strategy, "rollingUpdate", json!({}));
        default_at(&mut strategy["rollingUpdate"], "maxSurge", json!("25%"));
        default_at(
            &mut strategy["rollingUpdate"],
            "maxUnavailable",
            json!("25%"),
        );
    }
    template(&mut spec["template"]);
}

fn cron_job(spec: &mut Value) {
    default_at(spec, "concurrencyPolicy", json!("Allow"));
    default_at(spec, "suspend", json!(false));
    default_at(spec, "successfulJobsHistoryLimit", json!(3));
    default_at(spec, "failedJobsHistoryLimit", json!(1));
    template(&mut spec["jobTemplate"]["spec"]["template"]);
}

fn template(template: &mut Value) {
    default_at(template, "metadata", json!({}));
    pod(&mut template["spec"]);
}

fn pod(spec: &mut Value) {
    default_at(spec, "restartPolicy", json!("Always"));
    default_at(spec, "dnsPolicy", json!("ClusterFirst"));
    default_at(spec, "terminationGracePeriodSeconds", json!(30));
    default_at(spec, "schedulerName", json!("default-scheduler"));
    default_at(spec, "securityContext", json!({}));
    each(spec, "initContainers", container);
    each(spec, "containers", container);
    each(spec, "volumes", |volume| {
        for source in ["configMap", "secret"] {
            if volume.get(source).is_some() {
                default_at(&mut volume[source], "defaultMode", json!(0o644));
            }
        }
    });
}

fn container(container: &mut Value) {
    let image = text(container, "/image");
    let name = image.rsplit('/').next().unwrap_or(image);
    let moving = !name.contains([':', '@']) || name.ends_with(":latest");
    let policy = if moving { "Always" } else { "IfNotPresent" };
    default_at(container, "imagePullPolicy", json!(policy));
    default_at(
        container,
        "terminationMessagePath",
        json!("/dev/termination-log"),
    );
    default_at(container, "terminationMessagePolicy", json!("File"));
    default_at(container, "resources", json!({}));
    each(container, "ports", |port| {
        default_at(port, "protocol", json!("TCP"));
    });
    each(container, "env", |variable| {
        if variable.pointer("/valueFrom/fieldRef").is_some() {
            let field = &mut variable["valueFrom"]["fieldRef"];
            default_at(field, "apiVersion", json!("v1"));
        }
    });
    for probe in ["readinessProbe", "livenessProbe", "startupProbe"] {
        if container.get(probe).is_some() {
            self::probe(&mut container[probe]);
        }
    }
}

fn probe(probe: &mut Value) {
    for (field, value) in [
        ("timeoutSeconds", 1),
        ("periodSeconds", 10),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ] {
        default_at(probe, field, json!(value));
    }
    if probe.get("httpGet").is_some() {
        default_at(&mut probe["httpGet"], "scheme", json!("HTTP"));
        default_at(&mut probe["httpGet"], "path", json!("/"));
    }
}

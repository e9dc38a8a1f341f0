//! The template that revisions are stamped from: its defaults and its rules.

use super::super::{error::Error, labels};
use serde_json::{Map, Value, json};

/// The namespaces of annotations and labels that v2 refuses.
const RESERVED_NAMESPACES: [&str; 4] = [
    "run.googleapis.com",
    "cloud.googleapis.com",
    "serving.knative.dev",
    "autoscaling.knative.dev",
];

/// The variables that Cloud Run sets itself.
const RESERVED_VARIABLES: [&str; 4] = ["PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"];

/// The template with what Cloud Run fills in by itself.
pub(super) fn with_defaults(template: &Map<String, Value>, account: &str) -> Map<String, Value> {
    let mut filled = template.clone();
    for (field, default) in [
        ("serviceAccount", json!(account)),
        ("timeout", json!("300s")),
        ("maxInstanceRequestConcurrency", json!(80)),
        ("scaling", json!({"maxInstanceCount": 100})),
    ] {
        filled.entry(field).or_insert(default);
    }
    let containers = filled.get_mut("containers").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        let Some(container) = container.as_object_mut() else {
            continue;
        };
        container
            .entry("ports")
            .or_insert_with(|| json!([{"name": "http1", "containerPort": 8080}]));
        container.entry("resources").or_insert_with(
            || json!({"limits": {"cpu": "1000m", "memory": "512Mi"}, "cpuIdle": true, "startupCpuBoost": true}),
        );
    }
    filled
}

/// The image that a template runs.
pub(super) fn image(template: &Map<String, Value>) -> Option<&str> {
    template.get("containers")?.get(0)?.get("image")?.as_str()
}

/// The port that its container should listen on.
pub(super) fn port(template: &Map<String, Value>) -> u64 {
    template
        .get("containers")
        .and_then(|containers| containers[0]["ports"][0]["containerPort"].as_u64())
        .unwrap_or(8080)
}

/// The name that a template asks for its revision.
pub(super) fn wanted_name(template: &Map<String, Value>) -> Option<&str> {
    template
        .get("revision")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
}

/// Whether two templates differ in their revisions' names only.
pub(super) fn same_configuration(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let bare = |template: &Map<String, Value>| {
        let mut template = template.clone();
        template.remove("revision");
        template
    };
    bare(one) == bare(other)
}

/// Refuses what Cloud Run refuses at once.
pub(super) fn check(service: &str, template: &Map<String, Value>) -> Result<(), Error> {
    if image(template).unwrap_or_default().is_empty() {
        return Err(violation(
            "template.containers[0].image",
            "must be specified",
        ));
    }
    check_metadata(template, "template.")?;
    check_environment(template)?;
    let Some(name) = wanted_name(template) else {
        return Ok(());
    };
    let fits = name
        .strip_prefix(service)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|suffix| !suffix.is_empty())
        && is_dns_label(name, 63);
    if fits {
        return Ok(());
    }
    Err(violation(
        "template.revision",
        &format!(
            "must be lowercase letters, digits and hyphens, at most 63 characters, \
             beginning with the service's name and a hyphen: '{service}-'; got '{name}'"
        ),
    ))
}

/// Refuses the namespaces that v2 keeps for itself.
/// Source: `Service.annotations` and `Service.labels` in the API's reference.
pub(super) fn check_metadata(of: &Map<String, Value>, at: &str) -> Result<(), Error> {
    for field in ["annotations", "labels"] {
        let keys = of.get(field).and_then(Value::as_object);
        for key in keys.into_iter().flat_map(Map::keys) {
            let namespace = key.split_once('/').map_or("", |(namespace, _)| namespace);
            if RESERVED_NAMESPACES.contains(&namespace) {
                return Err(violation(
                    &format!("{at}{field}"),
                    &format!("'{key}' is in a namespace that the v2 API does not support"),
                ));
            }
        }
    }
    labels::check(of)
}

/// Source: <https://cloud.google.com/run/docs/container-contract#env-vars>.
fn check_environment(template: &Map<String, Value>) -> Result<(), Error> {
    let containers = template.get("containers").and_then(Value::as_array);
    let variables = containers
        .into_iter()
        .flatten()
        .flat_map(|container| container["env"].as_array().into_iter().flatten());
    for name in variables.filter_map(|variable| variable["name"].as_str()) {
        if RESERVED_VARIABLES.contains(&name) {
            return Err(violation(
                "template.containers[0].env",
                &format!("the following reserved env names were provided: {name}"),
            ));
        }
    }
    Ok(())
}

/// Whether `name` is a DNS label of at most `longest` characters that begins
/// with a letter.
pub(super) fn is_dns_label(name: &str, longest: usize) -> bool {
    name.len() <= longest
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn violation(field: &str, why: &str) -> Error {
    Error::violations(&[(field.to_owned(), format!("Violation in {field}: {why}."))])
}

//! Pods and their containers, alone or in a template.

use super::names::{LABEL_WORDS, is_label};
use crate::kubernetes::{
    object::{items, text},
    status::Cause,
};
use serde_json::{Value, json};

pub fn pod(spec: &Value, at: &str, causes: &mut Vec<Cause>) {
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

pub fn port_number(port: &Value, field: String, causes: &mut Vec<Cause>) {
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

//! Services: which pods answer for them, in EndpointSlices and in the data plane.

use super::{is_ready, replica_set};
use crate::{
    kubernetes::{
        kind,
        object::{NAME_LABEL, is_terminating, items, label, name, namespace, suffix, text, uid},
        runtime::{Backends, Runtime},
        selector::Selector,
        store::Store,
    },
    mesh::Mesh,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const SERVICE_LABEL: &str = "kubernetes.io/service-name";

/// Brings the endpoints of every service up to date.
pub fn sync(store: &mut Store, runtime: &mut Runtime, mesh: &Mesh) {
    let mut routed = BTreeMap::new();
    let services = super::all(store, &kind::SERVICE);
    runtime.services.retain(|(space, service), _| {
        services
            .iter()
            .any(|each| namespace(each) == space && name(each) == service)
    });
    for service in &services {
        let selector = Selector::of_map(&service["spec"]["selector"]);
        if selector.is_empty() {
            continue;
        }
        let key = (namespace(service).to_owned(), name(service).to_owned());
        let pods: Vec<_> = store
            .list(&kind::POD, namespace(service))
            .filter(|pod| selector.matches(pod) && !text(pod, "/status/podIP").is_empty())
            .cloned()
            .collect();
        let ready = pods
            .iter()
            .filter(|pod| is_ready(pod))
            .filter_map(|pod| runtime.address(uid(pod)))
            .collect();
        let backends = runtime
            .services
            .entry(key.clone())
            .or_insert_with(|| Backends::of(name(service)))
            .clone();
        backends.set(ready);
        write_slice(store, service, &pods);
        if let Some(module) = selector.label(NAME_LABEL) {
            if runtime.routed.get(module) != Some(&key) {
                mesh.route(module, backends);
            }
            routed.insert(module.to_owned(), key);
        }
    }
    for module in runtime
        .routed
        .keys()
        .filter(|module| !routed.contains_key(*module))
    {
        mesh.unroute(module);
    }
    runtime.routed = routed;
}

fn write_slice(store: &mut Store, service: &Value, pods: &[Arc<Value>]) {
    let endpoints: Vec<_> = pods.iter().map(|pod| endpoint(pod)).collect();
    let ports: Vec<_> = items(service, "/spec/ports")
        .iter()
        .map(|port| slice_port(port, pods))
        .collect();
    let former = store
        .list(&kind::ENDPOINT_SLICE, namespace(service))
        .find(|slice| label(slice, SERVICE_LABEL) == name(service))
        .cloned();
    let mut slice = match &former {
        Some(former) => Value::clone(former),
        None => json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {
                "name": format!("{}-{}", name(service), suffix()),
                "namespace": namespace(service), "generation": 1,
                "labels": {
                    SERVICE_LABEL: name(service),
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                },
                "ownerReferences": [replica_set::owner(service)],
            },
            "addressType": "IPv4",
        }),
    };
    slice["endpoints"] = json!(endpoints);
    slice["ports"] = json!(ports);
    if former.as_deref() != Some(&slice) {
        store.put(&kind::ENDPOINT_SLICE, slice);
    }
}

fn endpoint(pod: &Value) -> Value {
    let serving = crate::kubernetes::object::has_condition(pod, "Ready");
    json!({
        "addresses": [text(pod, "/status/podIP")],
        "conditions": {
            "ready": is_ready(pod), "serving": serving, "terminating": is_terminating(pod),
        },
        "nodeName": text(pod, "/spec/nodeName"),
        "targetRef": {
            "kind": "Pod", "name": name(pod), "namespace": namespace(pod), "uid": uid(pod),
        },
    })
}

/// A service's port as its pods know it: a named target is looked up.
fn slice_port(port: &Value, pods: &[Arc<Value>]) -> Value {
    let target = &port["targetPort"];
    let number = match target.as_str() {
        None => target.clone(),
        Some(wanted) => pods
            .iter()
            .flat_map(|pod| items(pod, "/spec/containers"))
            .flat_map(|container| items(container, "/ports"))
            .find(|port| text(port, "/name") == wanted)
            .map_or(Value::Null, |port| port["containerPort"].clone()),
    };
    json!({"name": text(port, "/name"), "port": number, "protocol": port["protocol"]})
}

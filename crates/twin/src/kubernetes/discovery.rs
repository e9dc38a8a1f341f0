//! What the API says about itself: version, groups, resources.

use super::kind::{self, Kind};
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};

/// The Kubernetes version that the twin stands for.
const VERSION: (&str, &str) = ("1", "34");

/// Answers a path of discovery; none when it is another one.
pub fn answer(path: &str, accept: &str) -> Option<Response> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let aggregated = accept.contains("as=APIGroupDiscoveryList");
    let body = match parts.as_slice() {
        ["version"] => version(),
        ["healthz" | "livez" | "readyz"] => return Some("ok".into_response()),
        ["api"] if aggregated => return Some(aggregate(|group| group.is_empty())),
        ["apis"] if aggregated => return Some(aggregate(|group| !group.is_empty())),
        ["api"] => {
            json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
        }
        ["apis"] => groups(),
        ["api", "v1"] => resources("", "v1")?,
        ["apis", group] => group_wire(group)?,
        ["apis", group, version] => resources(group, version)?,
        ["openapi", "v3"] => open_api_index(),
        ["openapi", "v3", ..] => open_api(path.trim_start_matches("/openapi/v3/")),
        _ => return None,
    };
    Some(axum::Json(body).into_response())
}

fn version() -> Value {
    let (major, minor) = VERSION;
    json!({
        "major": major, "minor": minor, "gitVersion": format!("v{major}.{minor}.0"),
        "gitCommit": "", "gitTreeState": "clean", "buildDate": "2025-08-27T00:00:00Z",
        "goVersion": "", "compiler": "", "platform": "linux/amd64",
    })
}

const VERBS: [&str; 8] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];

fn resources(group: &str, version: &str) -> Option<Value> {
    let served: Vec<_> = served(group, version).map(resource).collect();
    let group_version = match group {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    };
    (!served.is_empty()).then(|| {
        json!({
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": group_version, "resources": served,
        })
    })
}

fn served(group: &str, version: &str) -> impl Iterator<Item = &'static Kind> {
    kind::ALL
        .iter()
        .filter(move |kind| kind.group == group && kind.version == version)
        .copied()
}

fn resource(kind: &Kind) -> Value {
    json!({
        "name": kind.plural, "singularName": kind.kind.to_lowercase(), "kind": kind.kind,
        "namespaced": kind.namespaced, "shortNames": kind.short, "verbs": VERBS,
    })
}

/// Groups with their one version, in order, the core left out.
fn versions() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<_> = kind::ALL
        .iter()
        .filter(|kind| !kind.group.is_empty())
        .map(|kind| (kind.group, kind.version))
        .collect();
    all.dedup();
    all
}

fn groups() -> Value {
    let groups: Vec<_> = versions()
        .iter()
        .map(|(group, version)| api_group(group, version))
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn group_wire(wanted: &str) -> Option<Value> {
    let (group, version) = versions().into_iter().find(|(group, _)| *group == wanted)?;
    let mut wire = api_group(group, version);
    wire["kind"] = json!("APIGroup");
    wire["apiVersion"] = json!("v1");
    Some(wire)
}

fn api_group(group: &str, version: &str) -> Value {
    let only = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [only], "preferredVersion": only})
}

/// All groups with their resources in one answer.
/// Source: Kubernetes, "Aggregated discovery" (apidiscovery.k8s.io/v2).
fn aggregate(wanted: impl Fn(&str) -> bool) -> Response {
    let mut all = vec![("", "v1")];
    all.extend(versions());
    let groups: Vec<_> = all
        .into_iter()
        .filter(|(group, _)| wanted(group))
        .map(|(group, version)| {
            let resources: Vec<_> = served(group, version).map(aggregated_resource).collect();
            json!({
                "metadata": {"name": group},
                "versions": [{"version": version, "resources": resources, "freshness": "Current"}],
            })
        })
        .collect();
    let body = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
        "metadata": {}, "items": groups,
    });
    let media_type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    ([(header::CONTENT_TYPE, media_type)], body.to_string()).into_response()
}

fn aggregated_resource(kind: &'static Kind) -> Value {
    json!({
        "resource": kind.plural, "singularResource": kind.kind.to_lowercase(),
        "responseKind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" },
        "shortNames": kind.short, "verbs": VERBS,
    })
}

fn open_api_index() -> Value {
    let mut paths = json!({"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1"}});
    for (group, version) in versions() {
        let path = format!("apis/{group}/{version}");
        paths[&path] = json!({"serverRelativeURL": format!("/openapi/v3/{path}")});
    }
    json!({"paths": paths})
}

/// As much of the OpenAPI document as `kubectl` reads to learn that the server
/// validates fields itself.
fn open_api(path: &str) -> Value {
    let mut paths = json!({});
    let (group, version) = match path.split('/').collect::<Vec<_>>().as_slice() {
        ["apis", group, version] => (*group, *version),
        _ => ("", "v1"),
    };
    for kind in served(group, version) {
        let scope = if kind.namespaced {
            "/namespaces/{namespace}"
        } else {
            ""
        };
        let url = format!("/{path}{scope}/{}/{{name}}", kind.plural);
        let parameter =
            |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
        paths[&url] = json!({"patch": {
            "parameters": [parameter("fieldValidation"), parameter("dryRun"), parameter("fieldManager")],
            "x-kubernetes-group-version-kind": {
                "group": kind.group, "version": kind.version, "kind": kind.kind,
            },
            "responses": {},
        }});
    }
    json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": VERSION.1},
        "paths": paths, "components": {"schemas": {}},
    })
}

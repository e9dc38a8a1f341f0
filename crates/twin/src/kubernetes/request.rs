//! A request, read: which objects, what is to be done, under which options.

use super::{
    kind::{self, Kind},
    selector::Selector,
    status::ApiError,
};
use std::collections::HashMap;

/// What a path names.
#[derive(Debug)]
pub struct Target {
    pub kind: &'static Kind,
    /// Empty: all namespaces, or a kind that has none.
    pub namespace: String,
    /// Empty: a collection.
    pub name: String,
    /// What follows the name: `status`, `proxy/healthz`.
    pub subresource: String,
}

impl Target {
    /// Reads a path; none when no such resource is served.
    pub fn parse(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => return None,
        };
        let (namespace, plural, rest) = match rest {
            ["namespaces", namespace, plural, rest @ ..]
                if !matches!(*plural, "status" | "finalize") =>
            {
                (*namespace, *plural, rest)
            }
            [plural, rest @ ..] => ("", *plural, rest),
            [] => return None,
        };
        let kind = kind::find(group, version, plural)?;
        let (name, rest) = rest.split_first().unwrap_or((&"", &[]));
        if kind.namespaced == namespace.is_empty() && !(kind.namespaced && name.is_empty()) {
            return None;
        }
        Some(Self {
            kind,
            namespace: namespace.to_owned(),
            name: (*name).to_owned(),
            subresource: rest.join("/"),
        })
    }
}

/// The options of a request.
#[derive(Debug, Default)]
pub struct Options {
    pub selector: Selector,
    pub watch: bool,
    /// Empty: none given.
    pub resource_version: String,
    pub bookmarks: bool,
    pub initial_events: bool,
    pub timeout_seconds: Option<u64>,
    /// Empty: none given.
    pub field_manager: String,
    pub force: bool,
    pub dry_run: bool,
    /// Empty: none given.
    pub propagation: String,
    pub grace_seconds: Option<u64>,
}

/// The parameters that are accepted without effect: the twin is always strict,
/// and answers whole lists.
const WITHOUT_EFFECT: [&str; 5] = [
    "fieldValidation",
    "limit",
    "pretty",
    "resourceVersionMatch",
    "export",
];

impl Options {
    /// Reads the query.
    pub fn parse(query: &HashMap<String, String>) -> Result<Self, ApiError> {
        let mut options = Self::default();
        let (mut labels, mut fields) = ("", "");
        for (name, value) in query {
            match name.as_str() {
                "labelSelector" => labels = value,
                "fieldSelector" => fields = value,
                "watch" => options.watch = truth(name, value)?,
                "resourceVersion" => options.resource_version.clone_from(value),
                "allowWatchBookmarks" => options.bookmarks = truth(name, value)?,
                "sendInitialEvents" => options.initial_events = truth(name, value)?,
                "timeoutSeconds" => options.timeout_seconds = Some(seconds(name, value)?),
                "fieldManager" => options.field_manager.clone_from(value),
                "force" => options.force = truth(name, value)?,
                "dryRun" => options.dry_run = dry_run(value)?,
                "propagationPolicy" => options.propagation = propagation(value)?,
                "gracePeriodSeconds" => options.grace_seconds = Some(seconds(name, value)?),
                "continue" if value.is_empty() => {}
                "continue" => return Err(ApiError::bad_request("continue key is not valid")),
                name if WITHOUT_EFFECT.contains(&name) => {}
                _ => {
                    return Err(ApiError::bad_request(format!(
                        "unknown query parameter \"{name}\""
                    )));
                }
            }
        }
        options.selector = Selector::parse(labels, fields)?;
        Ok(options)
    }
}

fn truth(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "true" | "1" | "" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::bad_request(format!(
            "invalid value for {name}: {value}"
        ))),
    }
}

fn seconds(name: &str, value: &str) -> Result<u64, ApiError> {
    value
        .parse()
        .map_err(|_| ApiError::bad_request(format!("invalid value for {name}: {value}")))
}

pub fn dry_run(value: &str) -> Result<bool, ApiError> {
    match value {
        "All" => Ok(true),
        "" => Ok(false),
        _ => Err(ApiError::bad_request(format!(
            "dryRun: Unsupported value: \"{value}\": supported values: \"All\""
        ))),
    }
}

pub fn propagation(value: &str) -> Result<String, ApiError> {
    match value {
        "Background" | "Foreground" | "Orphan" | "" => Ok(value.to_owned()),
        _ => Err(ApiError::bad_request(format!(
            "propagationPolicy: Unsupported value: \"{value}\": supported values: \
             \"Foreground\", \"Background\", \"Orphan\""
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_objects() {
        for (path, expected) in [
            ("/api/v1/namespaces", Some(("namespaces", "", "", ""))),
            ("/api/v1/namespaces/a", Some(("namespaces", "", "a", ""))),
            ("/api/v1/pods", Some(("pods", "", "", ""))),
            ("/api/v1/namespaces/a/pods/b", Some(("pods", "a", "b", ""))),
            (
                "/api/v1/namespaces/a/services/b:http/proxy/x/y",
                Some(("services", "a", "b:http", "proxy/x/y")),
            ),
            (
                "/apis/apps/v1/namespaces/a/deployments/b/status",
                Some(("deployments", "a", "b", "status")),
            ),
            ("/apis/apps/v1beta1/namespaces/a/deployments", None),
            ("/api/v1/pods/b", None),
        ] {
            let target = Target::parse(path);
            let found = target.as_ref().map(|t| {
                (
                    t.kind.plural,
                    t.namespace.as_str(),
                    t.name.as_str(),
                    t.subresource.as_str(),
                )
            });
            assert_eq!(found, expected, "{path}");
        }
    }
}

//! The front door: who asks, what is asked, and what goes wrong on the way.

use super::{
    Inner, delete, discovery,
    object::{NAME_LABEL, label},
    proxy, read,
    request::{Options, Target},
    status::ApiError,
    write,
};
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, Uri, header};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// Answers any request.
pub async fn handle(
    State(inner): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&inner, &method, &uri, &headers, &body)
        .await
        .unwrap_or_else(ApiError::into_response)
}

async fn answer(
    inner: &Arc<Inner>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Response, ApiError> {
    let bearer = format!("Bearer {}", inner.world.token);
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|given| given != bearer.as_str())
    {
        return Err(ApiError::unauthorized());
    }
    if let Some(answer) = discovery::answer(uri.path(), header_text(headers, header::ACCEPT)) {
        return match *method {
            Method::GET => Ok(answer),
            _ => Err(ApiError::method_not_allowed()),
        };
    }
    let target = Target::parse(uri.path()).ok_or_else(ApiError::no_such_path)?;
    if let Some(path) = target.subresource.strip_prefix("proxy") {
        let path = match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        return proxy::forward(inner, method, &target, &path).await;
    }
    let query = axum::extract::Query::<HashMap<String, String>>::try_from_uri(uri)
        .map_err(|error| ApiError::bad_request(error.to_string()))?;
    let mut options = Options::parse(&query)?;
    if options.field_manager.is_empty() && !is_apply(headers) {
        // as the real API: the first word of the user agent
        let agent = header_text(headers, header::USER_AGENT);
        let name = agent.split('/').next().unwrap_or_default();
        options.field_manager = if name.is_empty() { "unknown" } else { name }.to_owned();
    }
    let content = Content { headers, body };
    dispatch(inner, method, target, options, &content)
}

fn dispatch(
    inner: &Arc<Inner>,
    method: &Method,
    target: Target,
    mut options: Options,
    content: &Content,
) -> Result<Response, ApiError> {
    match (
        method.as_str(),
        target.name.is_empty(),
        target.subresource.as_str(),
    ) {
        ("GET", _, "" | "status") => {
            faults(inner, &target, &options, None, false)?;
            match (target.name.is_empty(), options.watch) {
                (_, true) => read::follow(inner, target, options),
                (true, false) => Ok(read::list(&inner.store(), &target, &options)),
                (false, false) => read::get(&inner.store(), &target),
            }
        }
        (_, _, sub) if !sub.is_empty() => Err(ApiError::no_such_path()),
        ("POST", true, _) if target.kind.namespaced != target.namespace.is_empty() => {
            let object = content.read()?;
            faults(inner, &target, &options, Some(&object), true)?;
            write::create(inner, &target, &options, object)
        }
        ("PUT", false, _) => {
            let object = content.read()?;
            faults(inner, &target, &options, Some(&object), true)?;
            write::update(inner, &target, &options, object)
        }
        ("PATCH", false, _) => {
            let patch = content.read()?;
            faults(inner, &target, &options, Some(&patch), true)?;
            let media_type = media_type(content.headers);
            write::patch(inner, &target, &options, media_type, patch)
        }
        ("DELETE", whole, _) => {
            let body = content.read_optional()?;
            faults(inner, &target, &options, None, true)?;
            if whole {
                delete::delete_all(inner, &target, &mut options, &body)
            } else {
                delete::delete(inner, &target, &mut options, &body)
            }
        }
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// The one question after faults that each call asks: is the API unavailable,
/// or the caller refused, for the module that the call is about?
fn faults(
    inner: &Inner,
    target: &Target,
    options: &Options,
    body: Option<&Value>,
    changes: bool,
) -> Result<(), ApiError> {
    let Some(module) = module(inner, target, options, body) else {
        return Ok(());
    };
    if inner.shared.faults.unavailable(&module) {
        return Err(ApiError::unavailable(
            "the server is currently unable to handle the request",
        ));
    }
    if changes && inner.shared.faults.denied(&module) {
        let words = format!(
            "User \"segue\" cannot change resource \"{}\" in API group \"{}\" in the namespace \"{}\"",
            target.kind.plural, target.kind.group, target.namespace
        );
        let name = body.map_or("", super::object::name);
        let name = if target.name.is_empty() {
            name
        } else {
            &target.name
        };
        return Err(ApiError::forbidden(target.kind, name, &words));
    }
    Ok(())
}

/// The module that a call is about: the label of what is sent, or of what is
/// stored, or the one that a selector asks for.
fn module(
    inner: &Inner,
    target: &Target,
    options: &Options,
    body: Option<&Value>,
) -> Option<String> {
    let sent = body.map_or("", |body| label(body, NAME_LABEL));
    if !sent.is_empty() {
        return Some(sent.to_owned());
    }
    if let Some(selected) = options.selector.label(NAME_LABEL) {
        return Some(selected.to_owned());
    }
    let name = match target.name.as_str() {
        "" => options.selector.name()?,
        name => name,
    };
    let store = inner.store();
    let stored = store.get(target.kind, &target.namespace, name)?;
    let module = label(stored, NAME_LABEL);
    (!module.is_empty()).then(|| module.to_owned())
}

/// A request's body, with what the headers say about it.
struct Content<'a> {
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

impl Content<'_> {
    fn read(&self) -> Result<Value, ApiError> {
        let media_type = media_type(self.headers);
        let value: Value = match media_type {
            "application/yaml" | "application/apply-patch+yaml" => {
                // most clients write JSON, which is YAML, and faster to read
                serde_json::from_slice(self.body)
                    .or_else(|_| {
                        serde_saphyr::from_slice(self.body).map_err(|error| error.to_string())
                    })
                    .map_err(|error| {
                        ApiError::bad_request(format!("error decoding YAML: {error}"))
                    })?
            }
            "application/json"
            | ""
            | "application/merge-patch+json"
            | "application/strategic-merge-patch+json"
            | "application/json-patch+json" => serde_json::from_slice(self.body)
                .map_err(|error| ApiError::bad_request(format!("error decoding JSON: {error}")))?,
            other => return Err(ApiError::unsupported_media_type(other)),
        };
        let is_list_of_steps = media_type == "application/json-patch+json";
        let has_metadata = value.get("metadata").is_none_or(Value::is_object);
        if is_list_of_steps || value.is_object() && has_metadata {
            return Ok(value);
        }
        Err(ApiError::bad_request(
            "the body of the request is not an object with metadata",
        ))
    }

    fn read_optional(&self) -> Result<Value, ApiError> {
        if self.body.is_empty() {
            Ok(Value::Object(serde_json::Map::new()))
        } else {
            self.read()
        }
    }
}

fn media_type(headers: &HeaderMap) -> &str {
    let given = header_text(headers, header::CONTENT_TYPE);
    given.split(';').next().unwrap_or_default().trim()
}

fn is_apply(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/apply-patch+yaml"
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

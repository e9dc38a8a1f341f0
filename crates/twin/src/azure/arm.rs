//! Azure Resource Manager: one listener in front of every resource provider.

use super::{
    call::Call,
    error::{Answer, ArmError},
    event_grid::{self, EventGrid},
    ids,
    insights::{self, Insights},
    sites::{self, Site},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// What stands behind the listener.
pub(super) struct Arm {
    /// The endpoint: `https://127.0.0.1:PORT`.
    pub base: String,
    pub token: String,
    pub subscription: String,
    pub group: String,
    pub sites: Vec<Arc<Site>>,
    pub event_grid: EventGrid,
    pub insights: Insights,
}

/// The listener's routes: one, because Resource Manager ignores case in paths.
pub(super) fn router(arm: Arc<Arm>) -> Router {
    Router::new().fallback(serve).with_state(arm)
}

async fn serve(State(arm): State<Arc<Arm>>, request: Request) -> Response {
    // The URLs in an answer lead where the caller reached Resource Manager.
    let host = request.headers().get(header::HOST);
    let base = host.and_then(|host| Some(format!("https://{}", host.to_str().ok()?)));
    let base = base.unwrap_or_else(|| arm.base.clone());
    let answer = match Call::read(&base, &arm.token, request).await {
        Ok(call) => arm.answer(&call).await,
        Err(error) => Err(error),
    };
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
        let headers = response.headers_mut();
        headers.insert("x-ms-request-id", id.clone());
        headers.insert("x-ms-correlation-request-id", id);
    }
    response
}

impl Arm {
    async fn answer(&self, call: &Call) -> Answer {
        call.version()?;
        let path = call.path();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let ["subscriptions", subscription, rest @ ..] = path.as_slice() else {
            return Err(no_such_path());
        };
        self.check_subscription(subscription)?;
        match rest {
            ["providers", namespace, "locations", _, kind, _] => {
                self.operation(call, namespace, kind).await
            }
            ["resourcegroups", group, "providers", namespace, tail @ ..] => {
                self.check_group(group)?;
                self.resource(call, namespace, tail).await
            }
            _ => Err(no_such_path()),
        }
    }

    async fn resource(&self, call: &Call, namespace: &str, tail: &[&str]) -> Answer {
        match (namespace, tail) {
            ("microsoft.web", tail) => sites::answer(&self.sites, &self.group, call, tail).await,
            ("microsoft.eventgrid", tail) => event_grid::answer(&self.event_grid, call, tail).await,
            ("microsoft.insights", tail) => insights::answer(&self.insights, call, tail),
            _ => Err(no_such_namespace(namespace)),
        }
    }

    async fn operation(&self, call: &Call, namespace: &str, kind: &str) -> Answer {
        match (namespace, kind) {
            ("microsoft.web", "operations") => sites::operation_status(&self.sites, call).await,
            ("microsoft.eventgrid", "operationsstatus") => self.event_grid.operation_status(call),
            ("microsoft.web" | "microsoft.eventgrid", _) => Err(ArmError::no_such_type(
                namespace,
                &format!("locations/{kind}"),
            )),
            _ => Err(no_such_namespace(namespace)),
        }
    }

    fn check_subscription(&self, subscription: &str) -> Result<(), ArmError> {
        if self.subscription.eq_ignore_ascii_case(subscription) {
            return Ok(());
        }
        let message = format!("The subscription '{subscription}' could not be found.");
        Err(ArmError::new(
            StatusCode::NOT_FOUND,
            "SubscriptionNotFound",
            message,
        ))
    }

    fn check_group(&self, group: &str) -> Result<(), ArmError> {
        if self.group.eq_ignore_ascii_case(group) {
            return Ok(());
        }
        let message = format!("Resource group '{group}' could not be found.");
        Err(ArmError::new(
            StatusCode::NOT_FOUND,
            "ResourceGroupNotFound",
            message,
        ))
    }
}

fn no_such_path() -> ArmError {
    ArmError::new(
        StatusCode::NOT_FOUND,
        "InvalidResourceId",
        "The request URI is not the id of a resource that is here.",
    )
}

fn no_such_namespace(namespace: &str) -> ArmError {
    ArmError::new(
        StatusCode::NOT_FOUND,
        "InvalidResourceNamespace",
        format!("The resource namespace '{namespace}' is invalid."),
    )
}

//! The requests to the API server: each is built as a value, sent once, and
//! answered with a value. Watches stand in [`crate::watching`].

use crate::{
    FIELD_MANAGER,
    errors::{self, Reply},
    kinds::Kind,
    object,
};
use http::{Request, header};
use http_body_util::BodyExt as _;
use kube::{
    Client,
    api::{
        DeleteParams, GetParams, ListParams, Patch, PatchParams, Preconditions, PropagationPolicy,
    },
    client::Body,
    core,
};
use segue_model::Failure;
use segue_platform::{Timeouts, asking};
use serde_json::{Value, json};

/// One namespace, as its API server serves it.
#[derive(Clone)]
pub(crate) struct Server {
    pub client: Client,
    pub namespace: String,
    pub timeouts: Timeouts,
}

impl Server {
    pub fn new(client: Client, namespace: &str, timeouts: Timeouts) -> Self {
        Self {
            client,
            namespace: namespace.to_owned(),
            timeouts,
        }
    }

    fn at(&self, kind: &Kind) -> core::Request {
        core::Request::new(kind.path(&self.namespace))
    }

    /// The kind that an object says it is of; asks the server for kinds that
    /// Segue does not know. None when the server does not know it either.
    pub async fn find_kind(&self, object: &Value) -> Result<Option<Kind>, Failure> {
        let api_version = object::text(object, "/apiVersion");
        let kind = object::text(object, "/kind");
        let known = Kind::known(api_version, kind);
        if known.is_some() || api_version.is_empty() || kind.is_empty() {
            return Ok(known);
        }
        let doing = format!("looking up the kind {kind} of {api_version}");
        let root = if api_version.contains('/') {
            "apis"
        } else {
            "api"
        };
        let request = Request::get(format!("/{root}/{api_version}")).body(vec![]);
        let reply = self.send(request, &doing).await?;
        if reply.status == 404 {
            return Ok(None);
        }
        let found = read(accept(reply, &doing)?, &doing)?;
        Ok(described(&found, api_version, kind))
    }

    /// The same, where the kind is needed.
    pub async fn kind_of(&self, object: &Value) -> Result<Kind, Failure> {
        self.find_kind(object).await?.ok_or_else(|| {
            let what = format!(
                "the cluster knows no {} of {}",
                object::text(object, "/kind"),
                object::text(object, "/apiVersion")
            );
            Failure::step(errors::REJECTED, what).hint("install what brings the kind first")
        })
    }

    /// The object, if there is one.
    pub async fn get(&self, kind: &Kind, name: &str) -> Result<Option<Value>, Failure> {
        let doing = format!("reading {kind} {name}");
        let reply = self
            .send(self.at(kind).get(name, &GetParams::default()), &doing)
            .await?;
        if reply.status == 404 {
            return Ok(None);
        }
        read(accept(reply, &doing)?, &doing).map(Some)
    }

    /// The objects of `kind` that `selector` selects; of Secrets their metadata only.
    pub async fn list(&self, kind: &Kind, selector: &str) -> Result<Vec<Value>, Failure> {
        let doing = format!("listing {}", kind.plural);
        let params = ListParams::default().labels(selector);
        let request = if kind.is_secret() {
            self.at(kind).list_metadata(&params)
        } else {
            self.at(kind).list(&params)
        };
        let reply = self.send(request, &doing).await?;
        if reply.status == 404 {
            // The cluster has no such kind.
            return Ok(Vec::new());
        }
        let mut list = read(accept(reply, &doing)?, &doing)?;
        let Value::Array(items) = list["items"].take() else {
            return Err(errors::unreadable(&doing));
        };
        Ok(items.into_iter().map(|item| named(item, kind)).collect())
    }

    /// Server-side apply. Takes fields over only from Segue's own other writings.
    pub async fn apply(&self, kind: &Kind, want: &Value) -> Result<(), Failure> {
        let doing = format!("applying {}", object::title(want));
        let mut reply = self.send_apply(kind, want, false, &doing).await?;
        let conflicts = errors::conflicts(&reply.json());
        let ours = conflicts.iter().all(|c| c.manager == FIELD_MANAGER);
        if reply.status == 409 && !conflicts.is_empty() && ours {
            reply = self.send_apply(kind, want, true, &doing).await?;
        }
        accept(reply, &doing).map(drop)
    }

    async fn send_apply(
        &self,
        kind: &Kind,
        want: &Value,
        force: bool,
        doing: &str,
    ) -> Result<Reply, Failure> {
        let params = PatchParams {
            force,
            ..PatchParams::apply(FIELD_MANAGER)
        };
        let request = self
            .at(kind)
            .patch(object::name(want), &params, &Patch::Apply(want));
        self.send(request, doing).await
    }

    /// Merges `patch` (RFC 7386) into the object.
    pub async fn merge(&self, kind: &Kind, name: &str, patch: &Value) -> Result<(), Failure> {
        let doing = format!("patching {kind} {name}");
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.into()),
            ..PatchParams::default()
        };
        self.demand(
            self.at(kind).patch(name, &params, &Patch::Merge(patch)),
            &doing,
        )
        .await
        .map(drop)
    }

    /// Deletes exactly the object that was read, with everything that it owns.
    pub async fn delete(&self, kind: &Kind, live: &Value) -> Result<(), Failure> {
        let doing = format!("deleting {}", object::title(live));
        let uid = object::text(live, "/metadata/uid");
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Foreground),
            preconditions: (!uid.is_empty()).then(|| Preconditions {
                uid: Some(uid.to_owned()),
                resource_version: None,
            }),
            ..DeleteParams::default()
        };
        let reply = self
            .send(self.at(kind).delete(object::name(live), &params), &doing)
            .await?;
        if reply.status == 404 {
            return Ok(());
        }
        accept(reply, &doing).map(drop)
    }

    /// What the Service answers through the API server.
    /// Source: Kubernetes documentation, "Access services running on clusters".
    pub async fn ask_service(&self, service: &str, path: &str) -> Result<Reply, Failure> {
        let url = format!(
            "/api/v1/namespaces/{}/services/{service}/proxy/{}",
            self.namespace,
            path.trim_start_matches('/')
        );
        let doing = format!("asking the service {service} for {path}");
        self.send(Request::get(url).body(vec![]), &doing).await
    }

    /// What the cluster said last of the object `name`; nothing when it says nothing.
    pub async fn last_event(&self, name: &str) -> Option<String> {
        let url = format!("/api/v1/namespaces/{}/events", self.namespace);
        let params = ListParams::default().fields(&format!("involvedObject.name={name}"));
        let request = core::Request::new(url).list(&params);
        let reply = self.send(request, "reading events").await.ok()?;
        last_event(&reply.json(), name)
    }

    /// Sends, and takes nothing but success for an answer.
    async fn demand<E: std::error::Error>(
        &self,
        request: Result<Request<Vec<u8>>, E>,
        doing: &str,
    ) -> Result<Reply, Failure> {
        accept(self.send(request, doing).await?, doing)
    }

    async fn send<E: std::error::Error>(
        &self,
        request: Result<Request<Vec<u8>>, E>,
        doing: &str,
    ) -> Result<Reply, Failure> {
        let request = request.map_err(|error| {
            errors::malformed(format!("no request can be made for {doing}"))
                .words(errors::chain(&error))
        })?;
        let limit = self.timeouts.answer;
        let exchange = asking(self.exchange(request, doing));
        match tokio::time::timeout(limit, exchange).await {
            Ok(reply) => reply,
            Err(_) => Err(Failure::unavailable(
                errors::UNAVAILABLE,
                format!("the API server gave no answer in {limit:?}, {doing}"),
            )),
        }
    }

    async fn exchange(&self, request: Request<Vec<u8>>, doing: &str) -> Result<Reply, Failure> {
        let sent = self.client.send(request.map(Body::from)).await;
        let response = sent.map_err(|error| errors::no_answer(doing, &error))?;
        let status = response.status().as_u16();
        let retry_after_ms = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok())
            .map(|seconds| seconds.saturating_mul(1000));
        let body = response.into_body().collect().await.map_err(|error| {
            Failure::unavailable(
                errors::UNAVAILABLE,
                format!("the API server's answer broke off, {doing}"),
            )
            .words(error.to_string())
        })?;
        Ok(Reply {
            status,
            retry_after_ms,
            body: body.to_bytes().to_vec(),
        })
    }
}

/// The kind in an `APIResourceList`; names with a slash are subresources.
fn described(list: &Value, api_version: &str, kind: &str) -> Option<Kind> {
    object::list(list, "/resources")
        .iter()
        .find(|r| r["kind"] == kind && !object::text(r, "/name").contains('/'))
        .map(|r| {
            let namespaced = r["namespaced"].as_bool().unwrap_or(true);
            Kind::described(api_version, kind, object::text(r, "/name"), namespaced)
        })
}

fn accept(reply: Reply, doing: &str) -> Result<Reply, Failure> {
    if reply.is_ok() {
        Ok(reply)
    } else {
        Err(reply.refusal(doing))
    }
}

fn read(reply: Reply, doing: &str) -> Result<Value, Failure> {
    serde_json::from_slice(&reply.body)
        .map_err(|error| errors::unreadable(doing).words(error.to_string()))
}

/// Items of a list do not say what they are.
fn named(mut item: Value, kind: &Kind) -> Value {
    if item.is_object() {
        item["apiVersion"] = json!(kind.api_version);
        item["kind"] = json!(kind.kind);
    }
    item
}

/// The newest event about `name`: `Unhealthy: Readiness probe failed`.
fn last_event(events: &Value, name: &str) -> Option<String> {
    let when = |event: &Value| {
        [
            "/lastTimestamp",
            "/eventTime",
            "/metadata/creationTimestamp",
        ]
        .iter()
        .map(|pointer| object::text(event, pointer).to_owned())
        .find(|time| !time.is_empty())
        .unwrap_or_default()
    };
    object::list(events, "/items")
        .iter()
        .filter(|event| event["involvedObject"]["name"] == name)
        .max_by_key(|event| (event["type"] == "Warning", when(event)))
        .map(|event| {
            format!(
                "{}: {}",
                object::text(event, "/reason"),
                object::text(event, "/message")
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_in_what_the_server_describes() {
        let list = json!({"resources": [
            {"name": "gateways/status", "kind": "Gateway", "namespaced": true},
            {"name": "gateways", "kind": "Gateway", "namespaced": true},
        ]});
        let found = described(&list, "networking.istio.io/v1", "Gateway").unwrap();
        assert_eq!(
            found.path("shop"),
            "/apis/networking.istio.io/v1/namespaces/shop/gateways"
        );
        assert_eq!(described(&list, "networking.istio.io/v1", "Sidecar"), None);
    }

    #[test]
    fn the_newest_warning_speaks() {
        let event = |name: &str, kind: &str, at: &str, message: &str| {
            json!({"involvedObject": {"name": name}, "type": kind, "lastTimestamp": at,
                "reason": "R", "message": message})
        };
        let events = json!({"items": [
            event("p", "Warning", "2026-01-01T00:00:01Z", "older"),
            event("p", "Warning", "2026-01-01T00:00:02Z", "newer"),
            event("p", "Normal", "2026-01-01T00:00:03Z", "pulled"),
            event("q", "Warning", "2026-01-01T00:00:04Z", "another's"),
        ]});
        assert_eq!(last_event(&events, "p").as_deref(), Some("R: newer"));
        assert_eq!(last_event(&Value::Null, "p"), None);
    }
}

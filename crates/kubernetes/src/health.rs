//! Whether a module's Service answers, asked through the API server.

use crate::{errors, object, server::Server};
use segue_model::Failure;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How often health is asked while it must stay good.
const EVERY: Duration = Duration::from_millis(200);

/// One Service, and the path that it answers with 200 when it is well.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Health {
    /// As the proxy wants it: `name`, or `name:port`.
    service: String,
    path: String,
}

impl Health {
    /// The module's Service among `objects`: the one of its name, else the
    /// first that selects pods; none when there is none.
    pub fn of(objects: &[Value], module: &str, path: &str) -> Option<Self> {
        let mut services = objects.iter().filter(|o| {
            o["apiVersion"] == "v1"
                && object::is_kind(o, "Service")
                && o["spec"]["selector"].is_object()
        });
        let service = services
            .clone()
            .find(|o| object::name(o) == module)
            .or_else(|| services.next())?;
        Some(Self {
            service: address(service),
            path: path.to_owned(),
        })
    }

    /// Asks once.
    pub async fn ask(&self, server: &Server) -> Result<(), Failure> {
        let reply = server.ask_service(&self.service, &self.path).await?;
        if reply.status == 200 {
            return Ok(());
        }
        if reply.is_status() {
            return Err(reply.refusal(&format!("asking the service {}", self.service)));
        }
        let what = format!(
            "the service {} answered {} to {}",
            self.service, reply.status, self.path
        );
        Err(Failure::step(errors::HEALTH, what).words(reply.words()))
    }

    /// Asks again and again for as long as `stable`; the first bad answer fails.
    pub async fn stays_good(&self, server: &Server, stable: Duration) -> Result<(), Failure> {
        let until = Instant::now() + stable;
        loop {
            self.ask(server).await?;
            let now = Instant::now();
            if now >= until {
                return Ok(());
            }
            tokio::time::sleep_until(until.min(now + EVERY)).await;
        }
    }

    /// `service web answered 200 to /healthz`.
    pub fn line(&self) -> String {
        format!("service {} answered 200 to {}", self.service, self.path)
    }
}

/// A Service with several ports needs one named: `http`, else the first.
fn address(service: &Value) -> String {
    let name = object::name(service);
    let ports = object::list(service, "/spec/ports");
    let [first, _, ..] = ports else {
        return name.to_owned();
    };
    let port = ports.iter().find(|p| p["name"] == "http").unwrap_or(first);
    match object::int(port, "/port") {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service(name: &str, ports: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": {"app": name}, "ports": ports}})
    }

    #[test]
    fn the_service_of_the_modules_name_is_asked() {
        let objects = [
            service("metrics", &json!([{"port": 9090}])),
            service("web", &json!([{"port": 80}])),
        ];
        let asked = |module: &str| Health::of(&objects, module, "/healthz").unwrap().service;
        assert_eq!(asked("web"), "web");
        assert_eq!(asked("other"), "metrics");
        assert_eq!(Health::of(&[], "web", "/"), None);
    }

    #[test]
    fn of_several_ports_http_is_asked() {
        let ports = json!([{"name": "grpc", "port": 9000}, {"name": "http", "port": 80}]);
        assert_eq!(address(&service("web", &ports)), "web:80");
        let ports = json!([{"name": "a", "port": 1}, {"name": "b", "port": 2}]);
        assert_eq!(address(&service("web", &ports)), "web:1");
    }

    #[test]
    fn a_service_without_pods_of_its_own_is_not_asked() {
        let external = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"},
            "spec": {"type": "ExternalName", "externalName": "db.example"}});
        assert_eq!(Health::of(&[external], "db", "/"), None);
    }
}

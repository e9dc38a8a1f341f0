//! A running program: a small HTTP server with a start-up time, readiness and a
//! version, which calls the modules it needs on each request.

use crate::{
    Shared,
    faults::FaultKind,
    mesh::{Answer, VERSION_HEADER},
    world::Program,
};
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How long a stopped workload still answers what reaches it, in the twins' time.
/// Source: Kubernetes removes a pod from its endpoints before it ends, and
/// Cloud Run and Functions drain likewise.
const DRAIN: Duration = Duration::from_millis(500);

/// A workload keeps draining at least this long however fast the clock runs,
/// so that a request already on its way arrives.
const DRAIN_AT_LEAST: Duration = Duration::from_millis(150);

/// How long after its readiness `unhealthy-after-ready` begins, in the twins' time.
const TURNS_UNHEALTHY: Duration = Duration::from_millis(400);

/// Where a workload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not yet ready.
    Starting,
    /// Answers 200.
    Ready,
    /// Was ready, answers 500 now.
    Unhealthy,
    /// The process ended by itself.
    Exited,
}

/// A running program.
pub struct Workload {
    /// Where it listens.
    pub address: SocketAddr,
    /// What runs.
    pub program: Arc<Program>,
    phase: watch::Receiver<Phase>,
    life: JoinHandle<()>,
    server: JoinHandle<()>,
    shared: Shared,
}

impl Workload {
    /// Starts `program` on a port of its own.
    ///
    /// # Errors
    /// When loopback gives no port.
    pub async fn start(shared: &Shared, program: Arc<Program>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, phase) = watch::channel(Phase::Starting);
        let life = tokio::spawn(live(shared.clone(), program.clone(), sender));
        let app = Router::new()
            .route("/healthz", get(health))
            .fallback(answer)
            .with_state(Inside {
                shared: shared.clone(),
                program: program.clone(),
                phase: phase.clone(),
            });
        let server = tokio::spawn(async move {
            // An accept error ends this workload only; its callers then see it gone.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self {
            address,
            program,
            phase,
            life,
            server,
            shared: shared.clone(),
        })
    }

    /// Where it stands now.
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Whether it answers 200 now.
    pub fn is_ready(&self) -> bool {
        self.phase() == Phase::Ready
    }

    /// Tells of each change of phase.
    pub fn watch(&self) -> watch::Receiver<Phase> {
        self.phase.clone()
    }

    /// Ends it: whoever routes to it must have stopped doing so. What is on its
    /// way is still answered.
    pub fn stop(self) {
        tokio::spawn(async move {
            tokio::time::sleep(self.shared.clock.real(DRAIN).max(DRAIN_AT_LEAST)).await;
            drop(self);
        });
    }
}

impl Drop for Workload {
    fn drop(&mut self) {
        self.life.abort();
        self.server.abort();
    }
}

async fn live(shared: Shared, program: Arc<Program>, phase: watch::Sender<Phase>) {
    let has = |kind| program.candidate && shared.faults.has(&program.module, kind);
    let startup = Duration::from_millis(program.startup_ms);
    if has(FaultKind::CrashLoop) {
        shared.clock.sleep(startup / 2).await;
        phase.send_replace(Phase::Exited);
    } else if !has(FaultKind::NeverReady) {
        shared.clock.sleep(startup).await;
        phase.send_replace(Phase::Ready);
        if has(FaultKind::UnhealthyAfterReady) {
            shared.clock.sleep(TURNS_UNHEALTHY).await;
            phase.send_replace(Phase::Unhealthy);
        }
    }
    phase.closed().await;
}

#[derive(Clone)]
struct Inside {
    shared: Shared,
    program: Arc<Program>,
    phase: watch::Receiver<Phase>,
}

async fn health(State(inside): State<Inside>) -> Response {
    let phase = *inside.phase.borrow();
    match phase {
        Phase::Ready => inside.say(StatusCode::OK, "ok"),
        Phase::Starting => inside.say(StatusCode::SERVICE_UNAVAILABLE, "starting"),
        Phase::Unhealthy | Phase::Exited => {
            inside.say(StatusCode::INTERNAL_SERVER_ERROR, "unhealthy")
        }
    }
}

async fn answer(State(inside): State<Inside>) -> Response {
    let phase = *inside.phase.borrow();
    if phase != Phase::Ready {
        return health(State(inside)).await;
    }
    for (provider, range) in &inside.program.needs {
        let said = inside
            .shared
            .mesh
            .call(&inside.program.module, provider, "/")
            .await;
        if let Some(complaint) = complaint(provider, range, &said) {
            return inside.say(StatusCode::BAD_GATEWAY, &complaint);
        }
    }
    inside.say(StatusCode::OK, &inside.program.module)
}

/// What a consumer objects to in its provider's answer.
fn complaint(provider: &str, range: &semver::VersionReq, said: &Answer) -> Option<String> {
    if said.status != 200 {
        return Some(format!(
            "{provider} answered {}: {}",
            said.status, said.body
        ));
    }
    let version = said.version.as_deref().unwrap_or("no version");
    let fits = semver::Version::parse(version).is_ok_and(|version| range.matches(&version));
    (!fits).then(|| format!("needs {provider} {range}, and {version} answered"))
}

impl Inside {
    fn say(&self, status: StatusCode, body: &str) -> Response {
        let version = self.program.version.to_string();
        (status, [(VERSION_HEADER, version)], body.to_owned()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consumer_objects_to_a_version_outside_its_range() {
        let range = semver::VersionReq::parse(">=2").unwrap();
        let said = |status, version: &str| Answer {
            status,
            version: Some(version.into()),
            body: String::new(),
        };
        assert_eq!(complaint("auth", &range, &said(200, "2.1.0")), None);
        assert!(complaint("auth", &range, &said(200, "1.9.0")).is_some());
        assert!(complaint("auth", &range, &said(503, "2.1.0")).is_some());
    }
}

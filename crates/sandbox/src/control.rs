//! The sandbox's own API: faults, the load, the ledger of effects.

use crate::load::{Load, LoadReport};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    routing::{get, post},
};
use segue_twin::{Shared, effects::Effect, faults::FaultKind};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use tokio::{net::TcpListener, task::JoinHandle};

/// The API, on a port of its own.
pub(crate) struct Control {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Inside {
    shared: Shared,
    load: Arc<Load>,
}

#[derive(Deserialize)]
struct Stop {
    least: u64,
}

impl Control {
    pub(crate) async fn start(shared: &Shared, load: Arc<Load>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let app = Router::new()
            .route("/faults", post(faults))
            .route("/load", get(so_far))
            .route("/load/start", post(start))
            .route("/load/stop", post(stop))
            .route("/effects", get(effects))
            .route("/effects/reset", post(reset))
            .with_state(Inside {
                shared: shared.clone(),
                load,
            });
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, server })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Replaces all faults.
async fn faults(
    State(inside): State<Inside>,
    Json(wanted): Json<BTreeMap<String, String>>,
) -> Result<(), (StatusCode, String)> {
    let mut kinds = Vec::new();
    for (module, kind) in wanted {
        let kind: FaultKind = kind.parse().map_err(|it| (StatusCode::BAD_REQUEST, it))?;
        kinds.push((module, kind));
    }
    inside.shared.faults.clear();
    for (module, kind) in kinds {
        inside.shared.faults.set(&module, kind);
    }
    Ok(())
}

async fn start(State(inside): State<Inside>) {
    inside.load.start();
}

async fn stop(State(inside): State<Inside>, Query(stop): Query<Stop>) -> Json<LoadReport> {
    Json(inside.load.stop(stop.least).await)
}

async fn so_far(State(inside): State<Inside>) -> Json<LoadReport> {
    Json(inside.load.so_far())
}

async fn effects(State(inside): State<Inside>) -> Json<Vec<Effect>> {
    Json(inside.shared.effects.all())
}

async fn reset(State(inside): State<Inside>) {
    inside.shared.effects.reset();
}

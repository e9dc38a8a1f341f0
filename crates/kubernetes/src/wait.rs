//! Waits until workloads are rolled out and stay so.

use crate::{
    kinds, object,
    rollout::{self, Memory, Rollout},
    server::Server,
    watching::Watching,
};
use futures::future::try_join_all;
use segue_model::Failure;
use segue_platform::Call;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// Waits until every workload among `objects` is rolled out and stays so for
/// `stable`. Says what was seen; empty when there is no workload.
pub(crate) async fn until_ready(
    server: &Server,
    call: &Call,
    objects: &[Value],
    sidecars: &[String],
    stable: Duration,
) -> Result<String, Failure> {
    let workloads: Vec<&Value> = objects
        .iter()
        .filter(|o| kinds::is_workload(object::text(o, "/kind")))
        .collect();
    let several = workloads.len() > 1;
    let lines = try_join_all(workloads.into_iter().map(async |workload| {
        let name = several.then(|| format!("{}: ", object::name(workload)));
        let name = name.unwrap_or_default();
        until_rolled_out(server, call, workload, sidecars, stable, &name).await
    }))
    .await?;
    Ok(lines.join(", "))
}

async fn until_rolled_out(
    server: &Server,
    call: &Call,
    wanted: &Value,
    sidecars: &[String],
    stable: Duration,
    name: &str,
) -> Result<String, Failure> {
    let mut watching = Watching::start(server, wanted).await?;
    let mut memory = Memory::default();
    let mut said = String::new();
    let mut ready: Option<(Instant, String)> = None;
    loop {
        let event = match &ready {
            None => watching.next().await?,
            Some((until, line)) => match tokio::time::timeout_at(*until, watching.next()).await {
                Ok(event) => event?,
                Err(_) => return Ok(format!("{name}{line}")),
            },
        };
        let Some(scene) = watching.take(event)? else {
            continue;
        };
        match rollout::assess(scene, &memory, sidecars) {
            Rollout::Failed { failure, about } => {
                return Err(with_event(server, *failure, &about).await);
            }
            Rollout::Waiting(line) => {
                ready = None;
                if line != said {
                    call.progress(format_args!("{name}{line}"));
                    said = line;
                }
            }
            Rollout::Ready(line) => {
                let until = ready
                    .take()
                    .map_or_else(|| Instant::now() + stable, |(until, _)| until);
                if line != said {
                    call.progress(format_args!("{name}{line}"));
                    said.clone_from(&line);
                }
                ready = Some((until, line));
            }
        }
        memory.note(scene);
    }
}

async fn with_event(server: &Server, mut failure: Failure, about: &str) -> Failure {
    if let Some(event) = server.last_event(about).await {
        if !failure.words.is_empty() {
            failure.words.push_str("; ");
        }
        failure.words.push_str(&event);
    }
    failure.hint(format!(
        "kubectl -n {} describe pods,deployments; kubectl logs",
        server.namespace
    ))
}

//! Waits until workloads are rolled out and stay so.

use crate::{
    kinds, object,
    rollout::{self, Memory, Rollout, Scene},
    server::Server,
    watching::Watching,
};
use futures::future::try_join_all;
use segue_model::Failure;
use segue_platform::Call;
use serde_json::Value;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// How to wait.
pub(crate) struct Wait<'a> {
    pub server: &'a Server,
    pub call: &'a Call,
    /// Containers that each new pod must have.
    pub sidecars: &'a [String],
    /// How long what is ready must stay so.
    pub stable: Duration,
    /// What was seen until now; what is seen while waiting is added.
    pub memory: &'a Mutex<Memory>,
}

impl Wait<'_> {
    /// Waits until every workload among `objects` is rolled out and stays so.
    /// Says what was seen; empty when there is no workload.
    pub async fn until_ready(&self, objects: &[Value]) -> Result<String, Failure> {
        let workloads: Vec<&Value> = objects
            .iter()
            .filter(|o| kinds::is_workload(object::text(o, "/kind")))
            .collect();
        let several = workloads.len() > 1;
        let lines = try_join_all(workloads.into_iter().map(async |workload| {
            let name = several.then(|| format!("{}: ", object::name(workload)));
            self.until_rolled_out(workload, &name.unwrap_or_default())
                .await
        }))
        .await?;
        Ok(lines.join(", "))
    }

    async fn until_rolled_out(&self, wanted: &Value, name: &str) -> Result<String, Failure> {
        let mut watching = Watching::start(self.server, wanted).await?;
        let mut said = String::new();
        let mut ready: Option<Ready> = None;
        loop {
            let event = match &mut ready {
                Some(it) if !it.again => match timeout_at(it.until, watching.next()).await {
                    Ok(event) => event?,
                    Err(_) if self.stable.is_zero() => return Ok(format!("{name}{said}")),
                    // That nothing was told to the contrary proves nothing.
                    Err(_) => {
                        it.again = true;
                        watching.again();
                        continue;
                    }
                },
                _ => watching.next().await?,
            };
            let Some(scene) = watching.take(event)? else {
                continue;
            };
            let line = match self.assess(scene) {
                Rollout::Failed { failure, about } => {
                    return Err(with_event(self.server, *failure, &about).await);
                }
                Rollout::Waiting(line) => {
                    ready = None;
                    line
                }
                Rollout::Ready(line) if ready.as_ref().is_some_and(|it| it.again) => {
                    return Ok(format!("{name}{line}"));
                }
                Rollout::Ready(line) => {
                    ready.get_or_insert_with(|| Ready {
                        until: Instant::now() + self.stable,
                        again: false,
                    });
                    line
                }
            };
            if line != said {
                self.call.progress(format_args!("{name}{line}"));
                said = line;
            }
        }
    }

    fn assess(&self, scene: &Scene) -> Rollout {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let rollout = rollout::assess(scene, &memory, self.sidecars);
        memory.note(scene);
        rollout
    }
}

/// A workload that is ready.
struct Ready {
    /// When it has been so for long enough.
    until: Instant,
    /// Whether that moment has come, and all is looked at once more.
    again: bool,
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

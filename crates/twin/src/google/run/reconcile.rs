//! Makes true what a service wants: its latest revision becomes ready, then
//! traffic moves, then what nobody routes to is stopped.

use super::{
    super::operations::Failure,
    Run,
    change::idle,
    condition::{Condition, Reason, State},
    service::Service,
    template,
    traffic::{Serving, Target, targets},
};
use crate::workload::{Phase, Workload};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// How long Cloud Run takes before anything starts, in the twins' time.
const ADMISSION: Duration = Duration::from_millis(150);

/// How long a container may take to listen, in the twins' time (the clouds
/// give it 240 s).
const STARTUP: Duration = Duration::from_secs(4);

/// However fast the clock runs, a container gets this long: a busy machine must
/// not look like a broken container.
const STARTUP_AT_LEAST: Duration = Duration::from_millis(700);

const UNHEALTHY: Reason = ("revisionReason", "HEALTH_CHECK_CONTAINER_ERROR");
const MISSING: Reason = ("reason", "CONTAINER_MISSING");
const REVISION_FAILED: Reason = ("reason", "REVISION_FAILED");

impl Run {
    /// Carries out generation `generation` of `id`; `restamped` says whether it
    /// made a revision, whose failure is then this change's failure.
    pub(super) async fn reconcile(
        self: &Arc<Self>,
        id: &str,
        generation: u64,
        restamped: bool,
    ) -> Result<(), Failure> {
        let turn = self.with(id, |one| one.turn.clone()).ok_or_else(deleted)?;
        let _turn = turn.lock().await;
        self.site.shared.clock.sleep(ADMISSION).await;
        // A service's URL is there before its first revision is ready.
        self.open(id, "").await.map_err(internal)?;
        if restamped {
            let name = self
                .with(id, |one| one.latest_created.clone())
                .ok_or_else(deleted)?;
            let configured = self.make_ready(id, &name).await;
            self.with(id, |service| {
                if configured.is_ok() {
                    service.latest_ready = Some(name);
                }
                service.configurations = Condition::of(&configured, REVISION_FAILED);
                service.touch();
            });
            if let Err(failure) = configured {
                self.conclude(id, generation, &Err(failure.clone()));
                return Err(failure);
            }
        }
        let routed = self.route(id).await;
        self.conclude(id, generation, &routed);
        routed
    }

    fn conclude(&self, id: &str, generation: u64, routed: &Result<(), Failure>) {
        self.with(id, |service| {
            let Service {
                serving, revisions, ..
            } = service;
            idle(revisions, |name| serving.uses(name));
            service.observed = service.observed.max(generation);
            service.routes = Condition::of(routed, REVISION_FAILED);
            service.touch();
        });
    }

    /// Starts a revision and waits until it listens; remembers how that went.
    async fn make_ready(&self, id: &str, name: &str) -> Result<(), Failure> {
        let ready = self.run_revision(id, name).await;
        self.with(id, |service| {
            if let Some(revision) = service.revisions.get_mut(name) {
                revision.ready = match &ready {
                    Ok(()) => Condition::new(State::Succeeded),
                    Err((failure, reason)) => {
                        Condition::new(State::Failed(failure.clone(), *reason))
                    }
                };
            }
        });
        ready.map_err(|(failure, _)| failure)
    }

    /// Sees to it that a workload serves the revision.
    async fn run_revision(&self, id: &str, name: &str) -> Result<(), (Failure, Reason)> {
        let found = self.with(id, |service| {
            let revision = service.revisions.get(name)?;
            Some((revision.template.clone(), revision.workload.is_some()))
        });
        let Some((template, running)) = found.flatten() else {
            return Err((no_revision(name), REVISION_FAILED));
        };
        if running {
            return Ok(());
        }
        let workload = self.launch(name, &template).await?;
        let (mut workload, mut kept) = (Some(workload), false);
        self.with(id, |service| {
            if let Some(revision) = service.revisions.get_mut(name) {
                revision.workload = workload.take();
                kept = true;
            }
        });
        if kept {
            Ok(())
        } else {
            Err((deleted(), REVISION_FAILED))
        }
    }

    async fn launch(
        &self,
        revision: &str,
        template: &Map<String, Value>,
    ) -> Result<Workload, (Failure, Reason)> {
        let image = template::image(template).unwrap_or_default();
        let shared = &self.site.shared;
        let Some(program) = self.program(image) else {
            let message = format!(
                "Revision '{revision}' is not ready and cannot serve traffic. Image '{image}' not found."
            );
            return Err((Failure { code: 5, message }, MISSING));
        };
        let workload = Workload::start(shared, program)
            .await
            .map_err(|error| (internal(error), UNHEALTHY))?;
        let mut phase = workload.watch();
        let patience = shared.clock.real(STARTUP).max(STARTUP_AT_LEAST);
        let listening = phase.wait_for(|phase| *phase != Phase::Starting);
        let listens = match tokio::time::timeout(patience, listening).await {
            Ok(Ok(phase)) => *phase != Phase::Exited,
            _ => false,
        };
        if listens {
            return Ok(workload);
        }
        let message = self.not_listening(revision, template::port(template));
        Err((Failure { code: 9, message }, UNHEALTHY))
    }

    fn program(&self, image: &str) -> Option<Arc<crate::world::Program>> {
        let source = super::lock(&self.built).get(image).cloned();
        let reference = source.as_deref().unwrap_or(image);
        let shared = &self.site.shared;
        shared.program(reference).or_else(|| {
            // An image by tag is the image that the tag stands for now.
            let digest = shared.programs.resolve(reference)?;
            let (repository, _) = reference.rsplit_once(':')?;
            shared.program(&format!("{repository}@{digest}"))
        })
    }

    /// The words of Cloud Run for a container that does not listen.
    fn not_listening(&self, revision: &str, port: u64) -> String {
        format!(
            "Revision '{revision}' is not ready and cannot serve traffic. The user-provided \
             container failed to start and listen on the port defined provided by the \
             PORT={port} environment variable within the allocated timeout. This can happen \
             when the container port is misconfigured or if the timeout is too short. The \
             health check timeout can be extended. Logs for this revision might contain more \
             information.\n\nLogs URL: https://console.cloud.google.com/logs/viewer?project={}\
             &resource=cloud_run_revision/revision_name/{revision}\nFor more troubleshooting \
             guidance, see https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start",
            self.site.world.project
        )
    }

    /// Moves traffic to where the spec wants it; all of it, or nothing.
    async fn route(self: &Arc<Self>, id: &str) -> Result<(), Failure> {
        let (wanted, latest) = self
            .with(id, |one| (targets(&one.spec), one.latest_ready.clone()))
            .ok_or_else(deleted)?;
        let mut resolved = wanted.map_err(|error| Failure {
            code: 3,
            message: error.message,
        })?;
        for target in &mut resolved {
            if target.latest {
                target.revision.clone_from(&latest);
            }
            self.prepare(id, target).await?;
        }
        for target in resolved.iter().filter(|target| !target.tag.is_empty()) {
            self.open(id, &target.tag).await.map_err(internal)?;
        }
        let tags: Vec<_> = resolved.iter().map(|target| target.tag.clone()).collect();
        self.with(id, |service| service.serving = Serving::new(resolved));
        self.close_tags(id, &tags);
        Ok(())
    }

    /// The revision of a target exists, is ready and runs.
    async fn prepare(&self, id: &str, target: &Target) -> Result<(), Failure> {
        let name = target.revision.as_deref().unwrap_or_default();
        let state = self.with(id, |service| {
            Some(service.revisions.get(name)?.ready.state.clone())
        });
        match state.flatten() {
            None => Err(no_revision(name)),
            Some(State::Failed(failure, _)) => Err(failure),
            Some(_) if target.percent == 0 && target.tag.is_empty() => Ok(()),
            Some(_) => self
                .run_revision(id, name)
                .await
                .map_err(|(failure, _)| failure),
        }
    }
}

fn no_revision(name: &str) -> Failure {
    Failure {
        code: 13,
        message: format!(
            "Revision '{name}' does not exist or is deleted. Update all traffic to route to \
             currently available revisions."
        ),
    }
}

fn deleted() -> Failure {
    Failure {
        code: 5,
        message: "The service was deleted.".to_owned(),
    }
}

fn internal(error: std::io::Error) -> Failure {
    Failure {
        code: 13,
        message: error.to_string(),
    }
}

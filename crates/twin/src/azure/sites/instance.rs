//! One start of a slot's container: its image, its workload, and what the
//! platform says about it.

use crate::{
    Shared,
    workload::{Phase, Workload},
};
use jiff::Timestamp;
use std::{
    io,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// How long a container may take to start. The cloud's default is 230 s; the
/// programs here start in seconds, and people wait for a failure.
/// `WEBSITES_CONTAINER_START_TIME_LIMIT` overrides it, as there.
pub(super) const START_LIMIT: Duration = Duration::from_secs(30);

/// What the platform knows of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The container starts.
    Starting,
    /// It answers.
    Ready,
    /// It answers, and not well.
    Unhealthy,
    /// It ended by itself.
    Exited,
    /// It did not become ready in time, and was stopped.
    TimedOut,
    /// There is no such image.
    ImageNotFound,
    /// No image is configured.
    Nothing,
}

impl Standing {
    /// The instance's `state`, an enumeration of the cloud's:
    /// `SiteRuntimeState` of Microsoft.Web.
    pub fn state(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::Starting | Self::Unhealthy => "UNKNOWN",
            Self::Exited | Self::TimedOut | Self::ImageNotFound | Self::Nothing => "STOPPED",
        }
    }
}

/// One start of a slot's container.
pub(super) struct Instance {
    /// The instance's id, new at each start.
    pub id: String,
    /// `repository@sha256:…` or `repository:tag`; empty when none is configured.
    pub image: String,
    /// When it was started.
    pub since: Timestamp,
    started: Instant,
    limit: Duration,
    run: Option<Run>,
}

struct Run {
    address: SocketAddr,
    phase: watch::Receiver<Phase>,
    workload: Mutex<Option<Workload>>,
}

impl Instance {
    /// Starts `image`, which may take up to `limit` of the twins' time.
    pub async fn start(shared: &Shared, image: &str, limit: Duration) -> io::Result<Self> {
        Ok(Self {
            id: crate::azure::ids::hex(32),
            image: image.to_owned(),
            since: Timestamp::now(),
            started: Instant::now(),
            limit: shared.clock.real(limit),
            run: run(shared, image).await?,
        })
    }

    /// What the platform knows of it now.
    pub fn standing(&self) -> Standing {
        let Some(run) = &self.run else {
            return if self.image.is_empty() {
                Standing::Nothing
            } else {
                Standing::ImageNotFound
            };
        };
        match *run.phase.borrow() {
            Phase::Starting if self.started.elapsed() >= self.limit => Standing::TimedOut,
            Phase::Starting => Standing::Starting,
            Phase::Ready => Standing::Ready,
            Phase::Unhealthy => Standing::Unhealthy,
            Phase::Exited => Standing::Exited,
        }
    }

    /// Where it can be reached, once it has begun to answer.
    pub fn reachable(&self) -> Option<SocketAddr> {
        let answers = matches!(self.standing(), Standing::Ready | Standing::Unhealthy);
        self.run.as_ref().filter(|_| answers).map(|run| run.address)
    }

    /// Waits until it no longer starts, and says where it stands then.
    pub async fn settled(&self) -> Standing {
        if let Some(run) = &self.run {
            let mut phase = run.phase.clone();
            let begun = phase.wait_for(|phase| *phase != Phase::Starting);
            // Both a timeout and a workload that is gone show in the standing.
            let _ = tokio::time::timeout_at(self.started + self.limit, begun).await;
        }
        self.standing()
    }

    /// Ends it; what is on its way is still answered.
    pub fn retire(&self) {
        let Some(run) = &self.run else { return };
        let workload = run
            .workload
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(workload) = workload {
            workload.stop();
        }
    }
}

async fn run(shared: &Shared, image: &str) -> io::Result<Option<Run>> {
    let program = shared.program(image).or_else(|| {
        let (repository, _) = image.rsplit_once(':')?;
        let digest = shared.programs.resolve(image)?;
        shared.program(&format!("{repository}@{digest}"))
    });
    let Some(program) = program else {
        return Ok(None);
    };
    let workload = Workload::start(shared, program).await?;
    Ok(Some(Run {
        address: workload.address,
        phase: workload.watch(),
        workload: Mutex::new(Some(workload)),
    }))
}

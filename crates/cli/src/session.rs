//! A project with everything that a release of it touches: a running sandbox, a
//! sandbox of its own, or the clouds.

use crate::{
    console::Console,
    problem::Problem,
    project::{Locked, Project},
    state::State,
};
use clap::Args;
use segue_connect::{Endpoints, Waiting, observe, registry, units};
use segue_manifest::OnFailure;
use segue_model::{Failure, FailureKind, Observation, Plan, Unit};
use segue_plan::{Input, Seen};
use segue_platform::Registry;
use segue_sandbox::{Client, Options, Running, Sandbox};
use segue_view::duration;
use std::{path::Path, sync::Arc, time::Duration};

/// How long a running sandbox may take to answer before it counts as gone.
const ANSWER: Duration = Duration::from_secs(10);

/// How the sandbox is used.
#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Run against embedded clouds instead of real ones: a running `segue
    /// sandbox`, or one of its own.
    #[arg(long)]
    pub sandbox: bool,
    /// How many times faster than a cloud the sandbox's own clouds run.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

/// A positive number.
pub fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=1000.0).contains(&speed) => Ok(speed),
        _ => Err("write a number from 0.01 to 1000".into()),
    }
}

/// A project with everything that a release of it touches.
pub struct Session {
    /// The manifest.
    pub project: Project,
    /// Its lock; a rollback needs none.
    pub locked: Option<Locked>,
    /// Who carries out what.
    pub registry: Registry,
    /// Drives the sandbox, when there is one.
    pub client: Option<Client>,
    waiting: Waiting,
    // Ends with the session.
    own: Option<Sandbox>,
}

/// The manifest at `path` and its lock, held against each other.
pub fn load(path: &Path, sandbox: bool) -> Result<(Project, Locked), Problem> {
    let project = Project::open(path, &sandboxed(sandbox))?;
    let locked = project.lock()?;
    Ok((project, locked))
}

/// The sandbox of this project that runs in a process of its own, if it answers.
pub async fn running(state: &State) -> Result<Option<(Running, Client)>, Failure> {
    let Some(running) = state.sandbox() else {
        return Ok(None);
    };
    let client = Client::new(&running.control)?;
    let answer = tokio::time::timeout(ANSWER, client.load()).await;
    Ok(matches!(answer, Ok(Ok(_))).then_some((running, client)))
}

impl Session {
    /// Connects a project to its targets.
    pub async fn begin(
        project: Project,
        locked: Option<Locked>,
        how: &SandboxArgs,
        console: Console,
    ) -> Result<Self, Problem> {
        let mut own = None;
        let (endpoints, client) = if !how.sandbox {
            (Endpoints::default(), None)
        } else if let Some((running, client)) = running(&State::at(&project.directory)).await? {
            (running.endpoints, Some(client))
        } else {
            console
                .note("Starting the sandbox: the embedded clouds, with the former versions live …");
            let locked = locked.as_ref().ok_or_else(no_lock)?;
            let started = own.insert(start(&project, locked, how.speed).await?);
            let running = started.running.clone();
            (running.endpoints, Some(started.client()?))
        };
        let registry = registry(&project.manifest, &project.directory, &endpoints)
            .await
            .map_err(|failure| away_from_clouds(failure, how.sandbox))?;
        Ok(Self {
            project,
            locked,
            registry,
            client,
            waiting: Arc::new(move |unit, failure, wait| waiting(console, unit, failure, wait)),
            own,
        })
    }

    /// Whether the session's world goes on when the session ends.
    pub fn world_stays(&self) -> bool {
        self.own.is_none()
    }

    /// Every module on every target, as the lock wants it.
    pub fn units(&self) -> Result<Vec<Unit>, Failure> {
        units(&self.project.manifest, &self.locked()?.lock)
    }

    fn locked(&self) -> Result<&Locked, Failure> {
        self.locked.as_ref().ok_or_else(no_lock)
    }

    /// What is live now, in the order of [`Session::units`].
    pub async fn observe(&self) -> Result<Vec<(Unit, Observation)>, Failure> {
        self.observe_these(self.units()?).await
    }

    /// What is live now of all that a plan is about.
    pub async fn observe_for(&self, plan: &Plan) -> Result<Vec<(Unit, Observation)>, Failure> {
        if plan.rolls_back.is_none() {
            return self.observe().await;
        }
        self.observe_units(plan).await
    }

    /// What is live now of the units that a plan changes or verifies.
    pub async fn observe_units(&self, plan: &Plan) -> Result<Vec<(Unit, Observation)>, Failure> {
        let units = segue_plan::units(plan).into_iter().cloned();
        self.observe_these(units.collect()).await
    }

    async fn observe_these(&self, units: Vec<Unit>) -> Result<Vec<(Unit, Observation)>, Failure> {
        let live = observe(&self.registry, &units, &self.waiting).await;
        let live = live.map_err(|failure| away_from_clouds(failure, self.client.is_some()))?;
        Ok(units.into_iter().zip(live).collect())
    }

    /// The plan from what is live now.
    pub async fn plan(&self, on_failure: Option<OnFailure>) -> Result<Plan, Failure> {
        let live = self.observe().await?;
        let seen = live.into_iter().filter_map(|(unit, live)| {
            let platform = self.registry.platforms.get(&unit.target)?;
            Some(Seen {
                changed: !platform.matches(&unit, &live),
                capabilities: platform.capabilities(),
                unit,
                live,
            })
        });
        segue_plan::plan(&Input {
            manifest: &self.project.manifest,
            manifest_digest: self.project.digest(),
            lock_digest: self.locked()?.digest.clone(),
            seen: seen.collect(),
            on_failure,
        })
    }

    /// What a person who reviews a plan should know, as `module@target: remark`.
    pub fn risks(&self) -> Result<Vec<String>, Failure> {
        let mut risks = Vec::new();
        for unit in self.units()? {
            let platform = self.registry.platforms.get(&unit.target);
            let remarks = platform.map(|it| it.risks(&unit)).unwrap_or_default();
            let name = format!("{}@{}", unit.module, unit.target);
            risks.extend(remarks.into_iter().map(|it| format!("{name}: {it}")));
        }
        Ok(risks)
    }
}

fn no_lock() -> Failure {
    Failure::internal("SEG6014", "this command has read no lock")
}

/// Says that an API is out of reach, instead of being quiet for half a minute.
fn waiting(console: Console, unit: &Unit, failure: &Failure, wait: Duration) {
    // A passing refusal is nobody's business.
    if wait > Duration::from_secs(1) {
        let wait = duration(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        console.note(&format!(
            "{}@{}: {failure}; asking again in {wait}",
            unit.module, unit.target
        ));
    }
}

/// Whoever reaches no cloud may have wanted the one that needs none.
fn away_from_clouds(mut failure: Failure, sandbox: bool) -> Failure {
    use FailureKind::{Denied, Step, Unavailable};
    if !sandbox && matches!(failure.kind, Denied | Step | Unavailable) {
        let between = if failure.hint.is_empty() { "" } else { "; " };
        failure.hint += between;
        failure.hint += "`--sandbox` needs no cloud and no credentials";
    }
    failure
}

/// Starts a sandbox for a project.
pub async fn start(project: &Project, locked: &Locked, speed: f64) -> Result<Sandbox, Problem> {
    let variables = sandboxed(true).variables();
    let furnished = segue_sandbox::Project::read(
        &project.directory,
        &project.source.text,
        project.manifest.clone(),
        locked.lock.clone(),
        &|name| variables.get(name),
    )?;
    let options = Options {
        scale: 1.0 / speed,
        ..Options::default()
    };
    Ok(Sandbox::start(&furnished, options).await?)
}

/// Endpoints of which only is known whether they are a sandbox's.
pub fn sandboxed(sandbox: bool) -> Endpoints {
    Endpoints {
        outside: sandbox.then(String::new),
        ..Endpoints::default()
    }
}

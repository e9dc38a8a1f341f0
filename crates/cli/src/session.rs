//! A project with everything that a release of it touches: a running sandbox, a
//! sandbox of its own, or the clouds.

use crate::{
    console::Console,
    problem::Problem,
    project::{Locked, Project},
    state::State,
};
use clap::Args;
use segue_connect::{Endpoints, observe, registry, units};
use segue_model::{Failure, Observation, Plan, Unit};
use segue_plan::{Input, Seen};
use segue_platform::Registry;
use segue_sandbox::{Client, Options, Sandbox};
use std::path::Path;

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
    /// Its lock.
    pub locked: Locked,
    /// Who carries out what.
    pub registry: Registry,
    /// Drives the sandbox, when there is one.
    pub client: Option<Client>,
    /// Whether the sandbox began with this session: what was journaled of an
    /// earlier one is of a world that is gone.
    pub fresh_world: bool,
    // Ends with the session.
    _own: Option<Sandbox>,
}

impl Session {
    /// Opens the project at `path` and connects to its targets.
    pub async fn open(path: &Path, how: &SandboxArgs, console: Console) -> Result<Self, Problem> {
        let probe = sandboxed(how.sandbox);
        let project = Project::open(path, &probe)?;
        let locked = project.lock()?;
        if !how.sandbox {
            return Self::connect(project, locked, Endpoints::default(), None, None).await;
        }
        let state = State::of(&project.directory)?;
        if let Some(running) = state.sandbox()
            && let client = Client::new(&running.control)?
            && client.load().await.is_ok()
        {
            return Self::connect(project, locked, running.endpoints, Some(client), None).await;
        }
        console.note("Starting the sandbox: the embedded clouds, with the former versions live …");
        let own = start(&project, &locked, how.speed).await?;
        let client = own.client()?;
        let endpoints = own.running.endpoints.clone();
        Self::connect(project, locked, endpoints, Some(client), Some(own)).await
    }

    async fn connect(
        project: Project,
        locked: Locked,
        endpoints: Endpoints,
        client: Option<Client>,
        own: Option<Sandbox>,
    ) -> Result<Self, Problem> {
        let registry = registry(&project.manifest, &project.directory, &endpoints).await?;
        Ok(Self {
            project,
            locked,
            registry,
            client,
            fresh_world: own.is_some(),
            _own: own,
        })
    }

    /// Every module on every target, as the lock wants it.
    pub fn units(&self) -> Result<Vec<Unit>, Failure> {
        units(&self.project.manifest, &self.locked.lock)
    }

    /// What is live now, in the order of [`Session::units`].
    pub async fn observe(&self) -> Result<Vec<(Unit, Observation)>, Failure> {
        let units = self.units()?;
        let live = observe(&self.registry, &units).await?;
        Ok(units.into_iter().zip(live).collect())
    }

    /// The plan from what is live now.
    pub async fn plan(&self) -> Result<Plan, Failure> {
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
            lock_digest: self.locked.digest.clone(),
            seen: seen.collect(),
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

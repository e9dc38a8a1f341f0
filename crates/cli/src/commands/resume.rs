//! `segue resume`: goes on with a release.

use super::{
    apply::{MOST_REQUESTS, environment, taken},
    carry_out::{self, Carry},
};
use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    project::Project,
    session::{SandboxArgs, Session, load, running, sandboxed},
    state::{Open, State, lock, open_release},
};
use clap::Args;
use segue_journal::Journal;
use segue_model::Failure;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Go on with a release that was stopped, killed, or left something to do.
#[derive(Debug, Args)]
pub struct Resume {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// At least this many requests are sent in the sandbox before the report.
    #[arg(
        long,
        default_value_t = 1000,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u64).range(..=MOST_REQUESTS),
        hide_short_help = true
    )]
    requests: u64,
}

/// Resumes.
pub async fn run(args: Resume, console: Console) -> Result<Exit, Problem> {
    // Which clouds it is about is known when the journal was read.
    let directory = Project::open(&args.path, &sandboxed(true))?.directory;
    let state = State::at(&directory);
    let Some((journal, open)) = open(&state).await? else {
        if console.is_json() {
            console.json(&json!({"type": "resume", "release": null}));
        }
        console.note("Nothing is to be resumed: every release is over.");
        return Ok(Exit::Done);
    };
    if open.sandbox {
        same_world(&state, &open, &args.path).await?;
    }
    let (project, locked) = load(&args.path, open.sandbox)?;
    let environment = environment(&project.manifest.environment, open.sandbox);
    let doing = format!("release {}", open.release);
    let held = lock(&*journal, &environment, &doing)
        .await?
        .map_err(|held| taken(&environment, &held))?;
    let how = SandboxArgs {
        sandbox: open.sandbox,
        speed: 1.0,
    };
    let session = Session::begin(project, locked, &how, console).await?;
    let plan = journal.plan(&open.release).await?.ok_or_else(|| {
        let what = format!("the plan of release {} is not in the journal", open.release);
        Failure::internal("SEG6002", what)
    })?;
    console.note(&format!("Going on with release {}.", open.release));
    let carry = Carry {
        session: &session,
        directory: &args.path,
        release: open.release,
        plan,
        faults: &[],
        requests: args.requests,
    };
    carry_out::run(carry, journal, held, console).await
}

/// The clouds' open release comes before the sandbox's.
async fn open(state: &State) -> Result<Option<(Arc<dyn Journal>, Open)>, Problem> {
    let Some(journal) = state.journaled()? else {
        return Ok(None);
    };
    for sandbox in [false, true] {
        if let Some(open) = open_release(&*journal, sandbox).await? {
            return Ok(Some((journal, open)));
        }
    }
    Ok(None)
}

/// That the sandbox that runs is the one that the release was about: in any
/// other world, what the journal says was done was not.
async fn same_world(state: &State, open: &Open, path: &Path) -> Result<(), Problem> {
    let running = running(state).await?;
    if running.is_some_and(|(it, _)| it.since_ms <= open.began_ms) {
        return Ok(());
    }
    let (release, path) = (&open.release, path.display());
    let what = format!("the sandbox of release {release} is gone, and all of its world");
    let failure = Problem::input("SEG6009", what).hint(format!(
        "begin again: `segue apply {path} --sandbox`; a sandbox that outlives its releases is \
         `segue sandbox {path}`"
    ));
    Err(Problem::With(Exit::Refused, failure))
}

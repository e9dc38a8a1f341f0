//! `segue resume`: goes on with a release.

use super::{
    apply::{environment, taken},
    carry_out::{self, Carry},
};
use crate::{
    console::Console,
    exit::Exit,
    problem::Problem,
    project::Project,
    session::{SandboxArgs, Session, sandboxed},
    state::{Open, State},
};
use clap::Args;
use segue_journal::Journal;
use std::path::PathBuf;

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
        hide_short_help = true
    )]
    requests: u64,
}

/// Resumes.
pub async fn run(args: Resume, console: Console) -> Result<Exit, Problem> {
    // Which clouds it is about is known when the journal was read.
    let directory = Project::open(&args.path, &sandboxed(true))?.directory;
    let state = State::of(&directory)?;
    let mut journal = state.journal()?;
    let Some(open) = open(&state, &journal)? else {
        console.note("Nothing is to be resumed: every release is over.");
        return Ok(Exit::Done);
    };
    let how = SandboxArgs {
        sandbox: open.sandbox,
        speed: 1.0,
    };
    if open.sandbox && state.sandbox().is_none() {
        let what = format!(
            "the sandbox of release {} is gone, and all of its world",
            open.release
        );
        let failure = Problem::input("SEG6009", what)
            .hint("begin again: `segue apply --sandbox`; a sandbox that outlives its releases is `segue sandbox`");
        return Err(Problem::With(Exit::Refused, failure));
    }
    let session = Session::open(&args.path, &how, console).await?;
    let environment = environment(&session.project.manifest.environment, open.sandbox);
    let locked = state
        .lock(
            &mut journal,
            &environment,
            &format!("release {}", open.release),
        )?
        .map_err(|held| taken(&environment, &held))?;
    let plan = journal.plan(&open.release)?.ok_or_else(|| {
        Problem::input(
            "SEG6002",
            format!("the plan of release {} is not in the journal", open.release),
        )
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
    carry_out::run(carry, journal, locked, console).await
}

/// The clouds' open release comes before the sandbox's.
fn open(state: &State, journal: &Journal) -> Result<Option<Open>, Problem> {
    Ok(match state.open_release(journal, false)? {
        Some(open) => Some(open),
        None => state.open_release(journal, true)?,
    })
}

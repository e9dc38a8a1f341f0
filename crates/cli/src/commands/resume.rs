//! `segue resume`: goes on with a release.

use super::{
    apply::MOST_REQUESTS,
    decide::{self, OverrideArgs},
    go_on::{self, GoOn},
};
use crate::{
    console::Console,
    exit::Exit,
    found::Found,
    journals::{Journals, StateArgs},
    locking::WaitArgs,
    problem::Problem,
    project::Project,
    session::sandboxed,
};
use clap::Args;
use segue_model::ReleaseId;
use serde_json::json;
use std::path::PathBuf;

/// Go on with a release that was stopped, killed, or left something to do.
///
/// What was begun and is not known to have ended is looked at first and then finished;
/// nothing is done twice. Of a release that holds after a failed step, only what
/// failed is tried again.
#[derive(Debug, Args)]
pub struct Resume {
    /// The directory that holds segue.yaml.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Which release, when it is not the one that is not over.
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
    /// At least this many requests are sent in the sandbox before the report.
    #[arg(
        long,
        default_value_t = 1000,
        value_name = "COUNT",
        value_parser = clap::value_parser!(u64).range(..=MOST_REQUESTS),
        hide_short_help = true
    )]
    requests: u64,
    #[command(flatten)]
    wait: WaitArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
    #[command(flatten)]
    state: StateArgs,
}

/// Resumes.
pub async fn run(args: Resume, console: Console) -> Result<Exit, Problem> {
    // Which clouds it is about is known when the journal was read.
    let project = Project::open(&args.path, &sandboxed(true))?;
    let journals = Journals::of(&project, &args.state);
    let release = args.release.as_deref().map(ReleaseId::new);
    let Some(found) = journals.meant(release.as_ref()).await? else {
        return nothing(&journals, &args, console).await;
    };
    if found.is_over() {
        return Err(decide::over(&found));
    }
    let wishes = args.overrides.wishes(&found.plan)?;
    console.note(&format!("Going on with release {}.", found.entry.id));
    let go_on = GoOn {
        found,
        directory: &args.path,
        requests: args.requests,
        wait: args.wait.wait,
        wishes,
    };
    Ok(go_on::run(go_on, &journals, console).await?.exit)
}

async fn nothing(journals: &Journals, args: &Resume, console: Console) -> Result<Exit, Problem> {
    // What ran in a sandbox that is gone is not over, and never will be.
    let newest = journals.newest().await?;
    if let Some(found) = newest.filter(|it: &Found| !it.is_over()) {
        return Err(go_on::gone(&found, &args.path));
    }
    if console.is_json() {
        console.json(&json!({"type": "resume", "release": null}));
    }
    console.note("Nothing is to be resumed: every release is over.");
    Ok(Exit::Done)
}

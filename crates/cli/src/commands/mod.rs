//! One file per command.

mod apply;
mod approve;
mod cancel;
mod carry_out;
mod check;
mod completions;
mod decide;
mod go_on;
mod graph;
mod history;
mod import;
mod init;
mod kept;
mod lock;
mod next;
mod plan;
mod reject;
mod repair;
mod report;
mod resume;
mod rollback;
mod runbook;
mod sandbox;
mod schema;
mod status;
mod watch;

use crate::{console::Console, exit::Exit, problem::Problem};
use clap::Subcommand;
use std::path::{Path, PathBuf};

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    Init(init::Init),
    Import(import::Import),
    /// Check the manifest and its lock; nothing is asked of any cloud.
    Check(check::Check),
    /// Draw the modules and what they need of each other.
    Graph(graph::Graph),
    /// Resolve every version to a digest and render every chart, into segue.lock.
    Lock(lock::Lock),
    /// Show what a release would change, in the order in which it would happen.
    Plan(plan::Plan),
    Apply(apply::Apply),
    Resume(resume::Resume),
    Status(status::Status),
    Watch(watch::Watch),
    /// Open a gate that waits for people, from any machine.
    Approve(decide::DecisionArgs),
    /// Close a gate that waits for people: the release does not go on.
    Reject(decide::DecisionArgs),
    Cancel(cancel::Cancel),
    Repair(repair::Repair),
    Rollback(rollback::Rollback),
    History(history::History),
    Report(report::Report),
    Runbook(runbook::Runbook),
    /// Run the embedded clouds in a process of their own.
    Sandbox(sandbox::SandboxCommand),
    /// Print the manifest's JSON Schema.
    Schema(schema::Schema),
    /// Print completions for a shell.
    Completions(completions::Completions),
}

/// Does what was asked.
pub async fn run(command: Command, console: &Console) -> Result<Exit, Problem> {
    let console = *console;
    match command {
        Command::Init(it) => init::run(&it, console),
        Command::Import(it) => import::run(&it, console),
        Command::Check(it) => check::run(&it, console),
        Command::Graph(it) => graph::run(&it, console),
        Command::Lock(it) => lock::run(it, console).await,
        Command::Plan(it) => plan::run(it, console).await,
        Command::Apply(it) => apply::run(it, console).await,
        Command::Resume(it) => resume::run(it, console).await,
        Command::Status(it) => status::run(&it, console).await,
        Command::Watch(it) => watch::run(it, console).await,
        Command::Approve(it) => approve::run(it, console).await,
        Command::Reject(it) => reject::run(it, console).await,
        Command::Cancel(it) => cancel::run(it, console).await,
        Command::Repair(it) => repair::run(it, console).await,
        Command::Rollback(it) => rollback::run(it, console).await,
        Command::History(it) => history::run(&it, console).await,
        Command::Report(it) => report::run(&it, console).await,
        Command::Runbook(it) => runbook::run(&it, console).await,
        Command::Sandbox(it) => sandbox::run(it, console).await,
        Command::Schema(it) => schema::run(&it, console),
        Command::Completions(it) => completions::run(&it, console),
    }
}

/// The project's directory and a release: `segue watch RELEASE`, in the project's
/// directory, names no path.
fn named(path: &Path, release: Option<&str>) -> (PathBuf, Option<String>) {
    match (release, path.to_str()) {
        (None, Some(name)) if !path.exists() && looks_like_a_release(name) => {
            (PathBuf::from("."), Some(name.to_owned()))
        }
        (release, _) => (path.to_owned(), release.map(str::to_owned)),
    }
}

/// `20261123-0412-k7fq`, and no path.
fn looks_like_a_release(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_digit())
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '-')
}

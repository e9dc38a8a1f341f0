//! One file per command.

mod apply;
mod carry_out;
mod check;
mod completions;
mod graph;
mod history;
mod kept;
mod lock;
mod next;
mod plan;
mod resume;
mod sandbox;
mod schema;
mod status;

use crate::{console::Console, exit::Exit, problem::Problem};
use clap::Subcommand;

/// What is to be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the manifest and its lock; nothing is asked of any cloud.
    Check(check::Check),
    /// Draw the modules and what they need of each other.
    Graph(graph::Graph),
    /// Resolve every version to a digest and render every chart, into segue.lock.
    Lock(lock::Lock),
    /// Show what a release would change, in the order in which it would happen.
    Plan(plan::Plan),
    /// Carry out a release.
    Apply(apply::Apply),
    /// Go on with a release that was stopped, killed, or left something to do.
    Resume(resume::Resume),
    /// Show where the newest release stands.
    Status(status::Status),
    /// List the releases, or report one of them.
    History(history::History),
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
        Command::Check(it) => check::run(&it, console),
        Command::Graph(it) => graph::run(&it, console),
        Command::Lock(it) => lock::run(it, console).await,
        Command::Plan(it) => plan::run(it, console).await,
        Command::Apply(it) => apply::run(it, console).await,
        Command::Resume(it) => resume::run(it, console).await,
        Command::Status(it) => status::run(&it, console).await,
        Command::History(it) => history::run(&it, console).await,
        Command::Sandbox(it) => sandbox::run(it, console).await,
        Command::Schema(it) => schema::run(&it, console),
        Command::Completions(it) => completions::run(&it, console),
    }
}

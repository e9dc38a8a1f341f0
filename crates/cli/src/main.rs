//! The `segue` program: arguments in, exit code out. One file per command in
//! `commands/`; everything that a command does stands in the rooms below.

mod args;
mod commands;
mod console;
mod exit;
mod found;
mod interrupt;
mod journals;
mod locking;
mod person;
mod problem;
mod project;
mod session;
mod state;
mod usage;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Every HTTP client below needs it; a second install cannot happen here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage::answer(&error),
    };
    log();
    let console = console::Console::new(args.output, args.color);
    match run(args.command, &console) {
        Ok(exit) => exit.into(),
        Err(problem) => {
            console.problem(&problem);
            problem.exit().into()
        }
    }
}

fn run(
    command: commands::Command,
    console: &console::Console,
) -> Result<exit::Exit, problem::Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| problem::Problem::internal("no runtime", &error))?;
    let done = runtime.block_on(commands::run(command, console));
    // A name that is still being looked up must not hold back the answer.
    runtime.shutdown_background();
    done
}

/// `SEGUE_LOG=debug` shows what the libraries below say; by default nothing.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SEGUE_LOG");
    if let Ok(filter) = filter {
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .init();
    }
}

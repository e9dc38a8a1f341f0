//! `segue completions`: for bash, zsh, fish and others.

use crate::{args, exit::Exit, problem::Problem};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print completions for a shell.
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints.
pub fn run(args: &Completions) -> Result<Exit, Problem> {
    let mut command = args::Args::command();
    clap_complete::generate(args.shell, &mut command, "segue", &mut std::io::stdout());
    Ok(Exit::Done)
}

//! `segue completions`: for bash, zsh, fish and others.

use crate::{args, console::Console, exit::Exit, problem::Problem};
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
pub fn run(args: &Completions, console: Console) -> Result<Exit, Problem> {
    let mut command = args::Args::command();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "segue", &mut script);
    console.text(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

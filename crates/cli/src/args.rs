//! What people type.

use crate::commands::Command;
use clap::{Parser, ValueEnum};

const FIRST_STEPS: &str = "\
To see a whole release, without any cloud: segue apply examples/storefront --sandbox
Exit codes: docs/exit-codes.md. What an error's code means: docs/errors/";

const GLOBAL: &str = "Output";

/// Carries out a release across clouds, in dependency order, without downtime,
/// safe to kill at any instant.
#[derive(Debug, Parser)]
#[command(name = "segue", version, arg_required_else_help = true)]
#[command(after_help = FIRST_STEPS)]
pub struct Args {
    /// How results are printed.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = GLOBAL
    )]
    pub output: Output,
    /// When colour is used. NO_COLOR is honoured.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = GLOBAL
    )]
    pub color: Color,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON value, or one for each line where something goes on.
    Json,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// In a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_contradict_each_other_nowhere() {
        Args::command().debug_assert();
    }
}

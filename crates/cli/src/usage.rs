//! What is answered when the arguments are none, or ask for help.

use crate::{
    args::{Color, Output},
    console::Console,
    exit::Exit,
    problem::Problem,
};
use std::{ffi::OsString, process::ExitCode};

/// Prints help and version as text; an error as whoever asked reads it.
pub fn answer(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Whoever reads it may have gone.
        let _ = error.print();
        return Exit::Done.into();
    }
    if wants_json(std::env::args_os()) {
        let text = error.to_string();
        let mut lines = text.lines();
        let what = lines.next().unwrap_or_default();
        let what = what.strip_prefix("error: ").unwrap_or(what);
        let words: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        let failure = Problem::input("SEG2200", what).words(words.join("\n"));
        Console::new(Output::Json, Color::Never).problem(&failure.into());
    } else {
        let _ = error.print();
    }
    Exit::BadInput.into()
}

/// Whether `--output json` is among arguments that cannot be parsed as a whole.
fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<_> = arguments.collect();
    arguments.iter().any(|it| it == "--output=json")
        || arguments
            .windows(2)
            .any(|pair| pair[0] == "--output" && pair[1] == "json")
}

//! The project's own tasks, for people and for CI.
//!
//! `tidy` holds what no compiler holds; each of its checks is a test too. The
//! others are small filters: text in, text or an exit code out.

mod bench;
mod mutants;
mod picture;
mod proof;
mod tidy;

use std::{io::Read, process::ExitCode};

const USAGE: &str = "\
cargo xtask tidy                  check what no compiler checks
cargo xtask bench                 measure, beside peers (docs/benchmarks.md says how to read it)
cargo xtask mutants [LAW]         break the laws one by one: a test must catch each
cargo xtask proof   < OUTPUT      check that the release in `--output json` failed no request
cargo xtask picture < SCREEN      draw a terminal's screen (tmux capture-pane -e) as SVG";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "tidy" => tidy::run(),
        "bench" => bench::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        "mutants" => mutants::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        "proof" => input().and_then(|text| proof::check(&text)),
        "picture" => input().map(|text| picture::draw(&text)),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn input() -> Result<String, String> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map(|_| text).map_err(|error| error.to_string())
}

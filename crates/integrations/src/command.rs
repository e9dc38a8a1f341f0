//! `command`: a program of the user's own, such as a migration of a database.
//! Called without a shell; called again after a crash, it must do only what is
//! missing.

use crate::{Variables, read};
use async_trait::async_trait;
use segue_model::{Evidence, Failure, FailureKind, Fault};
use segue_platform::{Call, Performer};
use segue_program::{Ended, Program};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::VecDeque, ffi::OsString, path::PathBuf, time::Duration};

/// How many of a program's last lines a failure shows.
const LINES: usize = 20;

/// How often a running program's right to run is asked.
const PULSE: Duration = Duration::from_secs(1);

/// A value that is shorter hides nothing, and would hide half of every line.
const SECRET: usize = 4;

/// Runs programs.
pub struct Command {
    directory: PathBuf,
    variables: Variables,
}

#[derive(Deserialize)]
struct Input {
    command: Vec<String>,
    environment: Vec<String>,
    release: String,
}

impl Command {
    /// Runs programs in `directory`. They see `PATH` and `HOME`, `SEGUE_RELEASE`,
    /// `SEGUE_OPERATION` (the same whenever this operation is tried again), and of
    /// `variables` those that the manifest names.
    pub fn new(directory: PathBuf, variables: Variables) -> Self {
        // A relative path would lead elsewhere once the program stands in it.
        let here = std::env::current_dir().unwrap_or_default();
        Self {
            directory: here.join(directory),
            variables,
        }
    }

    /// The program, and the values that nothing may show.
    fn program(&self, call: &Call, input: &Input) -> Result<(Program, Vec<String>), Failure> {
        let mut secrets = Vec::new();
        let mut words = Vec::new();
        for word in &input.command {
            words.push(self.variables.fill_and_note(word, &mut secrets)?);
        }
        let mut words = words.into_iter();
        let name = words.next().unwrap_or_default();
        // A relative path leads from the manifest, whatever this process stands in.
        let path = match name.contains('/') {
            true => self.directory.join(name),
            false => PathBuf::from(name),
        };
        let mut environment: Vec<(OsString, OsString)> = vec![
            ("SEGUE_RELEASE".into(), input.release.clone().into()),
            ("SEGUE_OPERATION".into(), call.key.as_str().into()),
        ];
        for name in ["PATH", "HOME"] {
            environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        }
        for name in &input.environment {
            let value = self.variables.fill(&format!("${{{name}}}"))?;
            secrets.push(value.clone());
            environment.push((name.into(), value.into()));
        }
        let program = Program::new(path, words)
            .directory(&self.directory)
            .environment(environment);
        Ok((program, secrets))
    }
}

#[async_trait]
impl Performer for Command {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = read(input)?;
        let name = input.command.first().cloned().unwrap_or_default();
        let (program, secrets) = self.program(call, &input)?;
        call.before_effect()?;
        let mut last: VecDeque<String> = VecDeque::with_capacity(LINES);
        let told = |line: &str| {
            let line = hidden(line, &secrets);
            call.progress(&line);
            if last.len() == LINES {
                last.pop_front();
            }
            last.push_back(line);
        };
        // Whoever loses the right to run is dropped, and its processes with it.
        let ended = tokio::select! {
            ended = program.follow(told) => ended.map_err(|error| missing(&name, &error))?,
            lost = lost(call) => return Err(lost),
        };
        outcome(&name, ended, last.make_contiguous())
    }
}

/// Comes to an end when this process may change nothing more.
async fn lost(call: &Call) -> Failure {
    loop {
        tokio::time::sleep(PULSE).await;
        if let Err(lost) = call.before_effect() {
            return lost;
        }
    }
}

fn outcome(name: &str, ended: Ended, last: &[String]) -> Result<Evidence, Failure> {
    if !ended.success() {
        let failure = Failure::step("SEG7012", format!("{name} ended with {}", ended.words()));
        return Err(failure.words(last.join("\n")));
    }
    Ok(Evidence::seen(match last.last() {
        Some(line) => format!("{name}: {line}"),
        None => format!("{name} ended well"),
    }))
}

fn missing(name: &str, error: &std::io::Error) -> Failure {
    let what = format!("the program {name} cannot be started");
    Failure::new(FailureKind::Step, Fault::User, "SEG7011", what)
        .words(error.to_string())
        .hint("install it, or mend its path in the manifest")
}

fn hidden(line: &str, secrets: &[String]) -> String {
    let secrets = secrets.iter().filter(|it| it.len() >= SECRET);
    secrets.fold(line.to_owned(), |line, secret| {
        line.replace(secret.as_str(), "…")
    })
}

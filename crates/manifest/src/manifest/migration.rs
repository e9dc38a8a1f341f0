//! Programs that change what a module keeps its data in.

use crate::Spanned;
use serde_json::{Value, json};
use std::time::Duration;

/// A program that changes what a module keeps its data in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The program and its arguments; at least the program. Variables
    /// (`${NAME}`) are filled in when it is called.
    pub command: Vec<Spanned<String>>,
    /// The program that takes it back; none makes it a point of no return.
    pub undo: Option<Vec<Spanned<String>>>,
    /// The names of variables that the programs see besides `PATH` and `HOME`.
    pub environment: Vec<String>,
    /// How long each of them may take.
    pub deadline: Duration,
}

impl Migration {
    /// Who carries it out, and what it is told:
    /// `command {"command","environment","release"}`, the last still `${release}`.
    pub fn performer(&self) -> (&'static str, Value) {
        self.told(&self.command)
    }

    /// The same for what takes it back.
    pub fn undo_performer(&self) -> Option<(&'static str, Value)> {
        self.undo.as_deref().map(|command| self.told(command))
    }

    /// The programs that it calls from the manifest's directory, by relative path.
    pub(crate) fn own_programs(&self) -> impl Iterator<Item = &Spanned<String>> {
        let commands = std::iter::once(&self.command).chain(&self.undo);
        let programs = commands.filter_map(|words| words.first());
        programs.filter(|it| it.contains('/') && !it.starts_with('/') && !it.contains('$'))
    }

    fn told(&self, command: &[Spanned<String>]) -> (&'static str, Value) {
        let command: Vec<_> = command.iter().map(|word| &word.value).collect();
        let input = json!({
            "command": command, "environment": self.environment, "release": "${release}",
        });
        ("command", input)
    }
}

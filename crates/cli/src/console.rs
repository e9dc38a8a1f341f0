//! Where results go: standard output for what was asked for, standard error
//! for what goes on.

use crate::{
    args::{Color, Output},
    problem::Problem,
};
use segue_manifest::{Diagnostic, Source};
use segue_model::Plan;
use segue_view::{JsonLines, Lines, Paint, Terminal, View, failure_text};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::BTreeSet,
    io::{self, BufRead, IsTerminal, Write},
};

/// The columns of whatever is no terminal, and the most that text is spread over:
/// longer lines are harder to read.
const COLUMNS: usize = 110;

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    output: Output,
    color: Color,
}

impl Console {
    /// As the arguments say.
    pub fn new(output: Output, color: Color) -> Self {
        Self { output, color }
    }

    /// Whether machines read the results.
    pub fn is_json(self) -> bool {
        self.output == Output::Json
    }

    /// The columns over which text is spread.
    pub fn width(self) -> usize {
        let terminal = terminal_size::terminal_size();
        terminal.map_or(COLUMNS, |(width, _)| {
            usize::from(width.0).clamp(40, COLUMNS)
        })
    }

    /// Colour for standard output.
    pub fn paint(self) -> Paint {
        self.painting(io::stdout().is_terminal())
    }

    /// Colour for standard error.
    pub fn paint_errors(self) -> Paint {
        self.painting(io::stderr().is_terminal())
    }

    fn painting(self, terminal: bool) -> Paint {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|it| !it.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|it| it == "dumb");
        let colour = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !refused && !dumb,
        };
        Paint { colour }
    }

    /// Prints what was asked for. Whoever reads it may have gone.
    pub fn text(self, text: &str) {
        let _ = writeln!(io::stdout(), "{}", text.trim_end_matches('\n'));
    }

    /// Prints what was asked for, as one line of JSON.
    pub fn json(self, value: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.text(&text);
        }
    }

    /// Says what goes on; machines are not told.
    pub fn note(self, text: &str) {
        if !self.is_json() {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// What shows a release as it goes on.
    pub fn view(self, plan: &Plan) -> Box<dyn View> {
        let live = io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        match self.output {
            Output::Json => Box::new(JsonLines::new(io::stdout())),
            Output::Text if live => {
                Box::new(Terminal::new(plan, self.paint_errors(), terminal_width()))
            }
            Output::Text => Box::new(Lines::new(plan, io::stderr(), self.paint_errors())),
        }
    }

    /// Whether a person can be asked.
    pub fn can_ask(self) -> bool {
        !self.is_json() && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a person; only `yes` and `y` are a yes.
    pub fn ask(self, question: &str) -> bool {
        let _ = write!(io::stderr(), "{question} [y/N] ");
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    /// Asks a person for a word; nothing where only enter is pressed.
    pub fn answer(self, question: &str) -> Option<String> {
        let _ = write!(io::stderr(), "{question} ");
        let _ = io::stderr().flush();
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned()).filter(|it| !it.is_empty())
    }

    /// Says why a command did not do what it was asked to.
    pub fn problem(self, problem: &Problem) {
        if self.is_json() {
            return self.json_problem(problem);
        }
        let paint = self.paint_errors();
        // In a log, a line that is whole is found.
        let folds = io::stderr().is_terminal();
        let width = if folds { self.width() } else { usize::MAX };
        let mut parts: Vec<_> = match problem {
            Problem::Manifest(source, all) => {
                let drawn = all.iter().map(|it| it.render(source, paint.colour));
                drawn.collect()
            }
            _ => problem
                .failures()
                .iter()
                .map(|it| failure_text(it, paint, width))
                .collect(),
        };
        if let Problem::Manifest(source, all) = problem {
            parts.push(summary(source, all, paint));
        }
        let _ = writeln!(io::stderr(), "{}", parts.join("\n\n"));
    }

    fn json_problem(self, problem: &Problem) {
        match problem {
            Problem::Manifest(source, diagnostics) => self.json(&json!({
                "type": "error", "file": source.name, "diagnostics": diagnostics,
                "exit": problem.exit() as u8,
            })),
            _ => self.json(&json!({
                "type": "error", "failures": problem.failures(), "exit": problem.exit() as u8,
            })),
        }
    }
}

/// The columns of the terminal, whichever stream leads to it.
fn terminal_width() -> usize {
    let terminal = terminal_size::terminal_size();
    terminal.map_or(COLUMNS, |(width, _)| usize::from(width.0))
}

/// How much is wrong, and where to read on.
fn summary(source: &Source, all: &[Diagnostic], paint: Paint) -> String {
    let count = match all.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let codes: BTreeSet<_> = all.iter().map(|it| it.code.as_str()).collect();
    let pages: Vec<_> = codes
        .iter()
        .map(|it| format!("docs/errors/{it}.md"))
        .collect();
    format!(
        "{count} in {}; nothing was changed\n{} {}",
        source.name,
        paint.faint("more:"),
        pages.join(" ")
    )
}

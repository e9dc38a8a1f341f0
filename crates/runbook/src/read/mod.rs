//! Blocks become facts. First the modules are found, in tables or else in lists; then
//! every other sentence of the page is read with their names known.

mod environment;
mod lists;
mod order;
mod places;
mod platform;
mod practices;
mod relations;
mod sentence;
mod settings;
mod tables;
mod triggers;

use crate::{Fact, Kind, Platform, Problem, What, names::Names, page::Block, problem};
use sentence::{Sentence, sentences};
use std::collections::HashMap;

/// The most modules of a page.
const MOST_MODULES: usize = 500;
/// The most facts of a page.
const MOST_FACTS: usize = 10_000;

/// A module as the page has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Module {
    pub id: String,
    pub line: usize,
    pub quote: String,
    /// Its number among all, and what follows a point or a letter: 2.1, 2b.
    pub step: Option<(u64, u64)>,
    /// Where it runs, as places in [`Reading::targets`].
    pub targets: Vec<usize>,
    /// It belongs to no one platform.
    pub shared: bool,
}

/// Where modules run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub id: String,
    pub platform: Platform,
    pub line: usize,
    pub quote: String,
}

/// What a sentence is said of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    Module(usize),
    /// The modules of these targets.
    Targets(Vec<usize>),
    /// The release as a whole; `prose` where it is no item of a list.
    Release {
        prose: bool,
    },
}

/// Words that are read once all modules are known.
struct Note {
    scope: Scope,
    line: usize,
    text: String,
    quote: String,
    form: Form,
}

/// What kind of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Sentences,
    /// Names of modules that are needed.
    Needs,
    /// Names of modules that need this one.
    NeededBy,
    /// What starts the module.
    Trigger,
}

/// What a page says, as far as it was read.
#[derive(Default)]
pub(crate) struct Reading {
    name: String,
    pub facts: Vec<Fact>,
    pub problems: Vec<Problem>,
    pub modules: Vec<Module>,
    pub targets: Vec<Target>,
    names: Names,
    notes: Vec<Note>,
    seen: HashMap<What, usize>,
    /// Modules may run side by side, by the page's own words.
    parallel: bool,
    too_much: bool,
    sentences: usize,
}

/// Where a sentence stands: its line, and the words that are shown.
#[derive(Clone, Copy)]
struct At<'a> {
    line: usize,
    quote: &'a str,
}

/// The most sentences of a page.
const MOST_SENTENCES: usize = 20_000;

/// Reads the blocks of the page that is named so; `cut` is the line from which on it
/// was too long.
pub(crate) fn read(blocks: &[Block], cut: Option<usize>, name: &str) -> Reading {
    let mut reading = Reading {
        name: name.to_owned(),
        ..Reading::default()
    };
    if let Some(line) = cut {
        reading.overflow(
            At {
                line,
                quote: "from here on",
            },
            "lines",
        );
    }
    reading.environment(blocks);
    reading.tables(blocks);
    if reading.modules.is_empty() {
        reading.module_lists(blocks);
    } else {
        reading.other_lists(blocks);
    }
    reading.paragraphs(blocks);
    reading.spread_shared();
    for note in std::mem::take(&mut reading.notes) {
        reading.note(&note);
    }
    reading.order();
    reading.missing();
    reading.facts.sort_by_key(|fact| fact.line);
    let first = |problem: &Problem| problem.lines.iter().map(|(line, _)| *line).min();
    reading.problems.sort_by_key(first);
    reading
}

impl Reading {
    /// What is known without a page.
    pub fn of(modules: Vec<Module>, targets: Vec<Target>, facts: Vec<Fact>) -> Self {
        Self {
            facts,
            modules,
            targets,
            ..Self::default()
        }
    }

    fn fact(&mut self, kind: Kind, at: At<'_>, what: What, because: &str) {
        if self.facts.len() >= MOST_FACTS {
            self.overflow(at, "facts");
            return;
        }
        if what != What::Words {
            if let Some(known) = self.seen.get(&what).and_then(|at| self.facts.get_mut(*at)) {
                if known.kind == Kind::Guessed && kind == Kind::Understood {
                    *known = Fact {
                        line: at.line,
                        quote: shorten(at.quote),
                        kind,
                        what,
                        because: String::new(),
                    };
                }
                return;
            }
            self.seen.insert(what.clone(), self.facts.len());
        }
        let quote = shorten(at.quote);
        self.facts.push(Fact {
            line: at.line,
            quote,
            kind,
            what,
            because: because.to_owned(),
        });
    }

    /// The page has more than is read, of whatever; said once.
    fn overflow(&mut self, at: At<'_>, of_what: &str) {
        if !std::mem::replace(&mut self.too_much, true) {
            let message =
                format!("the page has more {of_what} than are read; what follows was not");
            self.problem(
                Problem::TOO_MUCH,
                message,
                &[at],
                "split the page, one for each product",
            );
        }
    }

    fn understood(&mut self, at: At<'_>, what: What) {
        self.fact(Kind::Understood, at, what, "");
    }

    fn guessed(&mut self, at: At<'_>, what: What, because: &str) {
        self.fact(Kind::Guessed, at, what, because);
    }

    fn left_over(&mut self, at: At<'_>, because: &str) {
        let again = |it: &Fact| {
            it.kind == Kind::LeftOver && it.line == at.line && it.quote == shorten(at.quote)
        };
        if !self.facts.last().is_some_and(again) {
            self.fact(Kind::LeftOver, at, What::Words, because);
        }
    }

    fn problem(&mut self, code: &'static str, message: String, lines: &[At<'_>], help: &str) {
        if self.problems.len() < problem::MOST {
            let lines = lines
                .iter()
                .map(|at| (at.line, shorten(at.quote)))
                .collect();
            let (name, help) = (self.name.clone(), help.to_owned());
            self.problems.push(Problem {
                code,
                message,
                name,
                lines,
                help,
            });
        }
    }

    fn later(&mut self, scope: Scope, line: usize, text: &str, quote: &str, form: Form) {
        if !text.trim().is_empty() {
            let (text, quote) = (text.to_owned(), shorten(quote));
            self.notes.push(Note {
                scope,
                line,
                text,
                quote,
                form,
            });
        }
    }

    fn paragraphs(&mut self, blocks: &[Block]) {
        let mut section = platform::Section::default();
        for block in blocks {
            match block {
                Block::Heading { level, text } => section.enter(self, *level, text),
                Block::Paragraph(text) => {
                    let scope = match section.targets() {
                        [] => Scope::Release { prose: true },
                        targets => Scope::Targets(targets.to_vec()),
                    };
                    self.later(scope, text.line, &text.text, &text.text, Form::Sentences);
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, note: &Note) {
        let at = At {
            line: note.line,
            quote: &note.quote,
        };
        match (note.form, &note.scope) {
            (Form::Needs, Scope::Module(module)) => self.needs_cell(*module, &note.text, at, false),
            (Form::NeededBy, Scope::Module(module)) => {
                self.needs_cell(*module, &note.text, at, true)
            }
            (Form::Trigger, Scope::Module(module)) => self.trigger_cell(*module, &note.text, at),
            _ => {
                for text in sentences(&note.text) {
                    self.sentences += 1;
                    if self.sentences > MOST_SENTENCES {
                        return self.overflow(
                            At {
                                line: note.line,
                                quote: text,
                            },
                            "sentences",
                        );
                    }
                    // In a cell of many words, the sentence is the better quote.
                    let at = match note.scope {
                        Scope::Module(_) => at,
                        _ if note.quote.starts_with("| ") => at,
                        _ => At {
                            line: note.line,
                            quote: text,
                        },
                    };
                    self.sentence(&note.scope, text, at);
                }
            }
        }
    }

    /// Reads one sentence. What nobody made anything of is left over.
    fn sentence(&mut self, scope: &Scope, text: &str, at: At<'_>) -> bool {
        let sentence = Sentence::new(text, &self.names);
        if sentence.words.is_empty() || sentence.is_nothing() {
            return true;
        }
        let before = self.facts.len() + self.seen.len();
        let said = self.relations(scope, &sentence, at)
            | self.triggers(scope, &sentence, at)
            | self.settings(scope, &sentence, at)
            | self.places(scope, &sentence, at)
            | self.practices(scope, &sentence, at);
        if !said && before == self.facts.len() + self.seen.len() {
            self.left_over(at, "no line of the manifest says this");
        }
        said
    }

    /// What a manifest must have and the page has not.
    fn missing(&mut self) {
        if self.modules.is_empty() && self.problems.is_empty() {
            let message = "the page has no table or list of modules".to_owned();
            let first = self
                .facts
                .iter()
                .find(|fact| !fact.quote.is_empty())
                .map(|fact| (fact.line, fact.quote.clone()));
            let at = first
                .as_ref()
                .map(|(line, quote)| At { line: *line, quote });
            self.problem(Problem::NO_MODULES, message, at.as_slice(), "write a table whose head names the modules and their platforms, for example `| Step | Module | Platform | Depends on |`");
        }
    }
}

/// At most 120 characters of a text, on one line.
pub(crate) fn shorten(text: &str) -> String {
    let mut short = String::new();
    let mut space = false;
    for (count, c) in text.trim().chars().take(122).enumerate() {
        if count >= 120 {
            short.push('…');
            break;
        }
        // What YAML can not hold even in a comment.
        if matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') {
            continue;
        }
        let blank = c.is_whitespace() || c.is_control();
        if !(blank && space) {
            short.push(if blank { ' ' } else { c });
        }
        space = blank;
    }
    short
}

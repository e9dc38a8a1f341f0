//! Tables of steps: any columns in any order.

use super::{At, Form, Module, Reading, Scope, lists, platform};
use crate::{
    Problem, What,
    page::{Block, Row},
    words::{self, Column, Sense},
};

/// The longest text that can be a name, in characters.
const LONGEST_NAME: usize = 80;

/// A row of a table by what its columns hold.
struct Cells<'a> {
    columns: &'a [Option<Column>],
    row: &'a Row,
}

impl<'a> Cells<'a> {
    /// The first cell of that kind; empty where there is none.
    fn get(&self, column: Column) -> &'a str {
        self.all(column).next().unwrap_or_default()
    }

    fn all(&self, column: Column) -> impl Iterator<Item = &'a str> {
        let pairs = self.columns.iter().zip(&self.row.cells);
        pairs
            .filter(move |(it, _)| **it == Some(column))
            .map(|(_, cell)| cell.as_str())
    }
}

impl Reading {
    pub(super) fn tables(&mut self, blocks: &[Block]) {
        let mut section = platform::Section::default();
        for block in blocks {
            match block {
                Block::Heading { level, text } => section.enter(self, *level, text),
                Block::Table(rows) => self.table(rows, section.targets()),
                _ => {}
            }
        }
    }

    fn table(&mut self, rows: &[Row], section: &[usize]) {
        let Some((head, rows)) = rows.split_first() else {
            return;
        };
        let Some(columns) = columns(head, rows, !section.is_empty()) else {
            return self.other_table(head, rows, section);
        };
        for row in rows {
            self.row(
                &Cells {
                    columns: &columns,
                    row,
                },
                section,
            );
        }
        for (cell, _) in head
            .cells
            .iter()
            .zip(&columns)
            .filter(|(_, column)| column.is_none_or(|it| it == Column::People))
        {
            let quote = format!("column {cell}");
            if !cell.is_empty() {
                self.left_over(
                    At {
                        line: head.line,
                        quote: &quote,
                    },
                    "a manifest has no place for this column",
                );
            }
        }
    }

    /// A table about something else: each row is a sentence.
    fn other_table(&mut self, head: &Row, rows: &[Row], section: &[usize]) {
        let scope = match section {
            [] => Scope::Release { prose: true },
            targets => Scope::Targets(targets.to_vec()),
        };
        for row in std::iter::once(head).chain(rows) {
            let text = row.cells.join("; ");
            self.later(
                scope.clone(),
                row.line,
                &text,
                &row.quote(),
                Form::Sentences,
            );
        }
    }

    fn row(&mut self, cells: &Cells<'_>, section: &[usize]) {
        let row = cells.row;
        let quote = row.quote();
        let at = At {
            line: row.line,
            quote: &quote,
        };
        let name = cells.get(Column::Module);
        if row.cells.iter().filter(|it| !it.is_empty()).count() == 0 {
            return;
        }
        let place = cells.get(Column::Platform);
        if name.is_empty() || lists::is_task(name) && !platform::is_platform(place) {
            let scope = Scope::Release { prose: false };
            return self.later(
                scope,
                row.line,
                &row.cells.join("; "),
                &quote,
                Form::Sentences,
            );
        }
        // `Deploy auth-service to AKS` in a table of actions.
        let (name, rest) = lists::name_of(name)
            .filter(|(it, _)| it.len() < name.len())
            .unwrap_or((name, ""));
        let step = step(cells.get(Column::Step));
        let Some((module, known)) = self.module(name, step, at) else {
            return;
        };
        let place = if place.is_empty() { rest } else { place };
        if known {
            self.agrees(module, step, place, at);
        } else {
            self.place(module, place, section, at);
        }
        self.cells(module, cells, rest, at);
    }

    fn cells(&mut self, module: usize, cells: &Cells<'_>, rest: &str, at: At<'_>) {
        let scope = || Scope::Module(module);
        let quote = at.quote;
        for (column, form) in [
            (Column::Needs, Form::Needs),
            (Column::NeededBy, Form::NeededBy),
            (Column::Trigger, Form::Trigger),
            (Column::Notes, Form::Sentences),
        ] {
            for cell in cells.all(column) {
                // The cell is the better quote; where it is a number, the row is.
                let quote = if cell.len() < 8 { at.quote } else { cell };
                self.later(scope(), at.line, cell, quote, form);
            }
        }
        self.later(scope(), at.line, rest, quote, Form::Sentences);
        let has = |column| cells.columns.contains(&Some(column));
        if !has(Column::Notes) && !has(Column::Needs) {
            self.later(
                scope(),
                at.line,
                cells.get(Column::Description),
                quote,
                Form::Sentences,
            );
        }
        self.version(module, cells.get(Column::Version), at);
        let image = cells.get(Column::Image).trim_matches('`').trim();
        if !image.is_empty() {
            self.image(module, image, at);
        }
    }

    /// The module of that name, and whether it was there already. Nothing when the
    /// text is no name.
    pub(super) fn module(
        &mut self,
        name: &str,
        step: Option<(u64, u64)>,
        at: At<'_>,
    ) -> Option<(usize, bool)> {
        let words = words::words(name);
        if words.is_empty() || name.chars().nth(LONGEST_NAME).is_some() {
            self.left_over(at, "this is no name of a module");
            return None;
        }
        if self.modules.len() >= super::MOST_MODULES {
            self.overflow(at, "modules");
            return None;
        }
        let next = self.modules.len();
        let module = self.names.add(&words, next);
        if module < next {
            return Some((module, true));
        }
        let mut id = words::slug(name);
        if id.is_empty() || self.modules.iter().any(|module| module.id == id) {
            id = format!("{id}-{}", next + 1)
                .trim_start_matches('-')
                .to_owned();
            id = if id.starts_with(|c: char| c.is_ascii_digit()) {
                format!("module-{id}")
            } else {
                id
            };
            self.guessed(
                at,
                What::Module(id.clone()),
                "its name is written in letters that platforms refuse, or twice",
            );
        } else {
            self.understood(at, What::Module(id.clone()));
        }
        let quote = super::shorten(at.quote);
        self.modules.push(Module {
            id,
            line: at.line,
            quote,
            step,
            targets: Vec::new(),
            shared: false,
        });
        Some((module, false))
    }

    /// A second row about a module must say what the first did.
    fn agrees(&mut self, module: usize, step: Option<(u64, u64)>, place: &str, at: At<'_>) {
        let first = self.modules[module].clone();
        let before = At {
            line: first.line,
            quote: &first.quote,
        };
        let words = words::words(place);
        let named = platform::named(&words::senses(&words));
        let ids: Vec<_> = first
            .targets
            .iter()
            .map(|it| self.targets[*it].id.clone())
            .collect();
        let elsewhere = !named.targets.is_empty()
            && !first.shared
            && (named
                .targets
                .iter()
                .any(|(id, _)| !ids.iter().any(|it| it == id)));
        let later = step.is_some() && first.step.is_some() && step != first.step;
        let what = match (elsewhere, later) {
            (true, _) => "where it runs",
            (_, true) => "its step",
            _ => return,
        };
        let message = format!("two rows disagree about `{}`: {what}", first.id);
        self.problem(
            Problem::DISAGREE,
            message,
            &[at, before],
            "the row that stands first on the page holds in the manifest",
        );
        self.left_over(at, "an earlier row says something else");
    }
}

/// What the columns hold; nothing when this is no table of modules.
fn columns(head: &Row, rows: &[Row], in_section: bool) -> Option<Vec<Option<Column>>> {
    let mut columns: Vec<Option<Column>> =
        head.cells.iter().map(|cell| words::column(cell)).collect();
    for at in 0..columns.len() {
        let again = columns[..at].contains(&columns[at]);
        if again
            && matches!(
                columns[at],
                Some(Column::Module | Column::Platform | Column::Step)
            )
        {
            columns[at] = None;
        }
    }
    if !columns.contains(&Some(Column::Module)) {
        // `Deploy auth-service to AKS`: actions, whatever their head is.
        let actions = (0..columns.len()).find(|at| share(rows, *at, lists::is_deployment));
        if let Some(at) = actions {
            columns[at] = Some(Column::Module);
        }
    }
    let mut cells = |column: Column, fits: fn(&str) -> bool| {
        if columns.contains(&Some(column)) {
            return;
        }
        let best = (0..columns.len())
            .filter(|at| columns[*at].is_none())
            .find(|at| share(rows, *at, fits));
        if let Some(at) = best {
            columns[at] = Some(column);
        }
    };
    cells(Column::Platform, platform::is_platform);
    cells(Column::Module, looks_like_a_name);
    cells(Column::Step, |cell| cell.parse::<u64>().is_ok());
    let has = |column| columns.contains(&Some(column));
    let about_modules = [
        Column::Platform,
        Column::Step,
        Column::Needs,
        Column::NeededBy,
    ];
    let sure = has(Column::Module)
        && (about_modules.into_iter().any(has)
            || in_section && (has(Column::Notes) || has(Column::Version)));
    sure.then_some(columns)
}

/// Whether most cells of a column fit.
fn share(rows: &[Row], at: usize, fits: fn(&str) -> bool) -> bool {
    let cells = || {
        rows.iter()
            .take(50)
            .filter_map(|row| row.cells.get(at))
            .filter(|it| !it.is_empty())
    };
    let fitting = cells().filter(|cell| fits(cell)).count();
    fitting > 0 && fitting * 10 >= cells().count() * 6
}

/// `auth-service`, `AuthService`, `auth_service`: a name, and no word of a language.
fn looks_like_a_name(cell: &str) -> bool {
    let cell = cell.trim_matches('`');
    !cell.contains(char::is_whitespace)
        && cell.contains(['-', '_'])
        && cell.chars().any(char::is_alphabetic)
}

/// `3`, `03.`, `Step 3`, `2.1`, `2b`.
pub(super) fn step(cell: &str) -> Option<(u64, u64)> {
    let start = cell.find(|c: char| c.is_ascii_digit())?;
    let digits = |text: &str| {
        text.chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
    };
    let first = digits(&cell[start..]);
    let rest = &cell[start + first.len()..];
    let second = match rest.chars().next() {
        Some('.' | '-') => digits(&rest[1..]).parse().unwrap_or(0),
        Some(c @ 'a'..='z') => u64::from(c) - u64::from('a') + 1,
        _ => 0,
    };
    Some((first.parse().ok()?, second))
}

impl Reading {
    /// The module whose step a number is.
    pub(super) fn at_step(&self, step: (u64, u64)) -> Vec<usize> {
        (0..self.modules.len())
            .filter(|it| self.modules[*it].step == Some(step))
            .collect()
    }
}

/// Whether words tell to do something to a whole release.
pub(super) fn tells(text: &str) -> bool {
    let words = words::words(text);
    let telling = [
        Sense::Pause,
        Sense::Resume,
        Sense::Notify,
        Sense::Verify,
        Sense::Rollback,
        Sense::Tag,
        Sense::Rotate,
    ];
    words::senses(&words)
        .iter()
        .any(|mark| telling.contains(&mark.sense))
}

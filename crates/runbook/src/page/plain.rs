//! Tables without a form of their own: cells parted by tabs, as word processors and
//! spreadsheets paste them, columns lined up with spaces, and rows of pipes that lack
//! the line under their head.

use super::{Block, Row};

/// What parts the cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Tabs,
    Spaces,
    Pipes,
}

/// The table that begins with the first of these lines, and how many of them it has.
pub(super) fn table(lines: &[&str]) -> Option<(Plain, usize)> {
    let (first, second) = (lines.first()?.trim_end(), lines.get(1)?.trim_end());
    if first.trim_start().starts_with(['#', '>', '-', '*', '•']) && !is_rule(first) {
        return None;
    }
    let form = [Plain::Tabs, Plain::Pipes, Plain::Spaces]
        .into_iter()
        .find(|form| {
            let head = cells(first, *form).len();
            let next = if is_rule(second) {
                lines.get(2).copied()
            } else {
                Some(second)
            };
            head >= 2 && next.is_some_and(|it| belongs(it, *form, head))
        })?;
    let head = cells(first, form).len();
    let inside = |line: &&&str| is_rule(line.trim()) || belongs(line, form, head);
    let count = 1 + lines[1..].iter().take_while(inside).count();
    Some((form, count))
}

/// How many lines the table has that begins here and is Markdown's own: a head, the
/// line under it, and rows.
pub(super) fn markdown_table(lines: &[&str]) -> Option<usize> {
    let (first, second) = (lines.first()?, lines.get(1)?);
    let ruled =
        first.contains('|') && second.contains('|') && is_rule(second) && !second.contains('+');
    ruled.then(|| {
        2 + lines[2..]
            .iter()
            .take_while(|line| line.contains('|'))
            .count()
    })
}

/// Whether a line can be a row of a table with so many columns.
fn belongs(line: &str, form: Plain, head: usize) -> bool {
    let count = cells(line, form).len();
    match form {
        Plain::Tabs | Plain::Pipes => count >= 2,
        Plain::Spaces => count >= 3.min(head) && count <= head,
    }
}

/// A line that is drawn, not written.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.chars().all(|c| "-=+|: ".contains(c)) && line.contains(['-', '='])
}

fn cells(line: &str, form: Plain) -> Vec<&str> {
    let line = line.trim_end();
    match form {
        Plain::Tabs if line.contains('\t') => line.split('\t').map(str::trim).collect(),
        Plain::Pipes if line.matches('|').count() >= 2 => {
            let line = line.trim();
            let line = line.strip_prefix('|').unwrap_or(line);
            line.strip_suffix('|')
                .unwrap_or(line)
                .split('|')
                .map(str::trim)
                .collect()
        }
        Plain::Spaces => {
            let parts: Vec<_> = line
                .trim()
                .split("  ")
                .map(str::trim)
                .filter(|it| !it.is_empty())
                .collect();
            if parts.len() >= 3 { parts } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Reads the lines that [`table`] found.
pub(super) fn read(text: &str, line: usize, form: Plain) -> Option<Block> {
    let lines = || text.lines().enumerate().filter(|(_, text)| !is_rule(text));
    let starts = match form {
        Plain::Spaces => columns(text.lines().find(|it| !is_rule(it))?),
        _ => Vec::new(),
    };
    let row = |(at, text): (usize, &str)| Row {
        line: line + at,
        cells: match form {
            Plain::Spaces => lined_up(text, &starts),
            _ => cells(text, form).into_iter().map(str::to_owned).collect(),
        },
    };
    Some(Block::Table(lines().map(row).collect()))
}

/// Where the columns begin, counted in characters.
fn columns(head: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut spaces = 2;
    for (at, c) in head.chars().enumerate() {
        if c != ' ' && spaces >= 2 {
            starts.push(at);
        }
        spaces = if c == ' ' { spaces + 1 } else { 0 };
    }
    starts
}

/// The cells of a row, each with the column that it begins nearest to.
fn lined_up(line: &str, starts: &[usize]) -> Vec<String> {
    let mut row = vec![String::new(); starts.len()];
    let mut column = 0;
    for (at, c) in line.chars().enumerate() {
        while starts.get(column + 1).is_some_and(|next| at >= *next) {
            column += 1;
        }
        if let Some(cell) = row.get_mut(column) {
            cell.push(c);
        }
    }
    row.iter().map(|cell| cell.trim().to_owned()).collect()
}

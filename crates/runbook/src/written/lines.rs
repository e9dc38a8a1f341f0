//! The lines of a page that a manifest alone decides.

use crate::export::{LOCKED, TOOK};
use std::ops::Range;

/// A line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub number: usize,
    /// The line, without what stands after its last letter.
    pub text: &'a str,
    /// What has to be the same.
    pub key: Key<'a>,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Words(&'a str),
    /// A row of a table, without the time that a step takes.
    Row(Vec<&'a str>),
}

/// How many columns the table of the order has, and which of them holds times.
const ORDER: (usize, usize) = (7, 5);

/// The lines of a page but for those of its manifest, those with nothing on them, what
/// was locked, and how long all took.
pub(super) fn lines<'a>(page: &'a str, manifest: &Range<usize>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let (mut at, mut took) = (0, false);
    let mut locked = Locked::Ahead;
    for (number, line) in (1..).zip(page.split_inclusive('\n')) {
        let start = at;
        at += line.len();
        let text = line.trim_end();
        if manifest.contains(&start) || text.is_empty() {
            continue;
        }
        locked = match locked {
            Locked::Ahead if start < manifest.start && text == LOCKED => Locked::Here,
            Locked::Here if !text.starts_with('|') => Locked::Over,
            other => other,
        };
        if locked == Locked::Here {
            continue;
        }
        if !took && is_time(text) {
            took = true;
            continue;
        }
        lines.push(Line {
            number,
            text,
            key: key(text),
        });
    }
    lines
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locked {
    Ahead,
    Here,
    Over,
}

/// The sentence that says how long all took, and nothing after it.
fn is_time(line: &str) -> bool {
    line.strip_prefix(TOOK.0)
        .and_then(|rest| rest.strip_suffix(TOOK.1))
        .is_some_and(|time| !time.is_empty() && !time.contains(". "))
}

fn key(line: &str) -> Key<'_> {
    let Some(mut cells) = cells(line) else {
        return Key::Words(line);
    };
    let first = cells.first().copied().unwrap_or_default();
    let is_head = first == "Step" || first.bytes().all(|it| it == b'-');
    if cells.len() == ORDER.0 && !is_head {
        cells.remove(ORDER.1);
    }
    Key::Row(cells)
}

/// The cells of a row; a `|` after a `\` is part of a cell.
fn cells(line: &str) -> Option<Vec<&str>> {
    let mut rest = line.strip_prefix('|')?;
    let mut cells = Vec::new();
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|it| it.find('|')) {
        let at = from + found;
        let (before, after) = rest.split_at(at);
        if before.ends_with('\\') {
            from = at + 1;
            continue;
        }
        cells.push(before.trim());
        rest = after.strip_prefix('|')?;
        from = 0;
    }
    rest.is_empty().then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_parted_into_cells() {
        assert_eq!(cells("| a |  b \\| c | |"), Some(vec!["a", "b \\| c", ""]));
        assert_eq!((cells("| a | b"), cells("a | b |")), (None, None));
    }

    #[test]
    fn what_no_manifest_knows_is_left_out() {
        let page = "All modules together took about 3 min 5 s.\r\n\n\
                    | 1 | a | p | 1.0.0 | – | 45 s | – |  \n\
                    ## Locked versions\n\n| Module |\n|---|\n| a |\n\n## Checklist\n\
                    All modules together took about 1 s.";
        let all = lines(page, &(page.len()..page.len()));
        let texts: Vec<_> = all.iter().map(|it| (it.number, it.text)).collect();
        let row = "| 1 | a | p | 1.0.0 | – | 45 s | – |";
        let again = "All modules together took about 1 s.";
        assert_eq!(texts, [(3, row), (10, "## Checklist"), (11, again)]);
        assert_eq!(all[0].key, key("|1|a|p|1.0.0|–|–|–|"));
    }
}

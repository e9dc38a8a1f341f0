//! A sentence: its words, what they mean, and the modules that they name.

use crate::{
    names::{Found, Names},
    words::{self, Mark, Sense, Word},
};

/// A sentence, looked at once.
pub(super) struct Sentence<'a> {
    pub text: &'a str,
    pub words: Vec<Word>,
    /// What its words mean, outside of names.
    pub marks: Vec<Mark<Sense>>,
    pub names: Vec<Found>,
}

impl<'a> Sentence<'a> {
    pub fn new(text: &'a str, names: &Names) -> Self {
        let words = words::words(text);
        let names = names.find(&words);
        let mut marks = words::senses(&words);
        // `event-processor` processes nothing: a name is a name.
        let named = |mark: &Mark<Sense>| {
            names
                .iter()
                .any(|it| mark.from < it.to && it.from < mark.to)
        };
        marks.retain(|mark| !named(mark));
        Self {
            text,
            words,
            marks,
            names,
        }
    }

    /// Whether it says so, and does not say that it is not so.
    pub fn has(&self, sense: Sense) -> bool {
        self.mark(sense).is_some()
    }

    pub fn any(&self, senses: &[Sense]) -> bool {
        senses.iter().any(|sense| self.has(*sense))
    }

    /// The first place where it says so.
    pub fn mark(&self, sense: Sense) -> Option<Mark<Sense>> {
        let said = |it: &&Mark<Sense>| it.sense == sense && !self.denied(it);
        self.marks.iter().find(said).copied()
    }

    /// Whether `not` and the like stand shortly before.
    pub fn denied(&self, mark: &Mark<Sense>) -> bool {
        let not = |it: &&Mark<Sense>| matches!(it.sense, Sense::Not | Sense::Nothing);
        self.marks.iter().filter(not).any(|it| {
            it.to <= mark.from
                && mark.from - it.to <= 2
                && it != mark
                && !self.parted(it.to, mark.from)
        })
    }

    /// Whether a comma or the like stands between two words.
    pub fn parted(&self, from: usize, to: usize) -> bool {
        let (Some(first), Some(second)) =
            (self.words.get(from.saturating_sub(1)), self.words.get(to))
        else {
            return false;
        };
        self.text
            .get(first.end..second.start)
            .is_some_and(|between| between.contains([',', ':', '(', ')']))
    }

    /// Only a word for nothing, or no word at all.
    pub fn is_nothing(&self) -> bool {
        matches!(self.marks.first(), Some(mark) if mark.sense == Sense::Nothing && mark.to == self.words.len())
    }

    /// What stands in the text after a word.
    pub fn after(&self, word: usize) -> &'a str {
        let end = self.words.get(word.wrapping_sub(1)).map_or(0, |it| it.end);
        self.text.get(end..).unwrap_or_default()
    }

    /// What stands between backticks, in order.
    pub fn quoted(&self) -> impl Iterator<Item = &'a str> {
        self.text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|it| !it.trim().is_empty())
    }

    /// The numbers that stand in front of a `%`.
    pub fn percents(&self) -> Vec<u8> {
        let before = |part: &str| {
            let part = part.trim_end();
            let start = part.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
                at + part[at..].chars().next().map_or(1, char::len_utf8)
            });
            part[start..]
                .parse()
                .ok()
                .filter(|it| (1..=100).contains(it))
        };
        let parts: Vec<_> = self.text.split('%').collect();
        let count = parts.len().saturating_sub(1);
        parts.into_iter().take(count).filter_map(before).collect()
    }
}

/// The sentences of a text: parted by `;`, line ends, and the point after a word.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n'])
        .flat_map(by_point)
        .flat_map(by_length)
        .map(trimmed)
        .filter(|it| !it.is_empty())
}

/// What has no end is cut, so that no sentence is longer than words are looked at.
fn by_length(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.floor_char_boundary(4096);
        let (first, after) = rest.split_at(end);
        rest = after;
        (!first.is_empty()).then_some(first)
    })
}

fn by_point(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text
            .match_indices(['.', '!', '?'])
            .map(|(at, _)| at)
            .find(|at| ends(text, *at));
        match end {
            Some(at) => {
                rest = text.get(at + 1..);
                text.get(..at)
            }
            None => rest.take(),
        }
    })
}

/// A point ends a sentence when a capital or a sign follows the space after it, so
/// that `z. b. this` and `e.g. that` go on.
fn ends(text: &str, at: usize) -> bool {
    let mut after = text[at + 1..].chars();
    let word = text[..at]
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let follows = after.next().is_none_or(char::is_whitespace);
    let next = after.find(|c| !c.is_whitespace());
    follows
        && (text.as_bytes()[at] != b'.'
            || word.chars().count() > 1 && next.is_none_or(|c| !c.is_lowercase()))
}

fn trimmed(text: &str) -> &str {
    text.trim().trim_end_matches(['.', ',', '-', '–']).trim()
}

//! Words of three languages become senses: what is said, whatever it is said with.
//! One file per language; nothing outside of this folder knows a word of any.

mod english;
mod fold;
mod french;
mod german;
mod sense;
mod vocabulary;

pub use fold::slug;
pub(crate) use fold::{Word, words};
pub(crate) use sense::{Column, Sense};

use std::sync::LazyLock;
use vocabulary::Vocabulary;

/// A list of what words mean: alternatives are parted by `|`, a word that ends with
/// `*` may go on.
type Meanings<T> = &'static [(T, &'static str)];

static SENSES: LazyLock<Vocabulary<Sense>> =
    LazyLock::new(|| Vocabulary::new(&[english::SENSES, german::SENSES, french::SENSES]));

static COLUMNS: LazyLock<Vocabulary<Column>> =
    LazyLock::new(|| Vocabulary::new(&[english::COLUMNS, german::COLUMNS, french::COLUMNS]));

/// A sense and the words that have it: the first, and the one after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark<T> {
    pub sense: T,
    pub from: usize,
    pub to: usize,
}

/// The senses of words, in their order; the longest phrase holds.
pub(crate) fn senses(words: &[Word]) -> Vec<Mark<Sense>> {
    SENSES.find(words)
}

/// What the head of a column, or the key of a `key: value`, stands for.
pub(crate) fn column(head: &str) -> Option<Column> {
    if head.trim() == "#" {
        return Some(Column::Step);
    }
    let words = words(head);
    // A head is a few words; a sentence that begins like one is none.
    if words.len() > 5 {
        return None;
    }
    COLUMNS.find(&words).first().map(|mark| mark.sense)
}

//! Finds phrases in words.

use super::{Mark, Meanings, Word};
use std::collections::HashMap;

/// Phrases and what they mean, found by how their first word begins.
pub(super) struct Vocabulary<T: 'static> {
    index: HashMap<[u8; 2], Vec<Phrase<T>>>,
}

struct Phrase<T> {
    words: Vec<&'static str>,
    sense: T,
}

impl<T: Copy> Vocabulary<T> {
    pub fn new(languages: &[Meanings<T>]) -> Self {
        let mut index: HashMap<_, Vec<Phrase<T>>> = HashMap::new();
        for (sense, phrases) in languages.iter().copied().flatten() {
            for phrase in phrases.split('|') {
                let words: Vec<_> = phrase.split_whitespace().collect();
                if let Some(key) = words.first().and_then(|word| key(word)) {
                    index.entry(key).or_default().push(Phrase {
                        words,
                        sense: *sense,
                    });
                }
            }
        }
        // The longest phrase is tried first.
        for phrases in index.values_mut() {
            phrases.sort_by_key(|it| std::cmp::Reverse((it.words.len(), it.words.concat().len())));
        }
        Self { index }
    }

    /// The phrases in `words`, none over another.
    pub fn find(&self, words: &[Word]) -> Vec<Mark<T>> {
        let mut marks = Vec::new();
        let mut from = 0;
        while from < words.len() {
            match self.at(&words[from..]) {
                Some(phrase) => {
                    let to = from + phrase.words.len();
                    marks.push(Mark {
                        sense: phrase.sense,
                        from,
                        to,
                    });
                    from = to;
                }
                None => from += 1,
            }
        }
        marks
    }

    fn at(&self, words: &[Word]) -> Option<&Phrase<T>> {
        let phrases = self.index.get(&key(&words.first()?.text)?)?;
        phrases.iter().find(|phrase| {
            phrase.words.len() <= words.len()
                && phrase
                    .words
                    .iter()
                    .zip(words)
                    .all(|(wanted, word)| is(wanted, &word.text))
        })
    }
}

fn key(word: &str) -> Option<[u8; 2]> {
    match word.as_bytes() {
        [first, second, ..] => Some([*first, *second]),
        [only] => Some([*only, 0]),
        [] => None,
    }
}

fn is(wanted: &str, word: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => wanted == word,
    }
}

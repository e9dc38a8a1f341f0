//! The names of a page's modules, found in words whatever their case, dashes, spaces
//! and plurals.

use crate::words::Word;
use std::collections::{HashMap, HashSet};

/// A name that was found: the first word, the one after the last, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub from: usize,
    pub to: usize,
    pub module: usize,
}

/// Words that people leave out of a module's name.
const GENERIC: [&str; 14] = [
    "service",
    "svc",
    "fn",
    "function",
    "app",
    "api",
    "job",
    "module",
    "component",
    "dienst",
    "server",
    "backend",
    "ms",
    "microservice",
];

/// The most words of a name.
const LONGEST: usize = 6;

/// All names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    exact: HashMap<String, usize>,
    /// Names without their generic words; none where two modules share one.
    short: HashMap<String, Option<usize>>,
    /// How names begin, so that most words are not looked up.
    starts: HashSet<u8>,
}

/// What names are compared by.
pub(crate) fn key(words: &[Word]) -> String {
    words.iter().map(Word::singular).collect()
}

impl Names {
    /// The module that has this key already, or this one from now on.
    pub fn add(&mut self, words: &[Word], module: usize) -> usize {
        let key = key(words);
        if let Some(known) = self.exact.get(&key) {
            return *known;
        }
        self.starts.extend(key.bytes().next());
        self.exact.insert(key, module);
        let rest: Vec<_> = words
            .iter()
            .filter(|it| !GENERIC.contains(&it.singular()))
            .cloned()
            .collect();
        if rest.len() < words.len() && !rest.is_empty() {
            let short = self.short.entry(self::key(&rest)).or_insert(Some(module));
            if *short != Some(module) {
                *short = None;
            }
        }
        module
    }

    /// The names in `words`, the longest at each place.
    pub fn find(&self, words: &[Word]) -> Vec<Found> {
        let mut found = Vec::new();
        let mut from = 0;
        while from < words.len() {
            match self.at(&words[from..]) {
                Some((length, module)) => {
                    let to = from + length;
                    found.push(Found { from, to, module });
                    from = to;
                }
                None => from += 1,
            }
        }
        found
    }

    /// The longest name that `words` begin with, and of how many words it is.
    pub fn at(&self, words: &[Word]) -> Option<(usize, usize)> {
        let first = words.first()?;
        if !first
            .text
            .bytes()
            .next()
            .is_some_and(|start| self.starts.contains(&start))
        {
            return None;
        }
        let longest = LONGEST.min(words.len());
        (1..=longest).rev().find_map(|length| {
            let module = self.exact.get(&key(&words[..length]))?;
            Some((length, *module))
        })
    }

    /// The module that is likely meant: a name without its generic words, or one with
    /// a slip of the pen. Also how many words it is.
    pub fn likely(&self, words: &[Word]) -> Option<(usize, usize)> {
        let longest = LONGEST.min(words.len());
        let short = (1..=longest).rev().find_map(|length| {
            let module = (*self.short.get(&key(&words[..length]))?)?;
            Some((length, module))
        });
        short.or_else(|| {
            // Only a whole clause, and only long names: `auth` is near to anything.
            let key = key(&words[..longest]);
            let near =
                |name: &String| key.len() >= 6 && strsim::damerau_levenshtein(name, &key) <= 2;
            let mut all = self
                .exact
                .iter()
                .filter(|(name, _)| name.len().abs_diff(key.len()) <= 2 && near(name));
            match (all.next(), all.next()) {
                (Some((_, module)), None) => Some((longest, *module)),
                _ => None,
            }
        })
    }
}

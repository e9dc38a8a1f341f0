//! What is wrong with what was found, with the lines that are.

use crate::finding::Origin;
use std::fmt;

/// The most problems of one survey: nobody reads more.
pub(crate) const MOST: usize = 100;

/// What is wrong with what was found. The manifest is there all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of its page in `docs/errors/`.
    pub code: &'static str,
    /// One sentence: what is wrong.
    pub message: String,
    /// File, line (0 for the whole file) and words of each place, the cause first.
    pub places: Vec<(String, usize, String)>,
    /// What to do.
    pub help: &'static str,
}

impl Problem {
    pub(crate) fn new(
        code: &'static str,
        message: String,
        places: &[&Origin],
        help: &'static str,
    ) -> Self {
        let places = places
            .iter()
            .map(|at| (at.file.clone(), at.line, at.quote.clone()));
        Self {
            code,
            message,
            places: places.collect(),
            help,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        for (file, line, quote) in &self.places {
            match line {
                0 => write!(f, "\n  {file}")?,
                line => write!(f, "\n  {file}:{line}: {quote}")?,
            }
        }
        write!(f, "\n  {}", self.help)
    }
}

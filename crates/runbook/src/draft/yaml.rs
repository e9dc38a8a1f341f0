//! Lines of YAML with comments.

use crate::{Fact, Kind};

/// A text that grows line by line.
pub(super) struct Yaml {
    text: String,
    terse: bool,
}

impl Yaml {
    /// With the page's words in its comments.
    pub fn new() -> Self {
        Self {
            text: String::new(),
            terse: false,
        }
    }

    /// With line numbers only.
    pub fn terse() -> Self {
        Self {
            text: String::new(),
            terse: true,
        }
    }

    pub fn finish(self) -> String {
        self.text
    }

    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    pub fn comment(&mut self, depth: usize, text: &str) {
        let line = format!("# {text}");
        self.line(depth, line.trim_end(), "");
    }

    /// A line and what is to be said of it.
    pub fn line(&mut self, depth: usize, text: &str, comment: &str) {
        (0..depth).for_each(|_| self.text.push_str("  "));
        self.text.push_str(text);
        if !comment.is_empty() {
            self.text.push_str("  # ");
            self.text.push_str(comment);
        }
        self.text.push('\n');
    }

    /// A line that came from the page.
    pub fn said(&mut self, depth: usize, text: &str, fact: &Fact) {
        let comment = self.source(fact);
        self.line(depth, text, &comment);
    }

    /// A line that came from the page with a gap in it.
    pub fn said_with_gap(&mut self, depth: usize, text: &str, fact: &Fact, gap: &str) {
        let comment = format!("{}; TODO(owner): {gap}", self.source(fact));
        self.line(depth, text, &comment);
    }

    /// A line with a gap.
    pub fn gap(&mut self, depth: usize, text: &str, gap: &str) {
        self.line(depth, text, &format!("TODO(owner): {gap}"));
    }

    /// Where a fact came from.
    pub fn source(&self, fact: &Fact) -> String {
        let from = match (fact.quote.is_empty(), self.terse) {
            (true, _) => String::new(),
            (false, true) => at(fact.line, ""),
            (false, false) => at(fact.line, &self.quote(fact)),
        };
        match (fact.kind, self.terse, from.is_empty()) {
            (Kind::Guessed, true, _) => format!("guessed, {from}"),
            (Kind::Guessed, false, true) => format!("guessed: {}", fact.because),
            (Kind::Guessed, false, false) => format!("guessed: {}; {from}", fact.because),
            _ => from,
        }
    }

    /// The page's words, as a comment can hold them.
    pub fn quote(&self, fact: &Fact) -> String {
        if self.terse {
            return String::new();
        }
        fact.quote.clone()
    }
}

/// Words and where they stand: no line where the words name their place themselves.
pub(super) fn at(line: usize, quote: &str) -> String {
    match (line, quote) {
        (0, quote) => quote.to_owned(),
        (line, "") => format!("line {line}"),
        (line, quote) => format!("line {line}: {quote}"),
    }
}

/// A text as YAML holds it: as it is where it can be taken for nothing else.
pub(super) fn scalar(text: &str) -> String {
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./@".contains(c))
        && !words.contains(&text.to_ascii_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' => quoted.push_str("$$"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

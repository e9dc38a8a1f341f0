//! From the bytes of a page to a manifest.

use crate::{
    Fact, Kind, Problem, Starter,
    decode::{self, Flaw},
    draft, page, read, starter, written,
};

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of `segue.yaml`; `segue_manifest::parse` accepts it, whatever the page
    /// was.
    pub manifest: String,
    /// What the page says, in its order.
    pub facts: Vec<Fact>,
    /// What is wrong with the page.
    pub problems: Vec<Problem>,
    /// Files that the manifest names and the page can not have; they are to be written
    /// where none are yet.
    pub files: Vec<Starter>,
}

impl Imported {
    /// The facts of one kind, in the page's order.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }
}

/// Reads a page. `name` is the file's name, for messages and comments.
///
/// It never fails and never panics: what can not be read is a [`Problem`], and the
/// manifest has a marked gap.
pub fn import(bytes: &[u8], name: &str) -> Imported {
    let name = read::shorten(name);
    let (text, flaw) = match decode::decode(bytes) {
        Ok(text) => (text, None),
        Err(flaw) => (String::new(), Some(flaw)),
    };
    let mut blocks = page::read(&text);
    let cut = page::bound(&mut blocks);
    let mut reading = read::read(&blocks, cut, &name);
    if let Some(flaw) = flaw {
        reading.problems = vec![no_text(flaw, &name)];
    } else if blocks.is_empty() {
        reading.problems = vec![empty(&name)];
    }
    if let Some(written) = written::manifest(&text) {
        let compared = written::compare(&text, &written, &name);
        if let Some(mended) = &compared.mended {
            // The facts are the manifest's, whatever was made of the page's lines.
            let mut blocks = page::read(&mended.text);
            let cut = page::bound(&mut blocks);
            reading = read::read(&blocks, cut, &name);
            for fact in &mut reading.facts {
                fact.line = mended.line(fact.line);
            }
        }
        // Such a page is whole: its own sentences are no leftovers.
        reading.facts.retain(|fact| fact.kind != Kind::LeftOver);
        return Imported {
            manifest: text.get(written.place).unwrap_or_default().to_owned(),
            facts: reading.facts,
            problems: compared.problems,
            files: Vec::new(),
        };
    }
    let manifest = draft::write(&reading, &head(&name), "the page says");
    let files = starter::files(&reading);
    Imported {
        manifest,
        facts: reading.facts,
        problems: reading.problems,
        files,
    }
}

/// What stands at the top of a manifest.
fn head(name: &str) -> Vec<String> {
    vec![
        format!("Made from {name} by `segue import`."),
        "`# line …` names the line of the page that a line came from, `# guessed:` a choice".into(),
        "that the page left, `# TODO(owner):` what only its owner can know.".into(),
    ]
}

fn no_text(flaw: Flaw, name: &str) -> Problem {
    let message = match flaw {
        Flaw::TooLarge(bytes) => format!(
            "the page has {} MiB, more than any that is read",
            bytes >> 20
        ),
        Flaw::Binary => "this is no text".to_owned(),
    };
    Problem {
        code: Problem::NO_TEXT,
        message,
        name: name.to_owned(),
        lines: Vec::new(),
        help: "save the page as Markdown, HTML or plain text".to_owned(),
    }
}

fn empty(name: &str) -> Problem {
    Problem {
        code: Problem::NO_TEXT,
        message: "the page is empty".to_owned(),
        name: name.to_owned(),
        lines: Vec::new(),
        help: "name the file that holds the runbook".to_owned(),
    }
}

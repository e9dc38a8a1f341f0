//! Which environment the page is about.

use super::{At, Reading};
use crate::{
    Kind, What,
    page::{Block, Item},
    words::{self, Sense},
};

impl Reading {
    /// Reads it from `Environment: …`, else from a heading, else from a text.
    pub(super) fn environment(&mut self, blocks: &[Block]) {
        let texts = || {
            blocks.iter().filter_map(|block| match block {
                Block::Heading { text, .. } => Some((true, text)),
                Block::Paragraph(text) => Some((false, text)),
                _ => None,
            })
        };
        let items = blocks.iter().filter_map(|block| match block {
            Block::List(items) => Some(items),
            _ => None,
        });
        let keyed = texts()
            .map(|(_, text)| (text.line, text.text.as_str()))
            .chain(
                items
                    .flatten()
                    .map(|Item { line, text, .. }| (*line, text.as_str())),
            )
            .find_map(|(line, text)| Some((line, text, keyed(text)?)));
        let by_heading = |heading: bool| {
            texts()
                .filter(move |(it, _)| *it == heading)
                .find_map(|(_, text)| Some((text.line, text.text.as_str(), named(&text.text)?)))
        };
        if let Some((line, quote, name)) = keyed.or_else(|| by_heading(true)) {
            self.understood(At { line, quote }, What::Environment(name));
        } else if let Some((line, quote, name)) = by_heading(false) {
            self.guessed(
                At { line, quote },
                What::Environment(name),
                "a sentence names it",
            );
        } else {
            let at = At { line: 1, quote: "" };
            let what = What::Environment("production".into());
            self.fact(Kind::Guessed, at, what, "the page names none");
        }
    }
}

/// The value of `Environment: …`, somewhere in a text.
fn keyed(text: &str) -> Option<String> {
    let words = words::words(text);
    let mark = words::senses(&words)
        .into_iter()
        .find(|it| it.sense == Sense::Environment)?;
    let key = words.get(mark.to.checked_sub(1)?)?;
    let value = text.get(key.end..)?.trim_start().strip_prefix(':')?;
    let value = value.split([';', ',', '(']).next()?;
    let value = value.split("  ").next()?;
    named(value)
        .or_else(|| Some(words::slug(value.split_whitespace().next()?)).filter(|it| !it.is_empty()))
}

/// The environment that a text names.
fn named(text: &str) -> Option<String> {
    let words = words::words(text);
    let name = words::senses(&words)
        .into_iter()
        .find_map(|mark| match mark.sense {
            Sense::Production => Some("production"),
            Sense::Staging => Some("staging"),
            Sense::Testing if words[mark.from].text == "uat" => Some("uat"),
            Sense::Testing => Some("test"),
            Sense::Uat => Some("uat"),
            Sense::Development => Some("development"),
            _ => None,
        })?;
    Some(name.to_owned())
}

//! Which lines of a page are Markdown, which a wiki's HTML, and which a table that was
//! pasted from a word processor.

use super::plain::{self, Plain};

/// How a part of the page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Markdown,
    Html,
    Plain(Plain),
}

/// Lines of one form, and the number of the first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment<'a> {
    pub line: usize,
    pub form: Form,
    pub text: &'a str,
}

/// Tags that begin a part in HTML, with the tag that ends it.
const PARTS: [(&str, &str); 3] = [("<table", "</table"), ("<ul", "</ul"), ("<ol", "</ol")];

/// The parts of a page, in their order.
pub(super) fn segments(text: &str) -> Vec<Segment<'_>> {
    if is_html(text) {
        let form = Form::Html;
        return vec![Segment {
            line: 1,
            form,
            text,
        }];
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut splitter = Splitter {
        text,
        found: Vec::new(),
        from: 0,
        at: 0,
        first: 0,
    };
    let mut fence: Option<&str> = None;
    let mut number = 0;
    while number < lines.len() {
        let line = lines[number].trim();
        fence = match fence {
            Some(open) if line.starts_with(open) => None,
            None => ["```", "~~~"].into_iter().find(|it| line.starts_with(it)),
            open => open,
        };
        let (form, count) = match fence {
            Some(_) => (Form::Markdown, 1),
            None => form_at(&lines[number..]),
        };
        let length = lines[number..number + count]
            .iter()
            .map(|it| it.len())
            .sum();
        if form == Form::Markdown {
            splitter.at += length;
        } else {
            splitter.part(form, number, count, length);
        }
        number += count;
    }
    splitter.markdown();
    splitter.found
}

struct Splitter<'a> {
    text: &'a str,
    found: Vec<Segment<'a>>,
    /// Where the Markdown that is not yet kept begins, as offset and line.
    from: usize,
    first: usize,
    at: usize,
}

impl<'a> Splitter<'a> {
    fn markdown(&mut self) {
        let text = &self.text[self.from..self.at];
        if !text.trim().is_empty() {
            let form = Form::Markdown;
            self.found.push(Segment {
                line: self.first + 1,
                form,
                text,
            });
        }
    }

    fn part(&mut self, form: Form, number: usize, count: usize, length: usize) {
        self.markdown();
        let text = &self.text[self.at..self.at + length];
        self.found.push(Segment {
            line: number + 1,
            form,
            text,
        });
        self.at += length;
        self.from = self.at;
        self.first = number + count;
    }
}

/// The form of what begins here, and how many lines it has.
fn form_at(lines: &[&str]) -> (Form, usize) {
    let begins = |line: &str, tag: &str| {
        line.get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag))
    };
    let start = lines[0].trim_start();
    if let Some((_, end)) = PARTS.iter().find(|(tag, _)| begins(start, tag)) {
        let closes = |line: &&str| line.to_ascii_lowercase().contains(end);
        let last = lines.iter().position(closes).unwrap_or(lines.len() - 1);
        return (Form::Html, last + 1);
    }
    if let Some(count) = plain::markdown_table(lines) {
        return (Form::Markdown, count);
    }
    match plain::table(lines) {
        Some((form, count)) => (Form::Plain(form), count),
        None => (Form::Markdown, 1),
    }
}

/// A page that was exported whole.
fn is_html(text: &str) -> bool {
    let start = text.trim_start();
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<div",
        "<h1",
        "<p>",
        "<?xml",
    ];
    tags.iter().any(|tag| {
        start
            .get(..tag.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(tag))
    })
}

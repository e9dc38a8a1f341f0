//! The page as a small document: headings, texts, tables and lists, each with its line.
//! What wrote it (Markdown, a wiki's HTML, a word processor) is gone here.

mod html;
mod markdown;
mod plain;
mod segment;

use segment::{Form, segments};

/// A piece of text and the line on which it begins, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Text {
    pub line: usize,
    pub text: String,
}

/// A row of a table. Parts of a cell that stood under each other are parted by `;`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    pub line: usize,
    pub cells: Vec<String>,
}

/// An item of a list; nested lists are flat, with their depth.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Item {
    pub line: usize,
    /// 0 for the items of the outermost list.
    pub depth: usize,
    /// Its number, in a numbered list.
    pub number: Option<u64>,
    pub text: String,
}

/// A part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    Heading {
        level: u8,
        text: Text,
    },
    Paragraph(Text),
    /// The first row is its head.
    Table(Vec<Row>),
    List(Vec<Item>),
}

impl Row {
    /// The row as it is shown to people.
    pub fn quote(&self) -> String {
        format!("| {} |", self.cells.join(" | "))
    }
}

/// The most paragraphs, rows and items that are looked at: twenty times those of the
/// longest runbook, and few enough for any size of page.
const MOST: usize = 20_000;

/// Cuts the blocks after [`MOST`] parts. The line of the first that is left out.
pub(crate) fn bound(blocks: &mut Vec<Block>) -> Option<usize> {
    let mut room = MOST;
    for at in 0..blocks.len() {
        let cut = match &mut blocks[at] {
            Block::Heading { text, .. } | Block::Paragraph(text) => {
                (room == 0).then_some(text.line)
            }
            Block::Table(rows) => cut(rows, room, |row| row.line),
            Block::List(items) => cut(items, room, |item| item.line),
        };
        if cut.is_some() {
            blocks.truncate(at + 1);
            return cut;
        }
        room -= match &blocks[at] {
            Block::Heading { .. } | Block::Paragraph(_) => 1,
            Block::Table(rows) => rows.len(),
            Block::List(items) => items.len(),
        };
    }
    None
}

fn cut<T>(parts: &mut Vec<T>, room: usize, line: fn(&T) -> usize) -> Option<usize> {
    let first = parts.get(room).map(line);
    parts.truncate(room);
    first
}

/// Reads the blocks of a page, in their order.
pub(crate) fn read(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for segment in segments(text) {
        match segment.form {
            Form::Html => html::read(segment.text, segment.line, &mut blocks),
            Form::Plain(form) => blocks.extend(plain::read(segment.text, segment.line, form)),
            Form::Markdown => markdown::read(segment.text, segment.line, &mut blocks),
        }
    }
    captions(&mut blocks);
    blocks
}

/// A few words alone right before a table or a list are its heading, where whoever
/// wrote the page had no other.
fn captions(blocks: &mut [Block]) {
    for at in 1..blocks.len() {
        let (before, after) = blocks.split_at_mut(at);
        let (Some(block), Some(Block::Table(_) | Block::List(_))) =
            (before.last_mut(), after.first())
        else {
            continue;
        };
        if let Block::Paragraph(text) = block
            && text.text.split_whitespace().count() <= 8
            && !text.text.ends_with('.')
        {
            *block = Block::Heading {
                level: LOWEST,
                text: std::mem::take(text),
            };
        }
    }
}

/// The level of headings that are none by their form.
const LOWEST: u8 = 6;

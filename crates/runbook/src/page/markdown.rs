//! Markdown becomes blocks.

use super::{Block, Item, Row, Text, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::borrow::Cow;

/// Reads Markdown that begins on `line` and adds its blocks.
pub(super) fn read(text: &str, line: usize, blocks: &mut Vec<Block>) {
    let text = bulleted(text);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader {
        lines: Lines {
            text: &text,
            at: 0,
            line,
        },
        blocks,
        text: Text::default(),
        place: Place::Nowhere,
        row: Row::default(),
        rows: Vec::new(),
        items: Vec::new(),
        open: Vec::new(),
        numbers: Vec::new(),
    };
    for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
        let line = reader.lines.of(range.start);
        reader.event(event, line, &text[range]);
    }
    reader.end_paragraph();
}

/// Signs that word processors put where Markdown has `-`.
const BULLETS: [&str; 6] = ["•", "◦", "▪", "●", "·", "–"];
/// Boxes that word processors draw where Markdown has `- [ ]`.
const BOXES: [&str; 4] = ["☐", "☑", "□", "☒"];

fn bulleted(text: &str) -> Cow<'_, str> {
    let signs = || BULLETS.into_iter().chain(BOXES);
    if !signs().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        match signs().find(|sign| start.starts_with(sign)) {
            Some(sign) => {
                out.push_str(&line[..line.len() - start.len()]);
                out.push_str("- ");
                out.push_str(start[sign.len()..].trim_start_matches([' ', '\t']));
            }
            None => out.push_str(line),
        }
    }
    Cow::Owned(out)
}

/// Lines of offsets that only grow, or fall a little.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> usize {
        let newlines = |text: &[u8]| text.iter().filter(|b| **b == b'\n').count();
        let bytes = self.text.as_bytes();
        if offset >= self.at {
            self.line += newlines(&bytes[self.at..offset]);
        } else {
            self.line -= newlines(&bytes[offset..self.at]);
        }
        self.at = offset;
        self.line
    }
}

/// Where text goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Heading(u8),
    Cell,
    Item,
    Code,
}

struct Reader<'a> {
    lines: Lines<'a>,
    blocks: &'a mut Vec<Block>,
    text: Text,
    place: Place,
    row: Row,
    rows: Vec<Row>,
    items: Vec<Item>,
    /// The items that are open, outermost first.
    open: Vec<usize>,
    /// The next numbers of the lists that are open.
    numbers: Vec<Option<u64>>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, line: usize, source: &str) {
        match event {
            Event::Start(tag) => self.start(&tag, line),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.write(&text, line),
            Event::Code(code) => self.write(&format!("`{code}`"), line),
            Event::SoftBreak => self.write(" ", line),
            Event::HardBreak => self.write("; ", line),
            Event::InlineHtml(tag) => {
                let tag = tag.to_ascii_lowercase();
                if ["<br", "</p", "</li"].iter().any(|it| tag.starts_with(it)) {
                    self.write("; ", line);
                }
            }
            Event::Html(_) if self.place == Place::Code => {}
            Event::Html(_) => {
                self.end_paragraph();
                html::read(source, line, self.blocks);
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, line: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                self.place = Place::Heading(*level as u8);
                self.text.line = line;
            }
            Tag::CodeBlock(_) => self.place = Place::Code,
            Tag::Table(_) => self.rows.clear(),
            Tag::TableHead | Tag::TableRow => {
                self.row = Row {
                    line,
                    cells: Vec::new(),
                }
            }
            Tag::TableCell => self.place = Place::Cell,
            Tag::List(number) => {
                self.end_paragraph();
                self.numbers.push(*number);
            }
            Tag::Item => self.item(line),
            Tag::Paragraph if !self.open.is_empty() => self.write("; ", line),
            _ => {}
        }
    }

    fn item(&mut self, line: usize) {
        let number = self.numbers.last_mut().and_then(|next| {
            let number = *next;
            *next = next.map(|it| it.saturating_add(1));
            number
        });
        self.open.push(self.items.len());
        let depth = self.numbers.len().saturating_sub(1);
        self.items.push(Item {
            line,
            depth,
            number,
            text: String::new(),
        });
        self.place = Place::Item;
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                let text = std::mem::take(&mut self.text);
                if let Place::Heading(level) = self.place {
                    self.blocks.push(Block::Heading {
                        level,
                        text: tidy(text),
                    });
                }
                self.place = Place::Nowhere;
            }
            TagEnd::CodeBlock => {
                self.place = if self.open.is_empty() {
                    Place::Nowhere
                } else {
                    Place::Item
                };
            }
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.text).text;
                self.row.cells.push(text.trim().to_owned());
                self.place = Place::Nowhere;
            }
            TagEnd::TableHead | TagEnd::TableRow => self.rows.push(std::mem::take(&mut self.row)),
            TagEnd::Table => self
                .blocks
                .push(Block::Table(std::mem::take(&mut self.rows))),
            TagEnd::Item => {
                self.open.pop();
                self.place = if self.open.is_empty() {
                    Place::Nowhere
                } else {
                    Place::Item
                };
            }
            TagEnd::List(_) => {
                self.numbers.pop();
                if self.numbers.is_empty() {
                    let mut items = std::mem::take(&mut self.items);
                    items
                        .iter_mut()
                        .for_each(|it| it.text = it.text.trim_matches([' ', ';']).to_owned());
                    self.blocks.push(Block::List(items));
                }
            }
            TagEnd::Paragraph => self.end_paragraph(),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let text = tidy(std::mem::take(&mut self.text));
        if !text.text.is_empty() {
            self.blocks.push(Block::Paragraph(text));
        }
    }

    fn write(&mut self, text: &str, line: usize) {
        match self.place {
            Place::Code => {}
            Place::Item => {
                let item = self.open.last().and_then(|at| self.items.get_mut(*at));
                if let Some(item) = item {
                    item.text.push_str(text);
                }
            }
            _ => {
                if self.text.text.is_empty() {
                    self.text.line = line;
                }
                self.text.text.push_str(text);
            }
        }
    }
}

fn tidy(text: Text) -> Text {
    let words = text.text.trim_matches([' ', ';']).to_owned();
    Text {
        line: text.line,
        text: words,
    }
}

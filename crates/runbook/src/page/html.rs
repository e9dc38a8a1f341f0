//! HTML, as wikis export it, becomes blocks. Tags that stand open or lie crosswise do no
//! harm: nothing is nested here but lists, and those by counting.

use super::{Block, Item, Row, Text};

/// Reads HTML that begins on `line` and adds its blocks.
pub(super) fn read(text: &str, line: usize, blocks: &mut Vec<Block>) {
    let mut reader = Reader {
        line,
        blocks,
        text: Text::default(),
        heading: None,
        row: None,
        rows: None,
        cell: false,
        depth: 0,
        items: Vec::new(),
        numbers: Vec::new(),
        in_item: false,
        hidden: None,
    };
    let mut rest = text;
    while !rest.is_empty() {
        let (words, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        reader.words(words);
        let (tag, after) = tag(after);
        reader.tag(tag);
        reader.line += newlines(words) + newlines(tag);
        rest = after;
    }
    reader.end_table();
    reader.end_list();
    reader.end_text();
}

/// The tag or comment at the start, and what follows it.
fn tag(text: &str) -> (&str, &str) {
    let end = if text.starts_with("<!--") {
        text.find("-->").map(|at| at + 3)
    } else {
        text.find('>').map(|at| at + 1)
    };
    text.split_at(end.unwrap_or(text.len()))
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|b| *b == b'\n').count()
}

struct Reader<'a> {
    line: usize,
    blocks: &'a mut Vec<Block>,
    text: Text,
    heading: Option<u8>,
    row: Option<Row>,
    rows: Option<Vec<Row>>,
    cell: bool,
    /// How many lists are open outside of tables.
    depth: usize,
    items: Vec<Item>,
    numbers: Vec<Option<u64>>,
    in_item: bool,
    /// The tag whose content nobody sees.
    hidden: Option<&'static str>,
}

impl Reader<'_> {
    fn words(&mut self, words: &str) {
        if self.hidden.is_some() {
            return;
        }
        for (at, part) in words.split('\n').enumerate() {
            if at > 0 {
                self.space();
            }
            if part.trim().is_empty() {
                if !part.is_empty() {
                    self.space();
                }
                continue;
            }
            if self.text.text.trim().is_empty() {
                self.text.line = self.line + at;
            }
            entities(part, &mut self.text.text);
        }
    }

    fn space(&mut self) {
        if !self.text.text.is_empty() && !self.text.text.ends_with(' ') {
            self.text.text.push(' ');
        }
    }

    fn tag(&mut self, tag: &str) {
        let inner = tag.trim_start_matches('<').trim_end_matches('>');
        let closing = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let end = inner
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(inner.len());
        let name = inner[..end].to_ascii_lowercase();
        if let Some(hidden) = self.hidden {
            if closing && name == hidden {
                self.hidden = None;
            }
            return;
        }
        match name.as_str() {
            "script" | "style" | "head" if !closing => {
                self.hidden = ["script", "style", "head"]
                    .into_iter()
                    .find(|it| *it == name);
            }
            "table" if self.rows.is_none() && !closing => {
                self.end_text();
                self.rows = Some(Vec::new());
            }
            "table" if closing => self.end_table(),
            _ if self.rows.is_some() => self.in_table(&name, closing),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.end_text();
                let level = name.as_bytes().get(1).map(|digit| digit - b'0');
                self.heading = level.filter(|_| !closing);
            }
            "ul" | "ol" => self.list(&name, closing),
            "li" => {
                self.end_text();
                self.in_item = !closing;
                if !closing {
                    self.item();
                }
            }
            "br" if self.in_item => self.text.text.push_str("; "),
            "p" | "div" | "br" | "tr" | "section" if !self.in_item => self.end_text(),
            "p" if closing => self.text.text.push_str("; "),
            "code" | "tt" => self.text.text.push('`'),
            _ => {}
        }
    }

    fn in_table(&mut self, name: &str, closing: bool) {
        match name {
            "tr" => {
                self.end_row();
                if !closing {
                    self.row = Some(Row {
                        line: self.line,
                        cells: Vec::new(),
                    });
                }
            }
            "td" | "th" => {
                self.end_cell();
                self.cell = !closing;
            }
            "br" | "p" | "li" | "div" => self.text.text.push_str("; "),
            "code" | "tt" => self.text.text.push('`'),
            _ => {}
        }
    }

    fn end_cell(&mut self) {
        let text = take(&mut self.text).text;
        if self.cell {
            let row = self.row.get_or_insert_with(Row::default);
            row.cells.push(text);
        }
        self.cell = false;
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let (Some(row), Some(rows)) = (self.row.take(), &mut self.rows)
            && !row.cells.is_empty()
        {
            rows.push(row);
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if let Some(rows) = self.rows.take()
            && !rows.is_empty()
        {
            self.blocks.push(Block::Table(rows));
        }
    }

    fn list(&mut self, name: &str, closing: bool) {
        self.end_text();
        if closing {
            self.numbers.pop();
            self.depth = self.depth.saturating_sub(1);
            self.in_item = self.depth > 0;
            if self.depth == 0 {
                self.end_list();
            }
        } else {
            self.numbers.push((name == "ol").then_some(1));
            self.depth += 1;
        }
    }

    fn item(&mut self) {
        let number = self.numbers.last_mut().and_then(|next| {
            let number = *next;
            *next = next.map(|it| it.saturating_add(1));
            number
        });
        let depth = self.depth.saturating_sub(1);
        self.items.push(Item {
            line: self.line,
            depth,
            number,
            text: String::new(),
        });
    }

    fn end_list(&mut self) {
        let items: Vec<_> = self
            .items
            .drain(..)
            .filter(|it| !it.text.is_empty())
            .collect();
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// What was written so far belongs to the item, the heading, or is a text.
    fn end_text(&mut self) {
        let text = take(&mut self.text);
        if text.text.is_empty() {
            return;
        }
        let open = self
            .items
            .last_mut()
            .filter(|item| self.in_item || item.text.is_empty() && self.depth > 0);
        match (open, self.heading.take()) {
            (Some(item), _) => {
                if !item.text.is_empty() {
                    item.text.push_str("; ");
                }
                item.text.push_str(&text.text);
            }
            (None, Some(level)) => self.blocks.push(Block::Heading { level, text }),
            (None, None) => self.blocks.push(Block::Paragraph(text)),
        }
    }
}

/// The text so far, without what parts nothing.
fn take(text: &mut Text) -> Text {
    let taken = std::mem::take(text);
    let parts = taken
        .text
        .split(';')
        .map(str::trim)
        .filter(|it| !it.is_empty());
    Text {
        line: taken.line,
        text: parts.collect::<Vec<_>>().join("; "),
    }
}

/// The entities that pages of words have (HTML, section 13.5); others stay as they are.
const ENTITIES: [(&str, &str); 30] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("mdash", "—"),
    ("rarr", "→"),
    ("rArr", "⇒"),
    ("hellip", "…"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ccedil", "ç"),
    ("Eacute", "É"),
    ("ecirc", "ê"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bull", "•"),
    ("ge", "≥"),
];

fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        // No entity is longer than this; the rest may be megabytes without a `;`.
        let near = rest.floor_char_boundary(12);
        let found = rest[..near]
            .find(';')
            .and_then(|end| Some((end, entity(&rest[..end])?)));
        match found {
            Some((end, value)) => {
                out.push_str(&value);
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code)
            .filter(|c| !c.is_control())
            .map(String::from);
    }
    let found = ENTITIES.iter().find(|(known, _)| *known == name)?;
    Some(found.1.to_owned())
}

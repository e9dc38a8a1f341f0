//! Lists: of modules where the page has no table of them, else of what is to be done.

use super::{At, Form, Reading, Scope, platform, tables};
use crate::{
    page::{Block, Item},
    words::{self, Column, Sense},
};

/// Whether words are a task, and not the name of a module.
pub(super) fn is_task(text: &str) -> bool {
    text.contains(' ') && tables::tells(text)
}

impl Reading {
    /// Lists in which two items or more name a platform are lists of modules.
    pub(super) fn module_lists(&mut self, blocks: &[Block]) {
        let mut section = platform::Section::default();
        for block in blocks {
            match block {
                Block::Heading { level, text } => section.enter(self, *level, text),
                Block::List(items) => {
                    let depth = depth_of_modules(items);
                    for group in groups(items, depth) {
                        if depth.is_some_and(|depth| group[0].depth == depth) {
                            self.group(group, section.targets());
                        } else {
                            self.bullets(group, section.targets());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Lists of a page that has its modules in tables.
    pub(super) fn other_lists(&mut self, blocks: &[Block]) {
        let mut section = platform::Section::default();
        for block in blocks {
            match block {
                Block::Heading { level, text } => section.enter(self, *level, text),
                Block::List(items) => self.bullets(items, section.targets()),
                _ => {}
            }
        }
    }

    /// Items that are no modules. An item that is only a platform's name is a heading
    /// for those below it.
    fn bullets(&mut self, items: &[Item], section: &[usize]) {
        let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
        for item in items {
            open.retain(|(depth, _)| *depth < item.depth);
            let at = At {
                line: item.line,
                quote: &item.text,
            };
            let head = item.text.split(':').next().unwrap_or_default();
            let words = words::words(head);
            let marks = words::senses(&words);
            let named = platform::named(&marks).targets;
            let only = !named.is_empty()
                && words.len() <= marks.iter().map(|it| it.to - it.from).sum::<usize>() + 2;
            let mut text = item.text.as_str();
            if only && (item.text.len() == head.len() || item.text.len() > head.len() + 1) {
                let targets = named
                    .into_iter()
                    .map(|(id, platform)| self.target(id, platform, at))
                    .collect();
                open.push((item.depth, targets));
                text = item.text.get(head.len() + 1..).unwrap_or_default();
            }
            let scope = match open
                .last()
                .map_or(section, |(_, targets)| targets.as_slice())
            {
                [] => Scope::Release { prose: false },
                targets => Scope::Targets(targets.to_vec()),
            };
            self.later(scope, item.line, text, &item.text, Form::Sentences);
        }
    }

    /// An item of a list of modules, with what stands below it.
    fn group(&mut self, group: &[Item], section: &[usize]) {
        let Some((top, below)) = group.split_first() else {
            return;
        };
        let Some((name, rest)) =
            name_of(&top.text).filter(|_| is_module(group) || is_bare_name(group))
        else {
            return self.bullets(group, section);
        };
        let at = At {
            line: top.line,
            quote: &top.text,
        };
        let step = top.number.map(|number| (number, 0));
        let Some((module, known)) = self.module(name, step, at) else {
            return;
        };
        // The place may stand in the words after the name or below it.
        let mut place = platform_words(rest).to_owned();
        for item in below {
            let (column, text) = keyed(&item.text);
            let at = At {
                line: item.line,
                quote: &item.text,
            };
            let scope = Scope::Module(module);
            match column {
                Some(Column::Platform) => text.clone_into(&mut place),
                Some(Column::Needs) => self.later(scope, at.line, text, at.quote, Form::Needs),
                Some(Column::NeededBy) => {
                    self.later(scope, at.line, text, at.quote, Form::NeededBy)
                }
                Some(Column::Trigger) => self.later(scope, at.line, text, at.quote, Form::Trigger),
                Some(Column::Version) => self.version(module, text, at),
                Some(Column::Image) => self.image(module, text, at),
                Some(Column::People) => self.left_over(at, "a manifest has no place for this"),
                _ if place.is_empty()
                    && platform::is_platform(text)
                    && words::words(text).len() < 5 =>
                {
                    text.clone_into(&mut place)
                }
                _ => self.later(scope, at.line, &item.text, at.quote, Form::Sentences),
            }
        }
        if !known {
            self.place(module, &place, section, at);
        }
        // `Finally deploy edge-gateway`: what stands before the name counts too.
        let before = top.text.split(name).next().unwrap_or_default();
        for text in [before, rest] {
            if before != text || senses(text).contains(&Sense::Last) {
                self.later(
                    Scope::Module(module),
                    at.line,
                    unplaced(text, &place),
                    at.quote,
                    Form::Sentences,
                );
            }
        }
    }
}

fn senses(text: &str) -> Vec<Sense> {
    words::senses(&words::words(text))
        .into_iter()
        .map(|it| it.sense)
        .collect()
}

/// The depth at which a list has its modules: where most are, and at least two.
fn depth_of_modules(items: &[Item]) -> Option<usize> {
    let deepest = items.iter().map(|it| it.depth).max()?.min(3);
    let modules = |depth: &usize| {
        let groups = groups(items, Some(*depth)).into_iter();
        let here = groups.filter(|group| group[0].depth == *depth && is_module(group));
        here.count()
    };
    let best = (0..=deepest).rev().max_by_key(modules)?;
    (modules(&best) >= 2).then_some(best)
}

/// The items of that depth, each with those below it, and those above alone; without
/// a depth, all as one.
fn groups(items: &[Item], depth: Option<usize>) -> Vec<&[Item]> {
    let mut groups = Vec::new();
    let mut from = 0;
    for at in 1..=items.len() {
        let ends = |item: &Item| depth.is_some_and(|depth| item.depth <= depth);
        if items.get(at).is_none_or(ends) {
            groups.push(&items[from..at]);
            from = at;
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// `Deploy auth-service to AKS`, in a table of actions.
pub(super) fn is_deployment(cell: &str) -> bool {
    let deploys = senses(cell).first() == Some(&Sense::Deploy);
    deploys && name_of(cell).is_some_and(|(_, rest)| !platform_words(rest).is_empty())
}

/// Whether an item, or one below it, says where something runs, and it has a name.
fn is_module(group: &[Item]) -> bool {
    let Some((top, below)) = group.split_first() else {
        return false;
    };
    let places = |text: &str| !platform_words(text).is_empty();
    name_of(&top.text).is_some_and(|(name, rest)| {
        !is_task(name)
            && keyed(&top.text).0.is_none()
            && (places(rest) || below.iter().any(|it| places(&it.text)))
    })
}

/// A name alone among modules: one that lacks its platform.
fn is_bare_name(group: &[Item]) -> bool {
    group.first().is_some_and(|top| {
        let name = name_of(&top.text).map_or("", |(name, _)| name);
        !name.is_empty()
            && !is_task(&top.text)
            && (name.contains(['-', '_']) || top.text.contains('`'))
    })
}

/// `Key: value`, where the key is what a column could be called.
fn keyed(text: &str) -> (Option<Column>, &str) {
    match text.split_once(':') {
        Some((key, value)) if words::column(key).is_some() => (words::column(key), value.trim()),
        _ => (None, text),
    }
}

/// The part of a text that names platforms; empty where none does.
fn platform_words(text: &str) -> &str {
    let words = words::words(text);
    let marks = words::senses(&words);
    let named = |sense| {
        platform::target(sense).is_some() || matches!(sense, Sense::Together | Sense::Foreign)
    };
    let mut places = marks.iter().filter(|it| named(it.sense));
    let Some(first) = places.next() else {
        return "";
    };
    let last = places.rfind(|it| it.to - first.to <= 4).unwrap_or(first);
    text.get(words[first.from].start..words[last.to - 1].end)
        .unwrap_or_default()
}

/// The text without the words that say where.
fn unplaced<'a>(text: &'a str, place: &str) -> &'a str {
    match text.split_once(place) {
        Some((before, after)) if !place.is_empty() && words::words(before).len() <= 2 => {
            after.trim_start_matches([')', ' ', ',', ':', '–', '-', '.', ';'])
        }
        _ => text,
    }
}

/// Signs that end a name.
const ENDS: [&str; 12] = [
    " (",
    " – ",
    " — ",
    " - ",
    ": ",
    "->",
    "→",
    "=>",
    ", ",
    ";",
    " | ",
    " \u{2014}",
];
/// Words between a name and where it runs.
const TO: [&str; 14] = [
    "to", "on", "onto", "in", "into", "auf", "nach", "sur", "vers", "dans", "in", "im", "at", "as",
];

/// The name that an item begins with, and the rest of it.
pub(super) fn name_of(text: &str) -> Option<(&str, &str)> {
    if let Some((before, quoted)) = text.split_once('`')
        && let Some((name, rest)) = quoted.split_once('`')
        && words::words(before).len() <= 4
    {
        return (!name.trim().is_empty()).then_some((name.trim(), rest));
    }
    let words = words::words(text);
    let marks = words::senses(&words);
    let leading =
        |it: &&words::Mark<Sense>| matches!(it.sense, Sense::Deploy | Sense::Last | Sense::First);
    let mut first = 0;
    while let Some(mark) = marks.iter().filter(leading).find(|it| it.from == first) {
        first = mark.to;
    }
    let start = words.get(first)?.start;
    let tail = text.get(start..)?;
    let by_sign = ENDS
        .iter()
        .filter_map(|end| tail.find(end))
        .min()
        .unwrap_or(tail.len());
    let by_word = words[first..]
        .iter()
        .skip(1)
        .find(|it| {
            TO.contains(&it.text.as_str()) && text[..it.start].ends_with(char::is_whitespace)
        })
        .map_or(tail.len(), |it| it.start - start);
    let relation = marks.iter().find(|it| {
        it.from > first && matches!(it.sense, Sense::Needs | Sense::NeededBy | Sense::Before)
    });
    let by_relation = relation.map_or(tail.len(), |it| words[it.from].start - start);
    let (name, rest) = tail.split_at(by_sign.min(by_word).min(by_relation));
    let name = name.trim().trim_end_matches(['.', ':', ',']);
    let count = words::words(name).len();
    let plain = (1..=5).contains(&count)
        && !(platform::is_platform(name) && count <= 3 && !name.contains('-'));
    plain.then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn names_are_found_in_items() {
        let of = |text| name_of(text).map(|(name, _)| name);
        assert_eq!(
            of("Deploy `matchmaker` to GKE once x is up."),
            Some("matchmaker")
        );
        assert_eq!(of("db-schema -> GKE"), Some("db-schema"));
        assert_eq!(
            of("katalog-konfig (GKE) – Grundlage"),
            Some("katalog-konfig")
        );
        assert_eq!(
            of("Finally deploy the-gateway to Cloud Run"),
            Some("the-gateway")
        );
        assert_eq!(of("check-in-web"), Some("check-in-web"));
        assert_eq!(of("Ledger Service"), Some("Ledger Service"));
        assert_eq!(of("AKS: use Helm charts"), None);
    }
}

//! Mappings: unknown, missing and duplicate keys.

use super::{Place, Shape};
use crate::{
    Code, Diagnostic, Span,
    diagnostic::Findings,
    names::did_you_mean,
    node::{Entry, Kind, Node},
};
use serde_json::Value;
use std::collections::{HashMap, hash_map::Entry as Slot};

impl<'a> Shape<'a> {
    pub(super) fn map(&mut self, map: &mut Vec<Entry>, schema: &'a Value, at: Place) -> bool {
        let properties = schema["properties"].as_object();
        let required = || {
            let list = schema["required"].as_array();
            list.into_iter().flatten().filter_map(Value::as_str)
        };
        for key in required().filter(|key| !map.iter().any(|entry| entry.name() == *key)) {
            let message = format!("{at} has no `{key}`");
            let about = properties
                .and_then(|properties| properties.get(key)?["description"].as_str())
                .map(|about| format!("`{key}`: {about}"));
            self.found
                .push(Diagnostic::error(Code::MissingKey, at.span, message).help_if(about));
        }
        map.retain_mut(|entry| {
            let Entry { key, value } = entry;
            let name = key.text().unwrap_or_default();
            let known = properties.and_then(|properties| properties.get(name));
            let here = Place {
                key: name,
                span: key.span,
                about: known.and_then(|schema| schema["description"].as_str()),
            };
            match known.or_else(|| schema.get("additionalProperties")) {
                Some(Value::Bool(false)) => {
                    let keys = properties.into_iter().flatten();
                    self.unknown(name, key.span, keys.map(|(key, _)| key.as_str()));
                    false
                }
                Some(schema) => self.check(value, schema, here),
                None => true,
            }
        });
        required().all(|key| map.iter().any(|entry| entry.name() == key))
    }

    pub(super) fn unknown<'k>(
        &mut self,
        key: &str,
        span: Span,
        known: impl Iterator<Item = &'k str>,
    ) {
        if self.found.is_full() {
            return;
        }
        let message = format!("there is no key `{key}` here");
        self.found.push(
            Diagnostic::error(Code::UnknownKey, span, message)
                .label("unknown key")
                .help_if(did_you_mean(key, known)),
        );
    }
}

/// Takes out every key that stands in its mapping already, and says so.
pub(crate) fn deduplicate(node: &mut Node, found: &mut Findings) {
    match &mut node.kind {
        Kind::List(list) => list.iter_mut().for_each(|item| deduplicate(item, found)),
        Kind::Map(map) => {
            let mut seen = HashMap::new();
            map.retain(|entry| match seen.entry(entry.name().to_owned()) {
                Slot::Vacant(slot) => {
                    slot.insert(entry.key.span);
                    true
                }
                Slot::Occupied(first) => {
                    let message = format!("the key `{}` stands here twice", entry.name());
                    found.push(
                        Diagnostic::error(Code::DuplicateKey, entry.key.span, message)
                            .label("again")
                            .and(*first.get(), "first here"),
                    );
                    false
                }
            });
            for entry in map {
                deduplicate(&mut entry.value, found);
            }
        }
        _ => {}
    }
}

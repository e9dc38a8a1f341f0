//! `${release}` in what a performer is told becomes the release's name, which no
//! plan can know.

use segue_model::{Action, ReleaseId};
use serde_json::Value;
use std::borrow::Cow;

const NAME: &str = "${release}";

/// `action` with the release's name in it; the same one where nobody asks for it.
pub(crate) fn put_into<'a>(action: &'a Action, release: &ReleaseId) -> Cow<'a, Action> {
    match action {
        Action::Perform { by, input } if asks(input) => {
            let mut input = input.clone();
            put(&mut input, release);
            let by = by.clone();
            Cow::Owned(Action::Perform { by, input })
        }
        _ => Cow::Borrowed(action),
    }
}

fn asks(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(NAME),
        Value::Array(items) => items.iter().any(asks),
        Value::Object(fields) => fields.values().any(asks),
        _ => false,
    }
}

fn put(value: &mut Value, release: &ReleaseId) {
    match value {
        Value::String(text) if text.contains(NAME) => {
            *text = text.replace(NAME, release.as_str());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, release)),
        Value::Object(fields) => fields.values_mut().for_each(|field| put(field, release)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_name_stands_wherever_it_is_asked_for() {
        let action = |input| Action::Perform {
            by: "git-tag".into(),
            input,
        };
        let release = ReleaseId::new("r1");
        let wished = action(json!({"tag": ["release/${release}"], "n": 1}));
        let told = put_into(&wished, &release);
        assert_eq!(*told, action(json!({"tag": ["release/r1"], "n": 1})));
        let plain = action(json!({"url": "https://example.test"}));
        assert!(matches!(put_into(&plain, &release), Cow::Borrowed(_)));
    }
}

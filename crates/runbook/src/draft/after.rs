//! `after:`.

use super::{
    Draft, GAP,
    yaml::{Yaml, scalar},
};
use crate::{Fact, What};

impl Draft<'_> {
    pub(super) fn after(&self, yaml: &mut Yaml) {
        let all: Vec<&Fact> = self
            .release()
            .filter(|fact| matches!(fact.what, What::Rotate(_) | What::Tag | What::Notify))
            .collect();
        if all.is_empty() {
            return;
        }
        yaml.blank();
        yaml.line(0, "after:", "");
        let mut rotate = all
            .iter()
            .filter(|fact| matches!(fact.what, What::Rotate(_)))
            .peekable();
        if rotate.peek().is_some() {
            yaml.line(1, "rotate:", "");
        }
        for fact in rotate {
            match &fact.what {
                What::Rotate(Some(module)) => {
                    let text = format!(
                        "- function-key: {{ module: {}, key: default }}",
                        scalar(module)
                    );
                    yaml.said_with_gap(2, &text, fact, "the key's name, if it is another");
                }
                _ => {
                    let text = format!("- key-vault: {{ vault: {GAP}, secret: {GAP} }}");
                    yaml.said_with_gap(2, &text, fact, "the vault and the secret, a line for each");
                }
            }
        }
        if let Some(fact) = all.iter().find(|fact| fact.what == What::Tag) {
            yaml.line(1, "tag:", "");
            yaml.said(2, "git: { name: \"release/${release}\" }", fact);
        }
        if let Some(fact) = all.iter().find(|fact| fact.what == What::Notify) {
            yaml.line(1, "notify:", "");
            let text =
                "- webhook: { url: \"${RELEASE_WEBHOOK:-https://release-webhook.invalid/}\" }";
            yaml.said_with_gap(2, text, fact, "where it is told");
        }
    }
}

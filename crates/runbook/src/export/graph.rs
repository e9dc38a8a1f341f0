//! A drawing of who stands on whom, in Mermaid, which code hosts and wikis show.

use super::{Page, order};

/// Draws it: arrows point from what is live first.
pub(super) fn graph(page: &Page<'_>, text: &mut String) {
    let modules = &page.manifest.modules;
    if modules.is_empty() {
        return;
    }
    text.push_str("\n## Drawing\n\n```mermaid\ngraph LR\n");
    for (at, module) in modules.iter().enumerate() {
        text.push_str(&format!("  m{at}[\"{}\"]\n", module.id.as_str()));
    }
    let needs = order::needs(page.manifest);
    for (at, providers) in needs.iter().enumerate() {
        for provider in providers {
            text.push_str(&format!("  m{provider} --> m{at}\n"));
        }
    }
    if let Some(last) = modules.iter().position(|module| module.last) {
        let free = |at: &usize| *at != last && !needs.iter().any(|all| all.contains(at));
        for at in (0..modules.len()).filter(free) {
            text.push_str(&format!("  m{at} -. last .-> m{last}\n"));
        }
    }
    text.push_str("```\n");
}

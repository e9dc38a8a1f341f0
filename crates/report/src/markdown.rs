//! The page as Markdown: for a wiki, a merge request, a ticket.

use crate::{Item, ItemState, Page, words};
use segue_view::duration;
use std::fmt::Write;

/// Writes it down.
pub fn markdown(page: &Page) -> String {
    let report = &page.report;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "# Release {} of {}\n",
        report.release, report.environment
    );
    let _ = writeln!(text, "**{}**\n", page.headline);
    if page.sandbox {
        let _ = writeln!(
            text,
            "Carried out against embedded clouds: nothing real was changed.\n"
        );
    }
    facts(&mut text, page);
    modules(&mut text, page);
    for section in &page.sections {
        let _ = writeln!(text, "## {}\n", section.title);
        for item in &section.items {
            checked(&mut text, item);
        }
        text.push('\n');
    }
    failures(&mut text, page);
    people(&mut text, page);
    audit(&mut text, page);
    text
}

fn facts(text: &mut String, page: &Page) {
    let report = &page.report;
    let _ = writeln!(
        text,
        "- {} to {}, {} (critical path {})",
        page.began.utc,
        page.ended.utc,
        duration(report.took_ms),
        duration(report.critical_path_ms)
    );
    let _ = writeln!(text, "- {}", words::requests(report));
    for trigger in &report.triggers {
        let back = match (&trigger.before, &trigger.given_back) {
            (None, _) => "not touched",
            (Some(_), Some(back)) => back,
            (Some(_), None) => "**not given back**",
        };
        let _ = writeln!(text, "- Trigger {}: {}", escape(&trigger.trigger), back);
    }
    for stay in &report.stays {
        let _ = writeln!(
            text,
            "- Not undone: `{}`, because {}",
            stay.operation,
            escape(&stay.why)
        );
    }
    text.push('\n');
}

fn modules(text: &mut String, page: &Page) {
    text.push_str(
        "| Module | Target | Before | Wanted | Outcome | Took |\n|---|---|---|---|---|---|\n",
    );
    for module in &page.report.modules {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            module.module,
            module.target,
            words::former(module),
            module.to,
            words::outcome(module, &page.report),
            module.took_ms.map(duration).unwrap_or_default(),
        );
    }
    text.push('\n');
}

fn checked(text: &mut String, item: &Item) {
    let tick = if item.state == ItemState::Done {
        'x'
    } else {
        ' '
    };
    let _ = write!(text, "- [{tick}] {}", escape(&item.text));
    if item.state != ItemState::Done {
        let _ = write!(text, " (**{}**)", words::state(item.state));
    }
    text.push('\n');
    let _ = writeln!(text, "  - asked: {}", escape(&item.asked));
    if !item.answered.is_empty() {
        let _ = writeln!(text, "  - answered: {}", escape(&item.answered));
    }
    if let Some(at) = &item.at {
        let took = item.took_ms.map(duration).unwrap_or_default();
        let by = match item.by.as_str() {
            "" => String::new(),
            by => format!(", by {}", escape(by)),
        };
        let _ = writeln!(text, "  - {}, took {took}{by}", at.utc);
    }
}

fn failures(text: &mut String, page: &Page) {
    if page.report.failures.is_empty() {
        return;
    }
    text.push_str("## What failed\n\n");
    for failed in &page.report.failures {
        let failure = &failed.failure;
        let _ = writeln!(
            text,
            "- `{}` {}: {}",
            failed.operation,
            failure.code,
            escape(&failure.what)
        );
        if !failure.words.is_empty() {
            let _ = writeln!(text, "  - {}", escape(&failure.words));
        }
        if !failure.hint.is_empty() {
            let _ = writeln!(text, "  - {}", escape(&failure.hint));
        }
    }
    text.push('\n');
}

fn people(text: &mut String, page: &Page) {
    text.push_str("## People\n\n");
    for deed in &page.report.people {
        let when = crate::page::moment(deed.at_ms);
        let _ = writeln!(text, "- {}: {}", when.utc, escape(&deed.to_string()));
    }
    text.push('\n');
}

fn audit(text: &mut String, page: &Page) {
    let _ = writeln!(
        text,
        "## For auditors\n\n- Plan `{}`\n- Manifest `{}`\n- Lock `{}`\n- Journal: {} events, the last one's hash `{}`\n\n\
         `segue history --verify {}` holds the journal against that hash.",
        page.plan, page.manifest, page.lock, page.events, page.head, page.report.release
    );
}

/// Text that Markdown shows as it is, on one line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

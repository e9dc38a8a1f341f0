//! The page as JUnit XML: every CI shows it
//! (<https://github.com/testmoapp/junitxml>).

use crate::{Item, ItemState, Page, svg::escape, words};
use std::fmt::Write;

/// Writes it down: a suite for each part of the checklist, a case for each item.
pub fn junit(page: &Page) -> String {
    let items = || page.sections.iter().flat_map(|it| &it.items);
    let count = |state| items().filter(|it| it.state == state).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        r#"<testsuites name="release {}" tests="{}" failures="{}" skipped="{}" time="{}">"#,
        escape(page.report.release.as_str()),
        items().count(),
        count(ItemState::Failed) + count(ItemState::Unknown),
        count(ItemState::NotReached) + count(ItemState::Undone),
        seconds(page.report.took_ms),
    );
    for section in &page.sections {
        let _ = writeln!(
            xml,
            r#"  <testsuite name="{}" tests="{}">"#,
            escape(&section.title),
            section.items.len()
        );
        for item in &section.items {
            case(&mut xml, item);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(xml: &mut String, item: &Item) {
    let _ = write!(
        xml,
        r#"    <testcase classname="{}" name="{}" time="{}">"#,
        escape(&item.operation),
        escape(&item.text),
        seconds(item.took_ms.unwrap_or(0))
    );
    let said = escape(words::state(item.state));
    match item.state {
        ItemState::Done => {}
        ItemState::Failed | ItemState::Unknown => {
            let _ = write!(
                xml,
                r#"<failure message="{said}">{}</failure>"#,
                escape(&item.answered)
            );
        }
        ItemState::Undone | ItemState::NotReached => {
            let _ = write!(xml, r#"<skipped message="{said}"/>"#);
        }
    }
    let _ = writeln!(
        xml,
        "<system-out>asked: {}\nanswered: {}</system-out></testcase>",
        escape(&item.asked),
        escape(&item.answered)
    );
}

fn seconds(ms: i64) -> String {
    format!("{:.3}", ms.max(0) as f64 / 1000.0)
}

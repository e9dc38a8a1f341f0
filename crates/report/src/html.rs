//! The page as one HTML file that needs nothing else: no script, no font, no
//! picture from elsewhere. One look tells whether it went well, one scroll why.

use crate::{Item, ItemState, Page, Verdict, page::moment, svg, svg::escape, words};
use segue_view::duration;
use std::fmt::Write;

const STYLE: &str = include_str!("style.css");

/// Writes it down.
pub fn html(page: &Page) -> String {
    let report = &page.report;
    let title = escape(&format!(
        "Release {} of {}",
        report.release, report.environment
    ));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>\n\
         <h1>{title}</h1><p class=\"faint\">{} to {}</p>\n",
        page.began.utc, page.ended.utc
    );
    head(&mut html, page);
    failures(&mut html, page);
    modules(&mut html, page);
    picture(&mut html, page);
    for section in &page.sections {
        let _ = writeln!(html, "<h2>{}</h2>", escape(&section.title));
        for item in &section.items {
            checked(&mut html, item);
        }
    }
    people(&mut html, page);
    audit(&mut html, page);
    html.push_str("</main></body></html>\n");
    html
}

fn head(html: &mut String, page: &Page) {
    let class = match page.verdict {
        Verdict::Good => "good",
        Verdict::Undone => "undone",
        Verdict::Attention => "attention",
        Verdict::Open => "open",
    };
    let headline = escape(&page.headline);
    let _ = writeln!(html, r#"<p class="verdict {class}">{headline}</p>"#);
    if page.sandbox {
        html.push_str("<p>Carried out against embedded clouds: nothing real was changed.</p>\n");
    }
    html.push_str("<dl class=\"facts\">");
    let report = &page.report;
    fact(html, "Took", &duration(report.took_ms));
    fact(html, "Critical path", &duration(report.critical_path_ms));
    let lost = report.requests.as_ref().map_or_else(
        || "not counted".to_owned(),
        |it| format!("{} of {}", it.failed, it.sent),
    );
    fact(html, "Requests lost", &lost);
    let back = report.triggers.iter().filter(|it| it.before.is_some());
    let given = back.clone().filter(|it| {
        let said = it.given_back.as_deref();
        said.is_some_and(|it| !it.starts_with("failed"))
    });
    fact(
        html,
        "Triggers given back",
        &format!("{} of {}", given.count(), back.count()),
    );
    html.push_str("</dl>\n");
}

fn fact(html: &mut String, name: &str, value: &str) {
    let _ = write!(html, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(value));
}

fn failures(html: &mut String, page: &Page) {
    let report = &page.report;
    for failed in &report.failures {
        let failure = &failed.failure;
        let _ = write!(
            html,
            r#"<div class="failure"><p><strong>{}</strong> <code>{}</code>: {}</p>"#,
            escape(&failure.code),
            escape(&failed.operation),
            escape(&failure.what)
        );
        for more in [&failure.words, &failure.hint] {
            if !more.is_empty() {
                let _ = write!(html, "<p>{}</p>", escape(more));
            }
        }
        html.push_str("</div>\n");
    }
    for stay in &report.stays {
        let _ = writeln!(
            html,
            r#"<div class="failure"><p><code>{}</code> is not undone, because {}</p></div>"#,
            escape(&stay.operation),
            escape(&stay.why)
        );
    }
}

fn modules(html: &mut String, page: &Page) {
    html.push_str(
        "<h2>Versions</h2><div class=\"wide\"><table><thead><tr><th>Module<th>Target<th>Before\
         <th>Wanted<th>Outcome<th>Took</tr></thead><tbody>\n",
    );
    for module in &page.report.modules {
        let cells = [
            module.module.clone(),
            module.target.clone(),
            words::former(module),
            module.to.to_string(),
            words::outcome(module, &page.report),
            module.took_ms.map(duration).unwrap_or_default(),
        ];
        html.push_str("<tr>");
        for cell in cells {
            let _ = write!(html, "<td>{}</td>", escape(&cell));
        }
        html.push_str("</tr>\n");
    }
    let requests = escape(&words::requests(&page.report));
    let _ = writeln!(html, "</tbody></table></div><p>{requests}</p>");
}

fn picture(html: &mut String, page: &Page) {
    let _ = writeln!(
        html,
        "<h2>Timeline</h2><div class=\"wide\">{}</div><p class=\"legend\">\
         <i style=\"background:#2456b8\"></i>on the critical path\
         <i style=\"background:#5b8def\"></i>beside it\
         <i style=\"background:#b98a1d\"></i>undone\
         <i style=\"background:#c8372d\"></i>failed</p>",
        svg::timeline(page)
    );
}

fn checked(html: &mut String, item: &Item) {
    let (class, sign) = match item.state {
        ItemState::Done => ("done", "✓"),
        ItemState::Failed => ("failed", "✗"),
        ItemState::Undone => ("undone-item", "↶"),
        ItemState::Unknown => ("unknown", "?"),
        ItemState::NotReached => ("not-reached", "–"),
    };
    // What went wrong is read first.
    let open = match item.state {
        ItemState::Failed | ItemState::Unknown => " open",
        _ => "",
    };
    let word = match item.state {
        ItemState::Done => String::new(),
        state => format!(r#"<span class="word">{}</span>"#, words::state(state)),
    };
    let _ = write!(
        html,
        r#"<details class="{class}"{open}><summary><span class="sign">{sign}</span><span class="what">{}</span>{word}<span class="took">{}</span></summary><dl>"#,
        escape(&item.text),
        item.took_ms.map(duration).unwrap_or_default(),
    );
    let at = item.at.as_ref().map_or("", |it| it.utc.as_str());
    let rows = [
        ("Asked", item.asked.as_str()),
        ("Answered", &item.answered),
        ("When", at),
        ("By", &item.by),
        ("Operation", &item.operation),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(html, "<dt>{name}</dt><dd>{}</dd>", escape(value));
    }
    html.push_str("</dl></details>\n");
}

fn people(html: &mut String, page: &Page) {
    html.push_str("<h2>People</h2><ul>\n");
    for deed in &page.report.people {
        let when = moment(deed.at_ms).utc;
        let _ = writeln!(
            html,
            r#"<li><span class="faint">{when}</span> {}</li>"#,
            escape(&deed.to_string())
        );
    }
    html.push_str("</ul>\n");
}

fn audit(html: &mut String, page: &Page) {
    html.push_str("<h2>For auditors</h2><dl class=\"facts\">");
    let rows = [
        ("Plan", &page.plan),
        ("Manifest", &page.manifest),
        ("Lock", &page.lock),
        ("Hash of the last event", &page.head),
    ];
    for (name, value) in rows {
        let value = escape(value);
        let _ = write!(
            html,
            "<div><dt>{name}</dt><dd><code>{value}</code></dd></div>"
        );
    }
    let release = escape(page.report.release.as_str());
    let _ = writeln!(
        html,
        "</dl><p>The journal holds {} events of this release. <code>segue history --verify \
         {release}</code> holds them against that hash.</p>",
        page.events
    );
}

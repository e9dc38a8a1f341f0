//! The picture of a release's time: a row for each module, trigger and step of the
//! release, a bar for each operation. Colours are classes, so that the page they
//! stand in decides on them; by itself the picture brings its own.

use crate::{Bar, Page};
use segue_view::duration;
use std::fmt::Write;

/// The size of the picture, in pixels.
const WIDTH: f64 = 960.0;
const NAMES: f64 = 230.0;
const ROW: f64 = 22.0;
const TOP: f64 = 26.0;

/// The shortest bar that a person can see, in pixels.
const SHORTEST: f64 = 2.0;

const STYLE: &str = "\
.row{fill:currentColor;opacity:.05}.name,.tick{font:12px system-ui,sans-serif;fill:currentColor}\
.tick{opacity:.6}.grid{stroke:currentColor;opacity:.15}\
.bar{fill:#5b8def}.critical{fill:#2456b8}.undoing{fill:#b98a1d}.failed{fill:#c8372d}";

/// Draws it; nothing when nothing ran.
pub fn timeline(page: &Page) -> String {
    let Some(last) = page.bars.iter().map(|it| it.to_ms).max() else {
        return String::new();
    };
    let scale = (WIDTH - NAMES - 10.0) / (last.max(1) as f64);
    let rows = rows(&page.bars);
    let height = TOP + rows.len() as f64 * ROW + 6.0;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" aria-label="When each operation ran" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"><style>{STYLE}</style>"#
    );
    ticks(&mut svg, last, scale, height);
    for (at, (name, bars)) in rows.iter().enumerate() {
        let top = TOP + at as f64 * ROW;
        if at % 2 == 0 {
            let _ = write!(
                svg,
                r#"<rect class="row" x="0" y="{top}" width="{WIDTH}" height="{ROW}"/>"#
            );
        }
        let (base, name) = (top + 15.0, escape(&shortened(name)));
        let _ = write!(svg, r#"<text class="name" x="6" y="{base}">{name}</text>"#);
        for bar in bars {
            draw(&mut svg, bar, top, scale);
        }
    }
    svg.push_str("</svg>");
    svg
}

fn rows(bars: &[Bar]) -> Vec<(&str, Vec<&Bar>)> {
    let mut rows: Vec<(&str, Vec<&Bar>)> = Vec::new();
    for bar in bars {
        match rows.iter_mut().find(|(name, _)| *name == bar.row) {
            Some((_, row)) => row.push(bar),
            None => rows.push((&bar.row, vec![bar])),
        }
    }
    rows
}

fn draw(svg: &mut String, bar: &Bar, top: f64, scale: f64) {
    let took = bar.to_ms - bar.from_ms;
    let (x, y) = (NAMES + bar.from_ms as f64 * scale, top + 4.0);
    // A hair of ground between two bars tells them apart.
    let wide = (took as f64 * scale - 0.5).max(SHORTEST);
    let class = match bar {
        Bar { failed: true, .. } => "bar failed",
        Bar { undoing: true, .. } => "bar undoing",
        Bar { critical: true, .. } => "bar critical",
        _ => "bar",
    };
    let doing = if bar.undoing { "undo " } else { "" };
    let title = escape(&format!("{doing}{}: {}", bar.operation, duration(took)));
    let _ = write!(
        svg,
        r#"<rect class="{class}" x="{x:.1}" y="{y}" width="{wide:.1}" height="14" rx="2"><title>{title}</title></rect>"#
    );
}

fn ticks(svg: &mut String, last: i64, scale: f64, height: f64) {
    let step = step(last);
    let mut at = 0;
    while at <= last {
        let x = NAMES + at as f64 * scale;
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{height}"/><text class="tick" x="{:.1}" y="16">{}</text>"#,
            x + 3.0,
            label(at, last, step)
        );
        at += step;
    }
}

/// What a tick is called; nothing where the picture ends before the name would.
fn label(at: i64, last: i64, step: i64) -> String {
    match at {
        0 => "0".to_owned(),
        at if last - at < step / 2 => String::new(),
        at => duration(at),
    }
}

/// A round distance between ticks, in milliseconds, of which there are at most eight.
fn step(last: i64) -> i64 {
    const ROUND: [i64; 12] = [
        100, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ];
    let round = ROUND.into_iter().find(|step| last / step <= 8);
    round.unwrap_or_else(|| last / 8 / 3_600_000 * 3_600_000 + 3_600_000)
}

/// A name that fits its column.
fn shortened(name: &str) -> String {
    const MOST: usize = 32;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    name.chars().take(MOST - 1).chain(['…']).collect()
}

/// Text as XML and HTML want it.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // XML 1.0 has no room for other control characters.
            '\t' | '\n' => escaped.push(c),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for last in [1, 99, 21_500, 3_599_999, 86_400_000, 864_000_000] {
            let step = step(last);
            assert!(last / step <= 8, "{last}");
        }
        assert_eq!(step(21_500), 5_000);
    }
}

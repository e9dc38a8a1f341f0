//! A terminal's screen, as `tmux capture-pane -e -p` writes it, drawn as SVG.

use std::fmt::Write;

/// The size of a character's cell, in pixels.
const CELL: (f64, f64) = (8.4, 18.0);
/// The space around the screen, in pixels; above it are the window's buttons.
const EDGE: f64 = 18.0;
const BAR: f64 = 26.0;

const GROUND: &str = "#16181d";
const TEXT: &str = "#d5d8de";
const FAINT: &str = "#7d828c";

/// How a run of characters looks.
#[derive(Clone, Copy, Default, PartialEq)]
struct Look {
    bold: bool,
    faint: bool,
    color: Option<&'static str>,
}

/// Draws the screen.
pub(crate) fn draw(screen: &str) -> String {
    let mut look = Look::default();
    let lines = screen.trim_end().lines();
    let lines: Vec<_> = lines.map(|line| runs(line, &mut look)).collect();
    let columns = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let size = |cells: usize, cell: f64| cells as f64 * cell + 2.0 * EDGE;
    let (wide, high) = (size(columns, CELL.0), size(lines.len(), CELL.1) + BAR);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0}" height="{high:.0}" viewBox="0 0 {wide:.0} {high:.0}">
<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>
<g fill="{FAINT}"><circle cx="20" cy="18" r="5"/><circle cx="38" cy="18" r="5"/><circle cx="56" cy="18" r="5"/></g>
<g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" fill="{TEXT}" xml:space="preserve">
"#
    );
    for (row, line) in lines.iter().enumerate() {
        let base = EDGE + BAR + (row as f64 + 0.75) * CELL.1;
        let mut column = 0;
        for (look, text) in line {
            let cells = text.chars().count();
            if !text.trim().is_empty() {
                run(&mut svg, column, base, *look, text);
            }
            column += cells;
        }
    }
    svg.push_str("</g>\n</svg>");
    svg
}

fn width(line: &[(Look, String)]) -> usize {
    line.iter().map(|(_, text)| text.chars().count()).sum()
}

/// One run, stretched over its cells: no font's width can move what follows.
fn run(svg: &mut String, column: usize, base: f64, look: Look, text: &str) {
    let lead = text.len() - text.trim_start().len();
    let text = text.trim();
    let x = EDGE + (column + lead) as f64 * CELL.0;
    let long = text.chars().count() as f64 * CELL.0;
    let bold = if look.bold {
        r#" font-weight="bold""#
    } else {
        ""
    };
    let color = look.color.or(look.faint.then_some(FAINT));
    let color = color.map_or(String::new(), |color| format!(r#" fill="{color}""#));
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        r#"<text x="{x:.1}" y="{base:.1}" textLength="{long:.1}"{bold}{color}>{text}</text>"#
    );
}

/// The line's runs of characters that look the same. A look goes on from line
/// to line until it is changed.
fn runs(line: &str, look: &mut Look) -> Vec<(Look, String)> {
    let mut runs: Vec<(Look, String)> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic());
            let end = end.unwrap_or(sequence.len());
            if sequence[end..].starts_with('m') {
                *look = turned(*look, &sequence[..end]);
            }
            rest = sequence.get(end + 1..).unwrap_or_default();
            continue;
        }
        let mut later = rest.char_indices().skip(1);
        let end = later
            .find(|(_, c)| *c == '\u{1b}')
            .map_or(rest.len(), |(at, _)| at);
        let (text, after) = rest.split_at(end);
        match runs.last_mut() {
            Some((last, run)) if last == look => run.push_str(text),
            _ => runs.push((*look, text.to_owned())),
        }
        rest = after;
    }
    runs
}

/// What "select graphic rendition" (ECMA-48, 8.3.117) makes of a look.
fn turned(look: Look, codes: &str) -> Look {
    // Colours by number: nothing of Segue's uses them.
    if codes.starts_with("38;") || codes.starts_with("48;") {
        return look;
    }
    codes.split(';').fold(look, |look, code| match code {
        "" | "0" => Look::default(),
        "1" => Look { bold: true, ..look },
        "2" => Look {
            faint: true,
            ..look
        },
        "22" => Look {
            bold: false,
            faint: false,
            ..look
        },
        "39" => Look {
            color: None,
            ..look
        },
        _ => Look {
            color: color(code).or(look.color),
            ..look
        },
    })
}

fn color(code: &str) -> Option<&'static str> {
    Some(match code {
        "31" | "91" => "#ff6b6b",
        "32" | "92" => "#7fd88f",
        "33" | "93" => "#f2c55c",
        "34" | "94" => "#6fb1ff",
        "35" | "95" => "#d48fff",
        "36" | "96" => "#62d6e8",
        "90" => FAINT,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Look, draw, runs};

    #[test]
    fn colors_and_weights_are_kept_and_text_is_escaped() {
        let line = "a \u{1b}[1;32mok\u{1b}[0m <b>";
        let green = Look {
            bold: true,
            color: Some("#7fd88f"),
            ..Look::default()
        };
        let plain = Look::default();
        let expected = [(plain, "a "), (green, "ok"), (plain, " <b>")];
        let found = runs(line, &mut Look::default());
        let found: Vec<_> = found
            .iter()
            .map(|(look, text)| (*look, text.as_str()))
            .collect();
        assert!(found == expected);
        assert!(draw(line).contains(">&lt;b></text>"));
    }

    #[test]
    fn no_screen_breaks_it() {
        for screen in [
            "",
            "\u{1b}",
            "\u{1b}[",
            "\u{1b}[3",
            "\u{1b}[38;5;1mä\u{1b}[K",
        ] {
            assert!(draw(screen).ends_with("</svg>"));
        }
    }
}

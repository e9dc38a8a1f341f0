//! A release live in a terminal: a tree with a bar for each module.

use crate::{
    Paint, View,
    rows::{Mood, Row, Rows, Topic},
};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use segue_model::{Notice, Plan};

/// The width of a bar, in characters.
const BAR: usize = 12;

/// A release live in a terminal.
pub struct Terminal {
    rows: Rows,
    bars: Vec<ProgressBar>,
    names: usize,
    paint: Paint,
}

impl Terminal {
    /// Draws `plan` on standard error.
    pub fn new(plan: &Plan, paint: Paint) -> Self {
        let rows = Rows::new(plan);
        let names = rows.rows.iter().map(|row| label(row).chars().count()).max();
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(12));
        let bars = rows.rows.iter().map(|row| {
            let bar = screen.add(ProgressBar::new(row.total.max(1)));
            bar.set_style(style());
            bar
        });
        let mut terminal = Self {
            bars: bars.collect(),
            names: names.unwrap_or(0),
            rows,
            paint,
        };
        for at in 0..terminal.bars.len() {
            terminal.draw(at);
        }
        terminal
    }

    fn draw(&mut self, at: usize) {
        let row = &self.rows.rows[at];
        let bar = &self.bars[at];
        let last = at + 1 == self.bars.len();
        let branch = if last { "└─" } else { "├─" };
        let label = label(row);
        let pad = " ".repeat(self.names.saturating_sub(label.chars().count()));
        let (sign, line) = self.signed(row);
        bar.set_prefix(format!("{branch} {sign} {label}{pad}"));
        bar.set_position(row.done);
        bar.set_message(line);
    }

    fn signed(&self, row: &Row) -> (String, String) {
        let paint = self.paint;
        let line: String = row.line.chars().take(160).collect();
        let line = line.replace(['\n', '\r'], " ");
        match row.mood {
            Mood::Waiting => (paint.faint("·"), line),
            Mood::Running => (paint.strong("▸"), line),
            Mood::Done => (paint.good("✓"), paint.faint(line)),
            Mood::Undoing => (paint.warn("↶"), line),
            Mood::Undone => (paint.warn("↶"), paint.faint(line)),
            Mood::Failed => (paint.bad("✗"), paint.bad(line)),
        }
    }
}

impl View for Terminal {
    fn show(&mut self, notice: &Notice) {
        if let Some(at) = self.rows.take(notice) {
            self.draw(at);
        }
    }

    fn end(&mut self) {
        for bar in &self.bars {
            bar.abandon();
        }
    }
}

fn label(row: &Row) -> String {
    match &row.topic {
        Topic::Before => "gates and checks".into(),
        Topic::Unit { name, from, to } => format!("{name}  {from} → {to}"),
        Topic::Triggers => "triggers".into(),
        Topic::After => "afterwards".into(),
    }
}

fn style() -> ProgressStyle {
    let template = format!("{{prefix}} {{bar:{BAR}}} {{wide_msg}}");
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

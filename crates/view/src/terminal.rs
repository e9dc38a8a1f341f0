//! A release live in a terminal: a tree with a bar for each module.

use crate::{
    Paint, View, clock,
    gates::{Names, lacks, wanted},
    people::Deed,
    rows::{Mood, Row, Rows, Topic, retrying},
    wrap::{plain, wrap},
};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use segue_model::{Notice, Plan};
use std::{io::Write, time::Duration};

/// How often the screen is drawn in a second, at most.
const HERTZ: u8 = 12;

/// A release live in a terminal.
pub struct Terminal {
    screen: MultiProgress,
    rows: Rows,
    bars: Vec<ProgressBar>,
    clock: ProgressBar,
    columns: Columns,
    width: usize,
    paint: Paint,
    names: Names,
    asking: bool,
}

/// What fits beside each other.
struct Columns {
    name: usize,
    from: usize,
    to: usize,
    /// Whether there is room for versions.
    versions: bool,
    bar: usize,
}

impl Columns {
    fn of(rows: &[Row], width: usize) -> Self {
        let widest = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
        Self {
            name: widest(&|row| name(row).chars().count()),
            from: widest(&|row| versions(row).0.chars().count()),
            to: widest(&|row| versions(row).1.chars().count()),
            versions: width >= 90,
            bar: if width >= 120 { 12 } else { 6 },
        }
    }
}

impl Terminal {
    /// Draws `plan` on standard error, which has `width` columns.
    pub fn new(plan: &Plan, paint: Paint, width: usize) -> Self {
        let rows = Rows::new(plan);
        let columns = Columns::of(&rows.rows, width);
        let screen = MultiProgress::with_draw_target(target());
        let bars = rows.rows.iter().map(|row| {
            // Nothing is done there: it takes no room.
            if row.total == 0 {
                return ProgressBar::hidden();
            }
            let bar = screen.add(ProgressBar::new(row.total));
            let template = format!("{{prefix}} {{bar:{}}} {{wide_msg}}", columns.bar);
            bar.with_style(style(&template))
        });
        let bars = bars.collect();
        let clock = screen.add(ProgressBar::new(rows.done().1));
        clock.set_style(style("   {elapsed}, {pos} of {len} operations"));
        clock.enable_steady_tick(Duration::from_secs(1));
        let mut terminal = Self {
            screen,
            rows,
            bars,
            clock,
            columns,
            width,
            paint,
            names: Names::of(plan),
            asking: false,
        };
        terminal.draw_all();
        terminal
    }

    fn draw_all(&mut self) {
        for at in 0..self.bars.len() {
            self.draw(at);
        }
    }

    fn draw(&mut self, at: usize) {
        let row = &self.rows.rows[at];
        let bar = &self.bars[at];
        let last = self.rows.rows.iter().skip(at + 1).all(|it| it.total == 0);
        let branch = if last { "└─" } else { "├─" };
        let (sign, line) = self.signed(row);
        bar.set_prefix(format!("{branch} {sign} {}", self.label(row)));
        bar.set_position(row.done);
        bar.set_message(line);
        self.clock.set_position(self.rows.done().0);
    }

    /// What is said above the tree, where it stays: what people did and have to do.
    fn remark(&self, notice: &Notice) -> Option<String> {
        match notice {
            Notice::Journaled(event) => {
                let deed = Deed::of(&self.names, event)?;
                Some(format!("{} {deed}", clock(event.at_ms)))
            }
            Notice::Awaiting {
                operation,
                from,
                count,
                approved,
            } if lacks(*count, approved) => {
                let gate = self.names.name(operation);
                Some(format!(
                    "? {gate} waits for {}. On any machine: segue approve {gate} --because \"…\"",
                    wanted(*count, from, approved)
                ))
            }
            Notice::Refused { by, why, .. } => {
                Some(format!("! what {by} asked for changes nothing: {why}"))
            }
            Notice::JournalAway { failure, wait_ms } => {
                Some(format!("… journal: {}", retrying(failure, *wait_ms)))
            }
            Notice::Awaiting { .. }
            | Notice::Begun { .. }
            | Notice::Progress { .. }
            | Notice::Retrying { .. } => None,
        }
    }

    fn label(&self, row: &Row) -> String {
        let Columns {
            name: wide,
            from,
            to,
            ..
        } = self.columns;
        let label = format!("{:wide$}", name(row));
        if !self.columns.versions {
            return label;
        }
        let (former, wanted) = versions(row);
        let arrow = if wanted.is_empty() { " " } else { "→" };
        format!("{label}  {former:>from$} {arrow} {wanted:to$}")
    }

    fn signed(&self, row: &Row) -> (String, String) {
        let paint = self.paint;
        let line = plain(row.said()).replace('\n', " ");
        match row.mood() {
            Mood::Waiting if row.after.is_empty() => (paint.faint("·"), line),
            Mood::Waiting => {
                let after = format!("after {}", row.after.join(", "));
                (paint.faint("·"), paint.faint(after))
            }
            Mood::Running => (paint.strong("▸"), line),
            Mood::Asking => (paint.warn("?"), paint.warn(line)),
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
        if let Some(line) = self.remark(notice) {
            let line = wrap(&plain(&line), 2, self.width);
            self.say(&self.paint.warn(line));
        }
    }

    fn say(&mut self, text: &str) {
        // A screen that cannot be written to shows nothing else either.
        let _ = self.screen.println(text);
    }

    /// The picture stays as it was when the question came up.
    fn ask(&mut self, question: &str) {
        self.screen.set_draw_target(ProgressDrawTarget::hidden());
        self.asking = true;
        let _ = writeln!(std::io::stderr(), "{question}");
    }

    fn go_on(&mut self) {
        if !std::mem::take(&mut self.asking) {
            return;
        }
        self.screen.set_draw_target(target());
        self.draw_all();
    }

    fn end(&mut self) {
        self.clock.finish_and_clear();
        for bar in &self.bars {
            bar.abandon();
        }
    }
}

fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr_with_hz(HERTZ)
}

fn name(row: &Row) -> &str {
    match &row.topic {
        Topic::Before => "gates and checks",
        Topic::Unit { name, .. } => name,
        Topic::Triggers => "triggers",
        Topic::After => "afterwards",
    }
}

fn versions(row: &Row) -> (&str, &str) {
    match &row.topic {
        Topic::Unit { from, to, .. } => (from, to),
        _ => ("", ""),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

//! Events → view models → terminal, lines, JSON, report.
//!
//! Every view consumes the same stream of notices, live or replayed from a
//! journal. It knows the model and the machine (to tell when an operation
//! began); it never reaches the engine: what a person does enters as an event.

mod failure_text;
mod json;
mod lines;
mod paint;
mod plan_text;
mod report;
mod report_text;
mod rows;
mod terminal;
mod timeline;
mod wrap;

pub use failure_text::failure_text;
pub use json::JsonLines;
pub use lines::Lines;
pub use paint::Paint;
pub use plan_text::{Step, plan_text};
pub use report::{FailureReport, ModuleReport, Report, Requests, TriggerReport};
pub use report_text::report_text;
pub use terminal::Terminal;
pub use timeline::{Span, Timeline};

use segue_model::Notice;

/// Shows a release as it goes on.
pub trait View: Send {
    /// One more thing to show.
    fn show(&mut self, notice: &Notice);

    /// Something else is to be said to whoever watches.
    fn say(&mut self, text: &str);

    /// A person is asked something: until [`View::go_on`], the screen is theirs.
    fn ask(&mut self, question: &str) {
        self.say(question);
    }

    /// The person has answered.
    fn go_on(&mut self) {}

    /// Nothing more comes: leave the screen as the report should find it.
    fn end(&mut self);
}

/// A duration as people say it: `340 ms`, `12.4 s`, `3 min 20 s`.
pub fn duration(ms: i64) -> String {
    match ms.max(0) {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms @ 1_000..60_000 => format!("{:.1} s", ms as f64 / 1000.0),
        ms => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

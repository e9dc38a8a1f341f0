//! Events → view models → terminal, lines, JSON, report.
//!
//! Every view consumes the same stream of notices, live or replayed from a
//! journal. It knows the model and the machine (to tell when an operation
//! began); it never reaches the engine: what a person does enters as an event.

mod failure_text;
mod gates;
mod json;
mod leases;
mod lines;
mod paint;
mod people;
mod plan_text;
mod report;
mod report_text;
mod rows;
mod terminal;
mod time;
mod timeline;
mod wrap;

pub use failure_text::failure_text;
pub use gates::{Approved, GateReport, GateState, gate_name};
pub use json::JsonLines;
pub use leases::Lease;
pub use lines::Lines;
pub use paint::Paint;
pub use people::Deed;
pub use plan_text::{Step, plan_text};
pub use report::{FailureReport, ModuleReport, Report, Stay, TriggerReport};
pub use report_text::report_text;
pub use terminal::Terminal;
pub use time::{clock, duration, moment};
pub use timeline::{Span, Timeline};
pub use wrap::wrap;

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

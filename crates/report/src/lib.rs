//! The finished page of a release: each item of its checklist with the evidence,
//! versions before and after, a picture of its time, and what an auditor needs to
//! hold it against the journal. One value, four ways to write it down.
//!
//! Pure: it is given the plan and the events, and asks nobody.

mod asked;
mod bars;
mod checklist;
mod html;
mod junit;
mod markdown;
mod page;
mod svg;
mod words;

pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use page::{Bar, Input, Item, ItemState, Moment, Page, Section, Verdict};
pub use svg::timeline;

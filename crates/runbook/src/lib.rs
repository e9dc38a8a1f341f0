//! The runbook room: a page that people wrote becomes a manifest, and a manifest becomes
//! a page that people read.
//!
//! It does no I/O. It knows the names of platforms, as the manifest does, and no cloud.
//! It must not know plans, releases and locks: what a page shows of them enters as plain
//! values.
//!
//! The way of the data, inwards: bytes → text ([`decode`]) → blocks ([`page`]) → senses
//! of words ([`words`]) → facts ([`read`]) → the manifest's text ([`draft`]). Every
//! language's words stand in one file each, and nothing but words stands there. Outwards
//! there is one step, [`export()`].

mod decode;
mod draft;
mod export;
mod fact;
mod import;
mod names;
mod outline;
mod page;
mod problem;
mod read;
mod starter;
mod words;
mod written;

pub use export::{Locked, Page, export, is_current};
pub use fact::{Condition, Fact, Kind, Platform, Practice, Setting, StartedBy, What};
pub use import::{Imported, import};
pub use outline::{Outline, Placed, Site};
pub use problem::Problem;
pub use starter::Starter;
pub use words::slug;

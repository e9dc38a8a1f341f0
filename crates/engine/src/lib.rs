//! The one async loop: it journals what happened, asks the machine what is to
//! be done, has it done, and brings back the outcome.
//!
//! ```text
//!   outcomes ─► journal (one transaction, on the disk) ─► machine ─► commands ─► adapters ─► outcomes
//! ```
//!
//! Intent before effect (law 3): a command leaves only after the event that
//! caused it is on the disk; replaying the journal gives the command again. An
//! operation that was in flight in a crash is simply called again: adapters
//! look before they act.
//!
//! What people ask, from here or from elsewhere, becomes an event like any
//! outcome. Before an operation touches a module that nothing of this release has
//! under way, what is live is held against what should be (`drift`): a change by
//! somebody else is told and not overwritten.

mod append;
mod clock;
mod dispatch;
mod drift;
mod gates;
mod handle;
mod inbox;
mod name;
mod people;
mod reporter;
mod run;
mod setup;
mod task;
mod units;

pub use clock::{Clock, SystemClock};
pub use handle::Handle;
pub use run::Conclusion;
pub use setup::{Engine, Setup};

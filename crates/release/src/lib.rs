//! The release machine: events in, commands out.
//!
//! It is pure: no I/O, no clock, no randomness, no async, and no platform's
//! name. State is a fold of events, so replaying a journal gives the machine
//! that wrote it; the same machine runs production, rehearsals and tests.
//!
//! ```text
//!            failure, undo            all undone that can be
//!   Forward ──────────────► Undoing ──────────► Closing ──► Finished
//!      │  ╰───────────────────╰── abandon ──────────▲          ▲
//!      └──────────────── everything carried out ───────────────┘
//! ```
//!
//! Where nothing is in flight and the release is not over, it waits for people:
//! it is suspended ([`Machine::is_suspended`]) or at a gate
//! ([`Machine::is_awaiting`]). It never stands still.

mod approval;
mod begin;
mod graph;
mod kept;
mod machine;
mod on;
mod state;
mod undo;

pub use approval::Approval;
pub use graph::{BadPlan, Graph};
pub use machine::{Command, Machine};
pub use state::{Cause, Phase, Standing};

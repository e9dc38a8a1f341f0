//! The release machine: events in, commands out.
//!
//! It is pure: no I/O, no clock, no randomness, no async, and no platform's
//! name. State is a fold of events, so replaying a journal gives the machine
//! that wrote it; the same machine runs production, rehearsals and tests.
//!
//! ```text
//!            failure, cancel          all undone
//!   Forward ────────────────► Undoing ──────────► Closing ──► Finished
//!      │                                                         ▲
//!      └────────────── everything carried out ───────────────────┘
//! ```

mod begin;
mod graph;
mod machine;
mod on;
mod state;
mod undo;

pub use graph::{BadPlan, Graph};
pub use machine::{Command, Machine};
pub use state::{Cause, Phase, Standing};

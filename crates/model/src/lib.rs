//! The words that several rooms share: names, versions, units, operations,
//! outcomes, events, failures.
//!
//! It knows no room, no I/O, no clock and no platform. A word enters when
//! three rooms use it.

mod capabilities;
mod digest;
mod event;
mod failure;
mod id;
mod notice;
mod operation;
mod plan;
mod request;
mod requests;
mod unit;
mod version;

pub use capabilities::{Capabilities, Shifting};
pub use digest::Digest;
pub use event::{Direction, Ending, Event, EventKind};
pub use failure::{Failure, FailureKind, Fault};
pub use id::{ModuleId, OperationId, OperationKey, ReleaseId, TargetId, TriggerId};
pub use notice::Notice;
pub use operation::{Action, Evidence, Operation, Subject, Undo, Verb};
pub use plan::{Change, FORMAT as PLAN_FORMAT, Plan};
pub use request::{Request, Wish};
pub use requests::Requests;
pub use unit::{Observation, Unit};
pub use version::{Range, Version};

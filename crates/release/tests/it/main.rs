//! The laws of the machine, over random plans, outcomes, crashes and cancels.

#![allow(clippy::unwrap_used)]
mod paths;
mod plans;
mod story;
mod wishes;

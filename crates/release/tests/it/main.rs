//! The laws of the machine, over random plans, outcomes, crashes and cancels.

#![allow(clippy::unwrap_used)]
mod laws;
mod paths;
mod world;

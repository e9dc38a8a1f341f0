//! The adapter against a cluster: the twin, with workloads that really answer.

// The helpers between the tests unwrap as the tests do.
#![allow(clippy::unwrap_used)]

mod config;
mod faults;
mod matching;
mod revert;
mod stage;
mod trigger;
mod verify;
mod world;

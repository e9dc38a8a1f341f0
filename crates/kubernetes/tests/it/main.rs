//! The adapter against a cluster: the twin, with workloads that really answer.

mod config;
mod faults;
mod revert;
mod stage;
mod trigger;
mod verify;
mod world;

//! All twins together, furnished for one project: what a release finds before
//! it begins, workloads that answer, a steady load, and a place to break things.
//!
//! The former versions are deployed through the same adapters that a release
//! uses. Whoever drives a sandbox reaches it over HTTP ([`Client`]), whether it
//! runs in the same process or in one of its own.

mod catalog;
mod client;
mod clouds;
mod control;
mod former;
mod load;
mod outside;
mod project;
mod repository;
mod secrets;
mod start;

pub use client::Client;
pub use load::{LoadReport, Sample};
pub use project::{Former, Options, Project, World};
pub use segue_twin::{effects::Effect, faults::FaultKind};
pub use start::{Running, Sandbox};

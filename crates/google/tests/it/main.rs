//! The Google adapters against the Google twins.
#![allow(clippy::unwrap_used)] // A helper that fails is a test that fails.

mod checks;
mod cloud_functions;
mod cloud_run;
mod sandbox;
mod triggers;

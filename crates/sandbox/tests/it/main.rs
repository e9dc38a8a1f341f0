//! What every adapter must do alike, against the twins of a whole sandbox.

#![allow(clippy::unwrap_used)]

mod boundaries;
mod conformance;
mod journal;
mod wire;
mod world;

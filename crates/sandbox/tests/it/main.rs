//! What every adapter must do alike, against the twins of a whole sandbox.

#![allow(clippy::unwrap_used)]

mod boundaries;
mod conformance;
mod journal;
mod network;
mod proxy;
mod wire;
mod world;

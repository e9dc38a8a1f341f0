//! What every adapter must do alike, against the twins of a whole sandbox.

#![allow(clippy::unwrap_used)]

mod conformance;

//! The Azure adapters against the Azure twins: the real wire, on loopback.

// What a helper of a test unwraps fails the test, as it should.
#![allow(clippy::unwrap_used)]

mod deploy;
mod faults;
mod insights;
mod keys;
mod release;
mod sandbox;
mod triggers;
mod vaults;

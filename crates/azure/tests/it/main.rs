//! The Azure adapters against the Azure twins: the real wire, on loopback.

mod deploy;
mod faults;
mod insights;
mod keys;
mod release;
mod sandbox;
mod triggers;
mod vaults;

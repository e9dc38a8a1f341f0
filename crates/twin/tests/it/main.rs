//! The twins, each driven by the clients of its API.

// helpers of tests are tests too, which clippy does not know
#![allow(clippy::unwrap_used)]

mod azure;
mod google;
mod kubernetes;

//! The twins, each driven by the clients of its API.

mod azure;
mod google;
mod kubernetes;

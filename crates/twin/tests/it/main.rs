//! The twins, each driven by the clients of its API.

mod google;

//! The engine with a platform in memory: whole releases, crashes, stops.

#![allow(clippy::unwrap_used)]

mod cloud;
mod crash;
mod releases;

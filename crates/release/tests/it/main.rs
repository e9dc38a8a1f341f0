//! The laws of the machine: told as stories, checked over everything that can
//! happen in small releases, and over random ones of hundreds of operations.

#![allow(clippy::unwrap_used)]
mod model;
mod paths;
mod plans;
mod random;
mod scale;
mod story;
mod wishes;
mod world;

//! The engine with a platform in memory: whole releases, crashes, people,
//! disks that fail, and the laws.

#![allow(clippy::unwrap_used)]

mod boundaries;
mod cloud;
mod drift;
mod durable;
mod laws;
mod people;
mod points;
mod releases;
mod shapes;
mod site;
mod stories;
mod tap;

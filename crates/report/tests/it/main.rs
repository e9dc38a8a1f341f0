//! The finished page of a release, in each way of writing it down.

#![allow(clippy::unwrap_used)]

mod pages;
mod story;

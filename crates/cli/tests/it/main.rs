//! The real program, typed as people type it, against the sandbox's clouds.
#![allow(clippy::unwrap_used)]

mod clouds;
mod commands;
mod faults;
mod good;
mod input;
mod kept_plans;
mod killed;
mod locks;
mod order;
mod process;
mod report;
mod shell;
mod storefront;

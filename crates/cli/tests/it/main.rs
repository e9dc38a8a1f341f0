//! The real program, typed as people type it, against the sandbox's clouds.
#![allow(clippy::unwrap_used)]

mod by_hand;
mod clouds;
mod commands;
mod faults;
mod good;
mod init;
mod input;
mod kept_plans;
mod killed;
mod left;
mod locks;
mod order;
mod pages;
mod people;
mod postgres;
mod process;
mod report;
mod shell;
mod storefront;
mod team;
mod windows;

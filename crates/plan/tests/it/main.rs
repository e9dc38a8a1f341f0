//! Plans of the storefront and of a shop, and what must hold of every plan.

#![allow(clippy::unwrap_used)]

mod people;
mod rollback;
mod shop;
mod storefront;
mod world;

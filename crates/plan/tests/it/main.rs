//! Plans of the storefront, and what must hold of every plan.

#![allow(clippy::unwrap_used)]

mod storefront;
mod world;

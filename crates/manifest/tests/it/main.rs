//! The manifest room from outside: text in, manifest or diagnostics out.

mod schema;
mod storefront;

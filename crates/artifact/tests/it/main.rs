//! Locks made and held against the committed ones, and registries over real
//! HTTP. No Helm and no network: what needs the real Helm is `real-helm`.
#![allow(clippy::unwrap_used)]

mod hostile;
mod locking;
mod oci;
mod storefront;
mod stub;

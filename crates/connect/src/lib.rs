//! Where a manifest's targets meet the adapters that reach them: the one place
//! that names all platforms.
//!
//! Production and sandbox take the same way; they differ in [`Endpoints`] alone.

mod endpoints;
mod observe;
mod registry;
mod tools;
mod units;

pub use endpoints::{Cluster, Endpoints};
pub use observe::{Waiting, observe};
pub use registry::registry;
pub use segue_azure::Endpoints as AzureEndpoints;
pub use segue_google::Endpoints as GoogleEndpoints;
pub use tools::{sandbox_tools, tools};
pub use units::units;

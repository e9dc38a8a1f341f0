//! Azure Functions, Event Grid, Key Vault and Application Insights as Segue's
//! platform, triggers, secrets and performers.
//!
//! Requests are values built by pure functions, one file per API; `arm.rs` is
//! the one file that sends those of the Resource Manager, and the SDK sends
//! those of Key Vault. It knows operations and failures; it knows no plan, no
//! release and no other platform. Nothing here retries: the engine does.

mod access;
mod app;
mod arm;
mod content;
mod credential;
mod errors;
mod event_grid;
mod function_keys;
mod functions;
mod health;
mod insights;
mod key_vault;
mod observe;
mod performers;
mod polling;
mod random;
mod request;
mod revert;
mod risks;
mod sites;
mod slots;
mod stage;
mod startup;
mod swap;
mod verify;
mod wanted;

pub use access::{Access, Credential, Endpoints};
pub use function_keys::FunctionKeyRotate;
pub use functions::AzureFunctions;
pub use insights::ApplicationInsightsCheck;
pub use key_vault::{KeyVault, KeyVaultCheck, KeyVaultRotate};
pub use performers::performers;
pub use risks::risks;

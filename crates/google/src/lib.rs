//! The Google adapters: Cloud Run, Cloud Functions (2nd gen), the triggers
//! Pub/Sub and Cloud Scheduler, and the checks of Artifact Registry and of push
//! subscriptions.
//!
//! It knows Google's APIs and the traits of `segue-platform`; it knows no plan
//! and no release. Requests are values made by pure functions (`run/service.rs`,
//! `run/traffic.rs`, `functions/function.rs`, `iam.rs`); `run/api.rs` and
//! `functions/api.rs` send them. Production and sandbox take the same path:
//! only [`Access`] differs.

mod access;
mod checks;
mod errors;
mod functions;
mod health;
mod iam;
mod risks;
mod run;
mod settings;
mod source;
mod triggers;
mod wait;

pub use access::{Access, Credential, Endpoints};
pub use checks::{ArtifactRegistryCheck, PubsubPushCheck};
pub use functions::CloudFunctions;
pub use risks::risks;
pub use run::CloudRun;
pub use source::source_generation;
pub use triggers::GoogleTriggers;

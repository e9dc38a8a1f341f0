//! Checks that a module may ask for; they change nothing.

mod artifact_registry;
mod pubsub_push;

pub use artifact_registry::ArtifactRegistryCheck;
pub use pubsub_push::PubsubPushCheck;

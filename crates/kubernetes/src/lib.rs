//! Kubernetes as a platform: what is live in a namespace, server-side apply of
//! locked objects, the rollout watched until it is complete and stays so,
//! pruning, and going back.
//!
//! It knows the Kubernetes API and nothing of releases, plans or other
//! platforms. Decisions are pure functions over objects as values
//! (`rollout`, `compare`, `ownership`, `prepare`, `risks`); requests
//! leave through `server` and watches through `watching`, nowhere else.

mod access;
mod apply;
mod compare;
mod errors;
mod gone;
mod health;
mod kept;
mod kinds;
mod matching;
mod object;
mod observe;
mod ownership;
mod platform;
mod prepare;
mod prune;
mod risks;
mod rollout;
mod rollout_pod;
mod server;
mod settings;
mod trigger;
mod wait;
mod watching;

pub use access::Access;
pub use risks::risks;

use rollout::Memory;
use segue_model::Failure;
use segue_platform::{Secrets, Timeouts};
use server::Server;
use std::sync::{Arc, Mutex};

/// The name under which Segue's fields are managed.
/// Source: Kubernetes documentation, "Server-Side Apply", managers.
const FIELD_MANAGER: &str = "segue";

/// One namespace of one cluster.
#[derive(Clone)]
pub struct Kubernetes {
    server: Server,
    secrets: Arc<dyn Secrets>,
    /// The pods that were ready at `stage`: `verify` then sees at once which are
    /// no longer. A process that begins with `verify` goes by their conditions.
    seen: Arc<Mutex<Memory>>,
}

impl Kubernetes {
    /// The namespace `namespace` of the cluster behind `access`; values of
    /// Secret objects come from `secrets`. No request takes longer than `timeouts`
    /// say. Sends nothing yet.
    ///
    /// # Errors
    /// When there is no such context in the kubeconfig (the failure names those
    /// that exist), or when what it says makes no client.
    pub async fn connect(
        access: Access,
        namespace: &str,
        secrets: Arc<dyn Secrets>,
        timeouts: Timeouts,
    ) -> Result<Self, Failure> {
        let client = access.client(&timeouts).await?;
        Ok(Self {
            server: Server::new(client, namespace, timeouts),
            secrets,
            seen: Arc::default(),
        })
    }
}

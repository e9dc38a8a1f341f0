//! What registries are shown, and where it comes from.

use super::docker;
use segue_model::Failure;
use segue_platform::Secret;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use tokio::sync::Mutex;

/// What a registry is shown.
#[derive(Debug, Clone)]
pub enum Credential {
    /// A user's name and password, or what stands for them (`oauth2accesstoken`
    /// and an access token on Artifact Registry).
    Basic {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that goes with every request as it is.
    Bearer(Secret),
    /// A refresh token, exchanged for an access token where the registry says
    /// (`az acr login` stores one).
    Identity(Secret),
}

/// Credentials by host: those set, then the one for everywhere, then those of
/// Docker's file, asked for once.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    set: BTreeMap<String, Credential>,
    everywhere: Option<Credential>,
    docker: Option<PathBuf>,
    asked: Arc<Mutex<BTreeMap<String, Option<Credential>>>>,
}

impl Credentials {
    /// From now on `host` is shown `credential`.
    pub fn set(&mut self, host: &str, credential: Credential) {
        self.set.insert(host.to_owned(), credential);
    }

    /// From now on every other host is shown `credential`.
    pub fn everywhere(&mut self, credential: Credential) {
        self.everywhere = Some(credential);
    }

    /// From now on all other hosts are looked up in Docker's file.
    pub fn docker(&mut self, file: PathBuf) {
        self.docker = Some(file);
    }

    /// What `host` is shown; none when it is asked anonymously.
    pub async fn of(&self, host: &str) -> Result<Option<Credential>, Failure> {
        if let Some(credential) = self.set.get(host).or(self.everywhere.as_ref()) {
            return Ok(Some(credential.clone()));
        }
        let Some(file) = &self.docker else {
            return Ok(None);
        };
        // Held while a helper runs, so that several images ask it once.
        let mut asked = self.asked.lock().await;
        if let Some(known) = asked.get(host) {
            return Ok(known.clone());
        }
        let found = docker::credential(file, host).await?;
        asked.insert(host.to_owned(), found.clone());
        Ok(found)
    }
}

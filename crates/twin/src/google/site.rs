//! What all twins of one project share.

use super::{error::Error, world::World};
use crate::Shared;

pub(super) struct Site {
    pub shared: Shared,
    pub world: World,
}

impl Site {
    /// The account that `caller` acts as: a module's service account, or the
    /// caller itself when it is an account already. None for the internet.
    pub fn account<'a>(&'a self, caller: &'a str) -> Option<&'a str> {
        match self.world.service_accounts.get(caller) {
            Some(account) => Some(account),
            None => caller.contains('@').then_some(caller),
        }
    }

    /// The generation of an object that exists: the given one, or the newest.
    pub fn source(&self, bucket: &str, object: &str, generation: Option<u64>) -> Option<u64> {
        let prefix = format!("gs://{bucket}/{object}#");
        let exists = |generation: &u64| {
            let reference = format!("{prefix}{generation}");
            self.shared.program(&reference).is_some()
        };
        if generation.is_some() {
            return generation.filter(exists);
        }
        let references = self.shared.programs.references();
        references
            .iter()
            .filter_map(|reference| reference.strip_prefix(&prefix)?.parse().ok())
            .filter(exists)
            .max()
    }

    /// The part of a resource's name before its collection.
    pub fn parent(&self) -> String {
        let World {
            project, region, ..
        } = &self.world;
        format!("projects/{project}/locations/{region}")
    }

    /// Answers in place of the API when a fault of `module` wants it so.
    pub fn faults(&self, module: &str, permission: Option<(&str, &str)>) -> Result<(), Error> {
        if self.shared.faults.unavailable(module) {
            return Err(Error::unavailable());
        }
        match permission {
            Some((permission, resource)) if self.shared.faults.denied(module) => {
                Err(Error::denied(permission, resource))
            }
            _ => Ok(()),
        }
    }
}

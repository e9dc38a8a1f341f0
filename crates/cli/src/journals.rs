//! Which journals a command reads and writes: the team's, where there is one,
//! and the one beside the manifest.

use crate::{
    found::Found,
    problem::Problem,
    project::Project,
    state::{State, opened},
};
use clap::Args;
use segue_journal::{Entry, Journal, Place};
use segue_manifest::State as Shared;
use segue_model::{Failure, ReleaseId};
use std::sync::Arc;

/// Where releases are journaled.
#[derive(Debug, Clone, Default, Args)]
pub struct StateArgs {
    /// Where releases are journaled, instead of where the manifest says:
    /// `postgres://…`, or a file.
    #[arg(long, value_name = "URL", env = "SEGUE_STATE", hide_env_values = true)]
    state: Option<String>,
}

/// The journals of one project.
pub struct Journals {
    /// What was said on the command line or in the environment.
    said: Option<Place>,
    /// What the manifest says.
    shared: Option<Shared>,
    local: State,
    environment: String,
}

impl Journals {
    /// Those of `project`.
    pub fn of(project: &Project, args: &StateArgs) -> Self {
        let said = args.state.as_deref().filter(|it| !it.is_empty());
        Self {
            said: said.map(Place::from),
            shared: project.manifest.state.clone(),
            local: State::at(&project.directory),
            environment: project.manifest.environment.clone(),
        }
    }

    /// What is kept beside the manifest.
    pub fn local(&self) -> &State {
        &self.local
    }

    /// The journal in which a new release is written down. A sandbox is a world
    /// of its own, and nobody else's business.
    pub async fn for_new(&self, sandbox: bool) -> Result<Arc<dyn Journal>, Problem> {
        if let Some(place) = &self.said {
            return Ok(opened(place).await?);
        }
        if let Some(shared) = self.shared.as_ref().filter(|_| !sandbox) {
            return Ok(opened(&address(shared)?).await?);
        }
        self.local.make()?;
        Ok(self.local.journal().await?)
    }

    /// All journals that there are, for whoever looks for a release; only those of
    /// sandboxes, or of clouds, where that is known.
    async fn there(&self, sandbox: Option<bool>) -> Result<Vec<Arc<dyn Journal>>, Problem> {
        if let Some(place) = &self.said {
            return Ok(vec![opened(place).await?]);
        }
        let mut there = Vec::new();
        if let Some(shared) = self.shared.as_ref().filter(|_| sandbox != Some(true)) {
            there.push(opened(&address(shared)?).await?);
        }
        there.extend(self.local.journaled().await?);
        Ok(there)
    }

    /// The releases of this environment, the newest first, with where they stand.
    pub async fn releases(&self) -> Result<Vec<(Arc<dyn Journal>, Entry)>, Problem> {
        let mut all = Vec::new();
        for journal in self.there(None).await? {
            let releases = journal.releases().await?.into_iter();
            let ours = releases.filter(|it| it.environment == self.environment);
            all.extend(ours.map(|entry| (journal.clone(), entry)));
        }
        all.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.began_ms));
        Ok(all)
    }

    /// The release called `name`.
    pub async fn named(&self, name: &ReleaseId) -> Result<Found, Problem> {
        let releases = self.releases().await?;
        match releases.into_iter().find(|(_, entry)| entry.id == *name) {
            Some((journal, entry)) => Found::read(journal, entry).await,
            None => Err(unknown(name).into()),
        }
    }

    /// The newest release, whatever became of it.
    pub async fn newest(&self) -> Result<Option<Found>, Problem> {
        match self.releases().await?.into_iter().next() {
            Some((journal, entry)) => Found::read(journal, entry).await.map(Some),
            None => Ok(None),
        }
    }

    /// The releases that are not over, or left something to do: at most one of the
    /// clouds and one of the sandboxes in each journal, the clouds' first. What
    /// ran in a sandbox that is gone cannot be gone on with, and is left out. `only` those
    /// of sandboxes, or of clouds.
    pub async fn open(&self, only: Option<bool>) -> Result<Vec<Found>, Problem> {
        let mut open = Vec::new();
        for journal in self.there(only).await? {
            let releases = journal.releases().await?;
            for sandbox in [false, true] {
                if only.is_some_and(|only| only != sandbox) {
                    continue;
                }
                let newest = releases
                    .iter()
                    .find(|it| it.environment == self.environment && it.sandbox == sandbox);
                let Some(entry) = newest else { continue };
                let found = Found::read(journal.clone(), entry.clone()).await?;
                if !found.is_over() && self.is_there(&found).await? {
                    open.push(found);
                }
            }
        }
        open.sort_by_key(|it| it.entry.sandbox);
        Ok(open)
    }

    /// The release that a command is about: the one that was named, else the one
    /// that is not over.
    pub async fn meant(&self, name: Option<&ReleaseId>) -> Result<Option<Found>, Problem> {
        match name {
            Some(name) => self.named(name).await.map(Some),
            None => Ok(self.open(None).await?.into_iter().next()),
        }
    }

    /// Whether the world of a release still is there. Where somebody carries it out
    /// it is, even when its sandbox is in another directory, or on another machine.
    pub async fn is_there(&self, found: &Found) -> Result<bool, Problem> {
        let entry = &found.entry;
        if !entry.sandbox || found.lives() {
            return Ok(true);
        }
        Ok(self.local.world_since(entry.began_ms).await?)
    }
}

/// Its password is in the environment, not in the manifest.
fn address(shared: &Shared) -> Result<Place, Failure> {
    let address = shared.address(&|name| std::env::var(name).ok())?;
    Ok(Place::from(address.as_str()))
}

/// There is no such release.
pub fn unknown(release: &ReleaseId) -> Failure {
    Problem::input("SEG2209", format!("there is no release {release}"))
        .hint("`segue history` lists the releases")
}

//! Taking up a release that nobody carries out: `resume`, `cancel --undo`, `repair`.

use super::carry_out::{self, Carry};
use crate::{
    console::Console,
    exit::Exit,
    found::{self, Found},
    journals::Journals,
    locking::Wanted,
    problem::Problem,
    session::{SandboxArgs, Session, load, running},
};
use segue_model::{Ending, Wish};
use std::{path::Path, time::Duration};

/// A release that is gone on with.
pub struct GoOn<'a> {
    /// Which.
    pub found: Found,
    /// What people type after a command.
    pub directory: &'a Path,
    /// How many requests the sandbox sends at least.
    pub requests: u64,
    /// How long whoever holds its lock is waited for; not at all when none.
    pub wait: Option<Duration>,
    /// What whoever takes it up asks of it, and why.
    pub wishes: Vec<(Wish, String)>,
}

/// How it came out.
pub struct Outcome {
    /// The release's exit code.
    pub exit: Exit,
    /// How it ended; none when it did not.
    pub ending: Option<Ending>,
}

/// Takes the release up and carries it to its end, or until it is stopped.
pub async fn run(
    go_on: GoOn<'_>,
    journals: &Journals,
    console: Console,
) -> Result<Outcome, Problem> {
    let GoOn {
        found,
        directory,
        requests,
        wait,
        wishes,
    } = go_on;
    let entry = &found.entry;
    if entry.sandbox {
        same_world(&found, journals, directory).await?;
    }
    let (project, locked) = load(directory, entry.sandbox)?;
    let locked = Some(locked);
    let wanted = Wanted {
        environment: &found.lock_name(),
        doing: &found::doing(&entry.id),
        directory,
        wait,
    };
    let held = wanted.take(&*found.journal, console).await?;
    let how = SandboxArgs {
        sandbox: entry.sandbox,
        speed: 1.0,
    };
    let session = Session::begin(project, locked, &how, console).await?;
    let journal = found.journal.clone();
    let carry = Carry {
        session: &session,
        directory,
        release: entry.id.clone(),
        plan: found.plan,
        faults: &[],
        requests,
        wishes,
    };
    let exit = carry_out::run(carry, journal.clone(), held, console).await?;
    let entry = found.entry;
    let ending = Found::read(journal, entry).await?.machine.ending();
    Ok(Outcome { exit, ending })
}

/// That the sandbox that runs is the one that the release was about: in any
/// other world, what the journal says was done was not.
pub async fn same_world(found: &Found, journals: &Journals, path: &Path) -> Result<(), Problem> {
    let running = running(journals.local()).await?;
    if running.is_some_and(|(it, _)| it.since_ms <= found.entry.began_ms) {
        return Ok(());
    }
    Err(gone(found, path))
}

/// The sandbox of a release is gone.
pub fn gone(found: &Found, path: &Path) -> Problem {
    let (release, path) = (&found.entry.id, path.display());
    let what = format!("the sandbox of release {release} is gone, and all of its world");
    let failure = Problem::input("SEG6009", what).hint(format!(
        "begin again: `segue apply {path} --sandbox`; a sandbox that outlives its releases is \
         `segue sandbox {path}`"
    ));
    Problem::With(Exit::Refused, failure)
}

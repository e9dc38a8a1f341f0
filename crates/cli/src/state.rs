//! What Segue keeps beside a manifest, in `.segue/`: the journal, the locks,
//! and where a running sandbox is.

use crate::{person::holder, problem::Problem};
use segue_journal::{Claim, Entry, Held, Journal, Lock, Locked, Sqlite};
use segue_model::{Ending, EventKind, Failure, Fault, ReleaseId};
use segue_sandbox::Running;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// The directory `.segue` beside a manifest.
pub struct State {
    directory: PathBuf,
}

/// A release that somebody may want to go on with.
pub struct Open {
    /// Which.
    pub release: ReleaseId,
    /// Whether it runs against a sandbox.
    pub sandbox: bool,
    /// When it began: milliseconds since 1970-01-01T00:00:00Z.
    pub began_ms: i64,
}

impl State {
    /// That of the project in `directory`, whether it is there or not: for those
    /// who only look.
    pub fn at(directory: &Path) -> Self {
        let directory = directory.join(".segue");
        Self { directory }
    }

    /// That of the project in `directory`; made when it is not there.
    pub fn make(directory: &Path) -> Result<Self, Problem> {
        let state = Self::at(directory);
        let directory = &state.directory;
        fs::create_dir_all(directory).map_err(|error| cannot(directory, &error))?;
        // What stands here is nobody's business in the repository around it.
        let ignore = directory.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|error| cannot(&ignore, &error))?;
        }
        Ok(state)
    }

    /// The journal, if anything was ever journaled.
    pub fn journaled(&self) -> Result<Option<Arc<dyn Journal>>, Failure> {
        let there = self.directory.join("journal.db").exists();
        there.then(|| self.journal()).transpose()
    }

    /// The journal.
    pub fn journal(&self) -> Result<Arc<dyn Journal>, Failure> {
        Ok(Arc::new(Sqlite::open(&self.directory.join("journal.db"))?))
    }

    /// Where the running sandbox of this project is, as its process wrote it.
    pub fn sandbox(&self) -> Option<Running> {
        let text = fs::read_to_string(self.sandbox_file()).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes down where the sandbox is that this process runs.
    pub fn write_sandbox(&self, running: &Running) -> Result<(), Problem> {
        let path = self.sandbox_file();
        let text = serde_json::to_string_pretty(running)
            .map_err(|error| Problem::internal("the sandbox's place is no JSON", &error))?;
        // Another process must find all of it or nothing.
        let new = path.with_extension("new");
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|error| cannot(&path, &error).into())
    }

    /// The sandbox that this process ran is gone.
    pub fn remove_sandbox(&self) {
        // Nobody finds it any more, whether the file goes or was gone.
        let _ = fs::remove_file(self.sandbox_file());
    }

    fn sandbox_file(&self) -> PathBuf {
        self.directory.join("sandbox.json")
    }
}

/// The lock of `environment`, or who holds it.
pub async fn lock(
    journal: &dyn Journal,
    environment: &str,
    doing: &str,
) -> Result<Result<Locked, Held>, Failure> {
    let claim = Claim {
        holder: holder(),
        doing: doing.to_owned(),
    };
    Ok(match journal.lock(environment, &claim, now_ms()).await? {
        Lock::Ours(locked) => Ok(locked),
        Lock::Theirs(held) => Err(held),
    })
}

/// The newest release of the clouds, or of the sandboxes, if it is not over
/// or left something to do.
pub async fn open_release(journal: &dyn Journal, sandbox: bool) -> Result<Option<Open>, Failure> {
    let releases = journal.releases().await?;
    let newest = releases.into_iter().find(|it| it.sandbox == sandbox);
    let Some(entry) = newest else {
        return Ok(None);
    };
    Ok((!is_over(journal, &entry).await?).then_some(Open {
        release: entry.id,
        sandbox,
        began_ms: entry.began_ms,
    }))
}

async fn is_over(journal: &dyn Journal, entry: &Entry) -> Result<bool, Failure> {
    let events = journal.events(&entry.id, 0).await?;
    // A resumption takes an ending back.
    let last = events.iter().rev().find_map(|event| match event.kind {
        EventKind::Finished { ending } => Some(Some(ending)),
        EventKind::Resumed { .. } => Some(None),
        _ => None,
    });
    Ok(matches!(
        last.flatten(),
        Some(Ending::Succeeded | Ending::Undone | Ending::Cancelled)
    ))
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::step("SEG6006", format!("{} cannot be written", path.display()))
        .by(Fault::User)
        .words(error.to_string())
        .hint("Segue keeps its journal beside the manifest: make that directory writable")
}

/// Milliseconds since 1970-01-01T00:00:00Z.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| i64::try_from(it.as_millis()).unwrap_or(i64::MAX))
}

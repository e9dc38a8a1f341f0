//! What Segue keeps beside a manifest, in `.segue/`: a journal, and where a running
//! sandbox is.

use crate::problem::Problem;
use segue_journal::{Journal, Place, open};
use segue_model::{Failure, Fault};
use segue_sandbox::Running;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// What a running sandbox holds: two of one project would overwrite where the
/// other one is.
pub const SANDBOX_LOCK: &str = "sandbox";

/// The directory `.segue` beside a manifest.
pub struct State {
    directory: PathBuf,
}

impl State {
    /// That of the project in `directory`, whether it is there or not: for those
    /// who only look.
    pub fn at(directory: &Path) -> Self {
        let directory = directory.join(".segue");
        Self { directory }
    }

    /// Makes the directory when it is not there.
    pub fn make(&self) -> Result<(), Problem> {
        let directory = &self.directory;
        fs::create_dir_all(directory).map_err(|error| cannot(directory, &error))?;
        // What stands here is nobody's business in the repository around it.
        let ignore = directory.join(".gitignore");
        if !ignore.exists() {
            fs::write(&ignore, "*\n").map_err(|error| cannot(&ignore, &error))?;
        }
        Ok(())
    }

    /// The journal, if anything was ever journaled.
    pub async fn journaled(&self) -> Result<Option<Arc<dyn Journal>>, Failure> {
        if self.directory.join("journal.db").exists() {
            self.journal().await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// The journal.
    pub async fn journal(&self) -> Result<Arc<dyn Journal>, Failure> {
        opened(&Place::File(self.directory.join("journal.db"))).await
    }

    /// Whether a sandbox runs that was up at `moment` already, in milliseconds since
    /// 1970-01-01T00:00:00Z. One that was killed leaves word of where it was, and
    /// no lock.
    pub async fn world_since(&self, moment: i64) -> Result<bool, Failure> {
        if self.sandbox().is_none_or(|it| it.since_ms > moment) {
            return Ok(false);
        }
        match self.journaled().await? {
            Some(journal) => Ok(journal.held(SANDBOX_LOCK).await?.is_some()),
            None => Ok(false),
        }
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

/// Opens a journal; what is wrong with it is said with where it lies.
pub async fn opened(place: &Place) -> Result<Arc<dyn Journal>, Failure> {
    open(place).await.map_err(|failure| {
        let words = format!("{place}: {}", failure.words);
        match failure.code.as_str() {
            "SEG6002" => failure.words(words),
            _ => failure,
        }
    })
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

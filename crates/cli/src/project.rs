//! A directory with a manifest and its lock.

use crate::problem::Problem;
use segue_artifact::{Lock, Mismatch};
use segue_connect::Endpoints;
use segue_manifest::{Manifest, Severity, Source, check_files, parse};
use segue_model::Digest;
use std::path::{Path, PathBuf};

/// The manifest's name.
pub const MANIFEST: &str = "segue.yaml";

/// The lock's name.
pub const LOCK: &str = "segue.lock";

/// The largest file that is read, in bytes: what the parser refuses politely
/// must first be read, what no parser should see must not.
const MOST: u64 = 64 << 20;

/// A manifest and where it lies.
pub struct Project {
    /// Where it lies.
    pub directory: PathBuf,
    /// Its text.
    pub source: Source,
    /// What it says.
    pub manifest: Manifest,
}

/// A lock and the digest of its text.
pub struct Locked {
    /// What it holds.
    pub lock: Lock,
    /// The digest of its text.
    pub digest: Digest,
}

impl Project {
    /// Reads the manifest at `path`: a directory that holds one, or the file.
    pub fn open(path: &Path, endpoints: &Endpoints) -> Result<Self, Problem> {
        let (directory, file) = place(path);
        let bytes = read(&file)?;
        let source = Source::new(file.display().to_string(), bytes);
        let variables = endpoints.variables();
        let parsed = parse(&source, &|name| variables.get(name));
        let mut diagnostics = parsed.diagnostics;
        if let Some(manifest) = &parsed.manifest {
            diagnostics.extend(check_files(manifest, &directory));
        }
        let sound = !diagnostics.iter().any(|it| it.severity == Severity::Error);
        match parsed.manifest {
            Some(manifest) if sound => Ok(Self {
                directory,
                source,
                manifest,
            }),
            _ => Err(Problem::Manifest(source, diagnostics)),
        }
    }

    /// Reads the lock, and holds it against the manifest.
    pub fn lock(&self) -> Result<Locked, Problem> {
        let path = self.directory.join(LOCK);
        let lock = Lock::read(&path)?;
        if let Some(failure) = Mismatch::failure(&lock.check(&self.manifest, &self.directory)) {
            return Err(failure.into());
        }
        let digest = Digest::of(&read(&path)?);
        Ok(Locked { lock, digest })
    }

    /// The digest of the manifest's text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.source.text.as_bytes())
    }
}

fn place(path: &Path) -> (PathBuf, PathBuf) {
    if path.is_file() {
        let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
        return (parent.unwrap_or(Path::new(".")).to_owned(), path.to_owned());
    }
    (path.to_owned(), path.join(MANIFEST))
}

fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    let cannot = |error: &std::io::Error| {
        Problem::input("SEG2201", format!("{} cannot be read", path.display()))
            .words(error.to_string())
            .hint("name the directory that holds segue.yaml: `segue check examples/storefront`")
    };
    let size = std::fs::metadata(path).map_err(|it| cannot(&it))?.len();
    if size > MOST {
        let what = format!(
            "{} has {size} bytes, more than any manifest",
            path.display()
        );
        return Err(Problem::input("SEG2201", what).into());
    }
    std::fs::read(path).map_err(|error| cannot(&error).into())
}

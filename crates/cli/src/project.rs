//! A directory with a manifest and its lock.

use crate::problem::Problem;
use segue_artifact::Lock;
use segue_connect::Endpoints;
use segue_manifest::{Manifest, Severity, Source, check_files, parse};
use segue_model::Digest;
use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

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
        let (lock, text) = Lock::read_with_text(&self.directory.join(LOCK))?;
        let stale = lock.check(&self.manifest, &self.directory);
        if !stale.is_empty() {
            let stale = stale.iter().map(|it| it.diagnostic(&self.manifest));
            return Err(Problem::Manifest(self.source.clone(), stale.collect()));
        }
        let digest = Digest::of(text.as_bytes());
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

/// Reads a whole file, within bounds.
pub fn read(path: &Path) -> Result<Vec<u8>, Problem> {
    match contents(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let what = format!("there is no {}", path.display());
            let hint = "name the directory that holds segue.yaml, for example \
                        `segue check examples/storefront`";
            Err(Problem::input("SEG2201", what).hint(hint).into())
        }
        Err(error) => {
            let what = format!("{} cannot be read", path.display());
            Err(Problem::input("SEG2201", what)
                .words(error.to_string())
                .into())
        }
    }
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    // Asked before it is opened: opening a pipe waits for whoever writes to it.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other(format!(
            "it is larger than {} MiB, more than any file that Segue reads",
            MOST >> 20
        )));
    }
    Ok(bytes)
}

//! The files that a module is made from: read in a fixed order, within bounds,
//! and named by one digest.

use crate::code;
use segue_manifest::{Artifact, Module};
use segue_model::{Digest, Failure};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The most files of one module.
const MAX_FILES: usize = 2_000;

/// The most bytes of one module's files together: 16 MiB.
const MAX_BYTES: usize = 16 << 20;

/// How deep directories may be nested.
const MAX_DEPTH: usize = 16;

/// A file that a module is made from.
#[derive(Debug)]
pub struct Input {
    /// Its path, as the manifest's directory and the manifest give it.
    pub path: PathBuf,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Every file that the module is made from, in the order of their paths; none
/// for images and source archives.
pub fn read(module: &Module, dir: &Path) -> Result<Vec<Input>, Failure> {
    let mut reader = Reader::default();
    match &module.artifact {
        Artifact::Chart { path, values } => {
            reader.add(&dir.join(&**path), is_chart_file)?;
            for file in values {
                reader.add(&dir.join(&**file), |_| true)?;
            }
        }
        Artifact::Objects { path } => reader.add(&dir.join(&**path), is_manifest)?,
        Artifact::Image { .. } | Artifact::Source { .. } => {}
    }
    Ok(reader.inputs)
}

/// One digest of all files: equal when the paths below `dir` and the contents are.
pub fn digest(inputs: &[Input], dir: &Path) -> Digest {
    let mut text = String::new();
    for Input { path, bytes } in inputs {
        let name = path.strip_prefix(dir).unwrap_or(path);
        text.push_str(&format!("{} {:?}\n", Digest::of(bytes), name));
    }
    Digest::of(text.as_bytes())
}

/// Editors' and systems' hidden files are no part of a chart; Helm's own is.
fn is_chart_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') || name == ".helmignore"
}

fn is_manifest(path: &Path) -> bool {
    is_chart_file(path)
        && path.extension().is_some_and(|extension| {
            ["yaml", "yml", "json"]
                .iter()
                .any(|known| extension == *known)
        })
}

#[derive(Default)]
struct Reader {
    inputs: Vec<Input>,
    bytes: usize,
}

impl Reader {
    fn add(&mut self, path: &Path, wanted: fn(&Path) -> bool) -> Result<(), Failure> {
        self.walk(path, wanted, MAX_DEPTH, true)
            .map_err(|error| match error {
                Stop::Failed(failure) => failure,
                Stop::Io(path, error) => code::refused(
                    code::UNREADABLE,
                    format!("{} cannot be read", path.display()),
                )
                .words(error.to_string()),
            })
    }

    fn walk(
        &mut self,
        path: &Path,
        wanted: fn(&Path) -> bool,
        depth: usize,
        named: bool,
    ) -> Result<(), Stop> {
        let at = |error| Stop::Io(path.to_owned(), error);
        let kind = fs::metadata(path).map_err(at)?;
        if kind.is_dir() {
            if depth == 0 {
                return Err(too_large(path, "is nested too deep"));
            }
            return self.walk_all(path, wanted, depth - 1);
        }
        // A file that the manifest names is taken whatever it is called.
        if !named && !wanted(path) {
            return Ok(());
        }
        if self
            .bytes
            .saturating_add(usize::try_from(kind.len()).unwrap_or(usize::MAX))
            > MAX_BYTES
            || self.inputs.len() == MAX_FILES
        {
            return Err(too_large(
                path,
                "makes the module larger than 16 MiB or 2000 files",
            ));
        }
        let bytes = fs::read(path).map_err(at)?;
        self.bytes += bytes.len();
        self.inputs.push(Input {
            path: path.to_owned(),
            bytes,
        });
        Ok(())
    }

    fn walk_all(
        &mut self,
        dir: &Path,
        wanted: fn(&Path) -> bool,
        depth: usize,
    ) -> Result<(), Stop> {
        let mut paths = fs::read_dir(dir)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<io::Result<Vec<_>>>()
            })
            .map_err(|error| Stop::Io(dir.to_owned(), error))?;
        paths.sort();
        for path in paths {
            let hidden = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if !(hidden && path.is_dir()) {
                self.walk(&path, wanted, depth, false)?;
            }
        }
        Ok(())
    }
}

enum Stop {
    Io(PathBuf, io::Error),
    Failed(Failure),
}

fn too_large(path: &Path, why: &str) -> Stop {
    Stop::Failed(code::refused(
        code::TOO_LARGE,
        format!("{} {why}", path.display()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(dir: &Path) -> Result<Vec<Input>, Failure> {
        let mut reader = Reader::default();
        reader.add(dir, is_manifest)?;
        Ok(reader.inputs)
    }

    #[test]
    fn the_digest_tells_content_and_names_and_nothing_else() {
        let digest_of = |files: &[(&str, &str)]| {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in files {
                fs::write(dir.path().join(name), text).unwrap();
            }
            digest(&all(dir.path()).unwrap(), dir.path())
        };
        let one = digest_of(&[("a.yaml", "1"), ("b.yaml", "2")]);
        assert_eq!(one, digest_of(&[("b.yaml", "2"), ("a.yaml", "1")]));
        let noise = [
            ("a.yaml", "1"),
            ("b.yaml", "2"),
            (".a.yaml.swp", "x"),
            ("README", "y"),
        ];
        assert_eq!(one, digest_of(&noise));
        assert_ne!(one, digest_of(&[("a.yaml", "1"), ("b.yaml", "3")]));
        assert_ne!(one, digest_of(&[("a.yaml", "1"), ("c.yaml", "2")]));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let failure = all(Path::new("/nowhere/config")).unwrap_err();
        assert_eq!(failure.code, code::UNREADABLE);
        assert!(failure.what.contains("/nowhere/config"));
    }

    #[test]
    fn a_huge_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = fs::File::create(dir.path().join("a.yaml")).unwrap();
        file.set_len(1 << 40).unwrap();
        assert_eq!(all(dir.path()).unwrap_err().code, code::TOO_LARGE);
    }
}

//! The project's text files, read once.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is built, fetched or kept by other programs.
const NOT_OURS: [&str; 4] = ["target", ".git", ".segue", "node_modules"];

/// One text file.
pub(super) struct File {
    /// From the project's root, with `/`.
    pub path: String,
    pub text: String,
}

/// All text files of a project.
pub(super) struct Tree {
    pub files: Vec<File>,
}

impl Tree {
    /// This project. What is no UTF-8 is no text and is left out.
    pub fn of_project() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut files = Vec::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(root.join(&folder)).into_iter().flatten();
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let path = folder.join(&name);
                if NOT_OURS.contains(&name.as_str()) {
                    continue;
                }
                if entry.path().is_dir() {
                    folders.push(path);
                } else if let Ok(text) = fs::read_to_string(entry.path()) {
                    let path = path.to_string_lossy().replace('\\', "/");
                    files.push(File { path, text });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// A project of these files.
    #[cfg(test)]
    pub fn made_up(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        });
        Self {
            files: files.collect(),
        }
    }

    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// All Rust files: sources, tests, tasks.
    pub fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// The Rust files of crates without their integration tests.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.rust()
            .filter(|file| file.path.starts_with("crates/") && file.path.contains("/src/"))
    }

    /// The names of the folders in `crates/`.
    pub fn crates(&self) -> Vec<&str> {
        let mut names: Vec<_> = self
            .files
            .iter()
            .filter_map(|file| {
                let inside = file.path.strip_prefix("crates/")?;
                inside.strip_suffix("/Cargo.toml")
            })
            .collect();
        names.sort_unstable();
        names
    }
}

impl File {
    /// The name of the crate's folder; none outside of `crates/`.
    pub fn room(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// The text before the unit tests at its end.
    pub fn without_tests(&self) -> &str {
        let tests = self.text.find("\n#[cfg(test)]\nmod ");
        &self.text[..tests.unwrap_or(self.text.len())]
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
    }
}

//! The rooms that mutants need, beside the project and built by themselves.

use super::list::Mutant;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The rooms that are copied: those with mutants, and all that they know.
const ROOMS: [&str; 5] = ["model", "release", "platform", "journal", "engine"];

pub(super) struct Scratch {
    /// Where it is.
    pub root: PathBuf,
}

impl Scratch {
    /// Brought up to date; what did not change keeps its time, so that it is
    /// not built again.
    pub(super) fn of_project() -> Result<Self, String> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = project.join("target/mutants");
        let copied = (|| {
            for room in ROOMS {
                let path = format!("crates/{room}");
                same(&project.join(&path), &root.join(&path))?;
            }
            let workspace = fs::read_to_string(project.join("Cargo.toml"))?;
            write(
                &root.join("Cargo.toml"),
                workspace_of_rooms(&workspace).as_bytes(),
            )?;
            same(&project.join("Cargo.lock"), &root.join("Cargo.lock"))
        })();
        copied.map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(Self { root })
    }

    /// The text of the mutant's file, mutated.
    pub(super) fn with(&self, mutant: &Mutant) -> Result<String, String> {
        let text = fs::read_to_string(self.root.join(mutant.file))
            .map_err(|error| format!("{}: {error}", mutant.file))?;
        let is_it = |line: &&str| line.trim() == mutant.line;
        match text.lines().filter(is_it).count() {
            1 => {}
            times => {
                return Err(format!(
                    "{}: `{}` stands there {times} times, not once: the mutant `{}` does not apply any more",
                    mutant.file, mutant.line, mutant.what
                ));
            }
        }
        let lines = text.lines().map(|line| match is_it(&line) {
            true => mutant.becomes,
            false => line,
        });
        Ok(lines.map(|line| format!("{line}\n")).collect())
    }

    /// Does something while the mutant stands in its file.
    pub(super) fn mutated<T>(
        &mut self,
        mutant: &Mutant,
        work: impl FnOnce(&Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let path = self.root.join(mutant.file);
        let wrong = |error: io::Error| format!("{}: {error}", path.display());
        let mutated = self.with(mutant)?;
        let text = fs::read(&path).map_err(wrong)?;
        fs::write(&path, mutated).map_err(wrong)?;
        let done = work(self);
        fs::write(&path, text).map_err(wrong)?;
        done
    }
}

/// The project's workspace with nothing but the copied rooms in it.
fn workspace_of_rooms(text: &str) -> String {
    let lines = text.lines().filter_map(|line| {
        if line.starts_with("members =") {
            Some("members = [\"crates/*\"]")
        } else {
            (!line.starts_with("default-members =")).then_some(line)
        }
    });
    let mut rooms: Vec<_> = lines.collect();
    // What is said about the building of other packages is about none of these.
    if let Some(end) = rooms
        .iter()
        .position(|line| line.starts_with("[profile.release"))
    {
        rooms.truncate(end);
    }
    rooms.join("\n") + "\n"
}

/// Makes `to` the same as `from`: what changed is written, what went is removed.
fn same(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        return write(to, &fs::read(from)?);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let name = entry?.file_name();
        if !from.join(&name).exists() {
            remove(&to.join(name))?;
        }
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        same(&from.join(&name), &to.join(name))?;
    }
    Ok(())
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|it| it == text) {
        return Ok(());
    }
    fs::write(path, text)
}

fn remove(path: &Path) -> io::Result<()> {
    match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

#[cfg(test)]
mod tests {
    use super::workspace_of_rooms;

    #[test]
    fn a_workspace_is_cut_down_to_its_rooms() {
        let text = "[workspace]\nmembers = [\"crates/*\", \"xtask\"]\ndefault-members = [\"x\"]\n\n[profile.dev]\na = 1\n\n[profile.release]\nb = 2\n";
        assert_eq!(
            workspace_of_rooms(text),
            "[workspace]\nmembers = [\"crates/*\"]\n\n[profile.dev]\na = 1\n\n"
        );
    }
}

//! `segue` as a person types it: for what ends by itself and soon.

use crate::storefront::Storefront;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// What a command said.
pub struct Said {
    /// The exit code.
    pub exit: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Types `segue` in `directory`, with nobody at the keyboard.
pub fn segue(directory: &Path, arguments: &[&str]) -> Said {
    said(&mut command(directory, arguments))
}

/// The same, as somebody else.
pub fn segue_as(user: &str, directory: &Path, arguments: &[&str]) -> Said {
    said(command(directory, arguments).env("SEGUE_USER", user))
}

/// The same, with the journal of a team.
pub fn segue_at(state: &str, directory: &Path, arguments: &[&str]) -> Said {
    said(command(directory, arguments).env("SEGUE_STATE", state))
}

/// The same, as somebody else.
pub fn segue_at_as(state: &str, user: &str, directory: &Path, arguments: &[&str]) -> Said {
    let mut command = command(directory, arguments);
    said(command.envs([("SEGUE_STATE", state), ("SEGUE_USER", user)]))
}

fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        exit: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The same, not begun yet.
pub fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segue"));
    command
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|it| ("PATH", it)))
        .env("HOME", directory)
        .stdin(Stdio::null());
    command
}

impl Said {
    /// Standard output as JSON lines, every one of them.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|it| serde_json::from_str(it).unwrap_or_else(|_| panic!("no JSON: {it}")))
            .collect()
    }

    /// It ended with this code, and said all of this to people.
    #[track_caller]
    pub fn refused(&self, exit: i32, words: &[&str]) -> &Self {
        assert_eq!(self.exit, Some(exit), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "not said: {word}\n{}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// Every file of a project, with what stands in it.
pub fn files(storefront: &Storefront) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(&storefront.directory(), &mut found);
    found
}

fn collect(directory: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
}

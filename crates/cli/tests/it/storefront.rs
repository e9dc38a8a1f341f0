//! A copy of `examples/storefront`, and the sandbox in which its releases run.

use crate::{
    clouds::Clouds,
    process::{Process, Run},
    report::Report,
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// How many times faster than a cloud the sandbox runs.
const SPEED: &str = "20";

/// A copy of the storefront in a directory of its own, gone with it.
pub struct Storefront {
    // Ends before its directory goes.
    sandbox: Option<Process>,
    home: TempDir,
}

impl Storefront {
    /// A copy in which new versions need not be watched for long.
    pub fn new() -> Self {
        let this = Self {
            sandbox: None,
            home: tempfile::tempdir().unwrap(),
        };
        copy(&repository().join("examples/storefront"), &this.directory());
        this.edit("segue.yaml", "stable: 1s", "stable: 100ms");
        this
    }

    /// A copy, and `segue sandbox` as a process of its own.
    pub fn with_sandbox() -> Self {
        let mut this = Self::new();
        this.start_sandbox();
        this
    }

    /// Starts `segue sandbox`, and waits until it is up.
    pub fn start_sandbox(&mut self) {
        let mut sandbox = self.start(&["sandbox"], &["--speed", SPEED]);
        if !sandbox.until(|it| it["type"] == "sandbox") {
            panic!("no sandbox: {}", sandbox.end().story());
        }
        self.sandbox = Some(sandbox);
    }

    /// Asks the sandbox to end, as a person does, and waits for it.
    pub fn end_sandbox(&mut self) -> Run {
        let sandbox = self.sandbox.take().unwrap();
        sandbox.terminate();
        sandbox.end()
    }

    /// `kill -9` of the sandbox: it cannot even say that it goes.
    pub fn kill_sandbox(&mut self) {
        self.sandbox = None;
    }

    /// Replaces a text that stands in a file of the project.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.directory().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Where the manifest lies.
    pub fn directory(&self) -> PathBuf {
        self.home.path().join("storefront")
    }

    /// The clouds of the running sandbox.
    pub fn clouds(&self) -> Clouds {
        Clouds::of(&self.directory())
    }

    /// `segue apply --sandbox --yes`, to its report.
    pub fn apply(&self, more: &[&str]) -> Report {
        self.begin(more).end().into()
    }

    /// `segue apply FILE --sandbox --yes` of a plan kept in the project, to its report.
    pub fn apply_kept(&self, file: &str) -> Report {
        let plan = self.directory().join(file);
        let always = ["apply", plan.to_str().unwrap(), "--sandbox", "--yes"];
        let more = ["--requests", "0", "--output", "json"];
        Process::start(self.home.path(), &[&always[..], &more].concat())
            .end()
            .into()
    }

    /// `segue apply --sandbox --yes`, under way. It ends with the release,
    /// unless `more` says how many requests it waits for.
    pub fn begin(&self, more: &[&str]) -> Process {
        let requests: &[_] = if more.contains(&"--requests") {
            &[]
        } else {
            &["--requests", "0"]
        };
        let always = ["--sandbox", "--yes", "--speed", SPEED];
        self.start(&["apply"], &[&always, requests, more].concat())
    }

    /// The same, as somebody, with the journal of a team.
    pub fn begin_at(&self, state: &str, command: &[&str], more: &[&str]) -> Process {
        let directory = self.directory();
        let path = [directory.to_str().unwrap()];
        let always = ["--requests", "0", "--output", "json"];
        let arguments = [command, &path, more, &always].concat();
        Process::start_with(self.home.path(), &arguments, &[("SEGUE_STATE", state)])
    }

    /// `segue resume`, to its report.
    pub fn resume(&self) -> Report {
        self.begin_resume().end().into()
    }

    /// `segue resume`, under way.
    pub fn begin_resume(&self) -> Process {
        self.start(&["resume"], &["--requests", "0"])
    }

    /// Any command, for machines, to its end.
    pub fn run(&self, command: &[&str]) -> Run {
        self.start(command, &[]).end()
    }

    /// `segue apply --sandbox --yes` for people, to its end.
    pub fn apply_for_people(&self, more: &[&str]) -> Run {
        let directory = self.directory();
        let path = directory.to_str().unwrap();
        let always = ["apply", path, "--sandbox", "--yes", "--speed", SPEED];
        Process::start(self.home.path(), &[&always, more].concat()).end()
    }

    /// Any command, for machines, under way.
    pub fn start(&self, command: &[&str], more: &[&str]) -> Process {
        let directory = self.directory();
        let path = [directory.to_str().unwrap()];
        let arguments = [command, &path, more, &["--output", "json"]].concat();
        Process::start(self.home.path(), &arguments)
    }
}

/// The repository that these tests belong to.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        // What somebody's own releases left there is theirs.
        if name == ".segue" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

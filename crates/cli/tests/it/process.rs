//! A `segue` process: its lines as they come, its end, and no trace of it afterwards.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, ChildStderr, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// No release of these tests takes a tenth of it, however busy the machine is.
const TOO_LONG: Duration = Duration::from_secs(300);

/// A running `segue`. Dropping it kills it and waits for its end.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    errors: Option<JoinHandle<String>>,
    ends: Instant,
}

/// What a process that ended has left.
pub struct Run {
    /// Its exit code; none when it was killed.
    pub exit: Option<i32>,
    /// Standard output, line by line.
    pub lines: Vec<String>,
    /// Standard error.
    pub errors: String,
}

impl Process {
    /// Starts `segue` with `arguments`; `home` takes all that programs write
    /// besides the project.
    pub fn start(home: &Path, arguments: &[&str]) -> Self {
        Self::start_with(home, arguments, &[])
    }

    /// The same, in these surroundings.
    pub fn start_with(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_segue"))
            .args(arguments)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|it| ("PATH", it)))
            .envs(
                [
                    "HOME",
                    "XDG_CONFIG_HOME",
                    "XDG_STATE_HOME",
                    "XDG_CACHE_HOME",
                ]
                .map(|it| (it, home)),
            )
            .env("TMPDIR", home)
            .env("CI", "1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            lines: lines(child.stdout.take().unwrap()),
            errors: Some(errors(child.stderr.take().unwrap())),
            child,
            seen: Vec::new(),
            ends: Instant::now() + TOO_LONG,
        }
    }

    /// Reads on until a line satisfies `wanted`; false when it ends without one.
    pub fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> bool {
        while let Some(line) = self.next() {
            if serde_json::from_str(&line).is_ok_and(|it| wanted(&it)) {
                return true;
            }
        }
        false
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // One that has ended by itself is as dead.
        let _ = self.child.kill();
    }

    /// SIGTERM, as an init system or a person's `kill` sends it.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end.
    pub fn end(mut self) -> Run {
        while self.next().is_some() {}
        let exit = self.child.wait().unwrap().code();
        Run {
            exit,
            lines: std::mem::take(&mut self.seen),
            errors: self.take_errors(),
        }
    }

    /// The next line; none when it has closed its standard output.
    fn next(&mut self) -> Option<String> {
        let left = self.ends.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => {
                self.seen.push(line.clone());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                let errors = self.take_errors();
                panic!("nothing for too long\n{}\n{errors}", self.seen.join("\n"));
            }
        }
    }

    fn take_errors(&mut self) -> String {
        self.errors
            .take()
            .map_or_else(String::new, |it| it.join().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

fn lines(from: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn errors(mut from: ChildStderr) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = from.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

impl Run {
    /// Standard output as one text.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// The JSON lines; the plan's, which is long, among them.
    pub fn json(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.lines
            .iter()
            .filter_map(|it| serde_json::from_str(it).ok())
    }

    /// What happened, without the plan: for people who read why a test failed.
    pub fn story(&self) -> String {
        let told = self
            .lines
            .iter()
            .filter(|it| !it.contains(r#""type":"plan""#));
        let told: Vec<_> = told.map(String::as_str).collect();
        format!("exit {:?}\n{}\n{}", self.exit, told.join("\n"), self.errors)
    }
}

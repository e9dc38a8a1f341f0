//! Programs run without a shell, bounded in time and output, in a process group
//! of their own that ends when nobody waits for it any more.
//!
//! It knows no room: who runs a program says what its output and its failure mean.

mod follow;
mod group;

pub use follow::Ended;

use group::Group;
use std::{ffi::OsString, io, path::PathBuf, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

/// The most output that is taken for an answer, in bytes: 16 MiB.
pub const MAX_OUTPUT: u64 = 16 << 20;

/// The longest complaint that is kept, in bytes.
const MAX_WORDS: u64 = 64 << 10;

/// What a program wrote.
#[derive(Debug)]
pub struct Output {
    /// Whether it ended with exit code 0.
    pub success: bool,
    /// What it wrote to its standard output.
    pub text: Vec<u8>,
    /// What it wrote to its standard error.
    pub words: String,
}

/// Why a program came to no end of its own.
#[derive(Debug)]
pub enum Stop {
    /// It could not be started.
    Missing(io::Error),
    /// It took too long.
    Slow,
    /// It wrote too much.
    Large,
}

/// A program, with what it is told.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    directory: Option<PathBuf>,
    environment: Option<Vec<(OsString, OsString)>>,
}

impl Program {
    /// The program at `path`, or of this name in `PATH`.
    pub fn new(
        path: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            path: path.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            directory: None,
            environment: None,
        }
    }

    /// Runs in `directory`, and not where this process does.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Sees these variables alone, and not those of this process.
    #[must_use]
    pub fn environment(
        mut self,
        variables: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Self {
        let variables = variables.into_iter();
        self.environment = Some(variables.map(|(k, v)| (k.into(), v.into())).collect());
        self
    }

    /// Runs it with `input`, and waits for its end. It is killed when that does
    /// not come in time, and when nobody waits any more.
    ///
    /// # Errors
    /// When it cannot be started, takes longer than `timeout` or writes more
    /// than [`MAX_OUTPUT`].
    pub async fn answer(&self, input: &str, timeout: Duration) -> Result<Output, Stop> {
        let (mut child, _group) = self.spawn(Stdio::piped()).map_err(Stop::Missing)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let all = async {
            let write = async {
                if let Some(mut stdin) = stdin {
                    // A program that does not read its input says itself what it lacks.
                    let _ = stdin.write_all(input.as_bytes()).await;
                }
            };
            let ((), text, words) = tokio::join!(
                write,
                bounded(stdout, MAX_OUTPUT),
                bounded(stderr, MAX_WORDS)
            );
            if text.len() as u64 > MAX_OUTPUT {
                return Err(Stop::Large);
            }
            let status = child.wait().await.map_err(Stop::Missing)?;
            Ok(Output {
                success: status.success(),
                text,
                words: String::from_utf8_lossy(&words).trim().to_owned(),
            })
        };
        tokio::time::timeout(timeout, all)
            .await
            .unwrap_or(Err(Stop::Slow))
    }

    fn spawn(&self, stdin: Stdio) -> io::Result<(Child, Group)> {
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        if let Some(environment) = &self.environment {
            command
                .env_clear()
                .envs(environment.iter().map(|(k, v)| (k, v)));
        }
        let child = command.spawn()?;
        let group = Group::of(&child);
        Ok((child, group))
    }
}

/// Reads to the end, or one byte more than `limit`. What was read before an
/// error counts: the exit status tells the rest.
async fn bounded(from: Option<impl AsyncRead + Unpin>, limit: u64) -> Vec<u8> {
    let mut read = Vec::new();
    if let Some(from) = from {
        let _ = from.take(limit + 1).read_to_end(&mut read).await;
    }
    read
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    async fn of(program: &str, argument: &str, input: &str) -> Result<Output, Stop> {
        let timeout = Duration::from_millis(500);
        Program::new(program, [argument])
            .answer(input, timeout)
            .await
    }

    #[tokio::test]
    async fn input_goes_in_and_output_comes_out() {
        let output = of("cat", "-", "said").await.unwrap();
        assert!(output.success);
        assert_eq!(output.text, b"said");
    }

    #[tokio::test]
    async fn a_program_that_fails_is_quoted() {
        let output = of("ls", "/nowhere", "").await.unwrap();
        assert!(!output.success);
        assert!(output.words.contains("/nowhere"));
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_ended() {
        assert!(matches!(of("sleep", "1000", "").await, Err(Stop::Slow)));
    }

    #[tokio::test]
    async fn endless_output_is_cut() {
        let endless = Program::new("cat", ["/dev/zero"]);
        let endless = endless.answer("", Duration::from_secs(60)).await;
        assert!(matches!(endless, Err(Stop::Large)));
    }
}

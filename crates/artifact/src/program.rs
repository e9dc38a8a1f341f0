//! A program run without a shell, bounded in time and output.

use std::{ffi::OsString, io, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::Command,
};

/// The most output that is taken, in bytes: 16 MiB.
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

/// Runs a program with `input`, and waits for its end. It is killed when it
/// does not come in time, and when nobody waits any more.
pub async fn run(
    program: &Path,
    arguments: Vec<OsString>,
    input: &str,
    timeout: Duration,
) -> Result<Output, Stop> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(Stop::Missing)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
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
    use super::*;

    async fn of(program: &str, argument: &str, input: &str) -> Result<Output, Stop> {
        let timeout = Duration::from_millis(500);
        run(Path::new(program), vec![argument.into()], input, timeout).await
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
        let timeout = Duration::from_secs(60);
        let endless = run(Path::new("cat"), vec!["/dev/zero".into()], "", timeout).await;
        assert!(matches!(endless, Err(Stop::Large)));
    }
}

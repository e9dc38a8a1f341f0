//! A program whose output is for people, line by line as it comes.

use crate::Program;
use std::{
    io,
    process::{ExitStatus, Stdio},
    sync::Mutex,
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// The longest line that is told, in bytes; the rest of it counts as the next.
const MAX_LINE: u64 = 1 << 10;

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended(ExitStatus);

impl Ended {
    /// Whether it ended with exit code 0.
    pub fn success(self) -> bool {
        self.0.success()
    }

    /// In words: `exit code 3`, `signal 9`.
    pub fn words(self) -> String {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&self.0) {
            return format!("signal {signal}");
        }
        match self.0.code() {
            Some(code) => format!("exit code {code}"),
            None => "no exit code".to_owned(),
        }
    }
}

impl Program {
    /// Runs it without input until it ends, and tells of each line that it writes
    /// to its standard output or error; a line that is too long is cut in pieces.
    /// What it leaves running is killed then, and all of it when nobody waits any more.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn follow(&self, told: impl FnMut(&str) + Send) -> io::Result<Ended> {
        let (mut child, group) = self.spawn(Stdio::null())?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let told = Mutex::new(told);
        let tell = |line: &str| {
            if let Ok(mut told) = told.lock() {
                told(line);
            }
        };
        // Who inherited the pipes may outlive the program: its end is the end.
        let end = async {
            let status = child.wait().await;
            drop(group);
            status
        };
        let (status, (), ()) = tokio::join!(end, lines(stdout, &tell), lines(stderr, &tell));
        status.map(Ended)
    }
}

async fn lines(from: Option<impl AsyncRead + Unpin>, tell: &(impl Fn(&str) + Sync)) {
    let Some(from) = from else { return };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut piece = (&mut from).take(MAX_LINE);
        match piece.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end();
                if !text.is_empty() {
                    tell(text);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::time::Duration;

    async fn told(script: &str) -> (Ended, Vec<String>) {
        let mut lines = Vec::new();
        let program = Program::new("sh", ["-c", script]).environment([("PATH", "/usr/bin:/bin")]);
        let ended = program
            .follow(|line| lines.push(line.to_owned()))
            .await
            .unwrap();
        (ended, lines)
    }

    #[tokio::test]
    async fn each_line_is_told_and_the_end_too() {
        let (ended, mut lines) = told("echo one; echo two >&2; printf three; exit 3").await;
        lines.sort();
        assert_eq!(lines, ["one", "three", "two"]);
        assert!(!ended.success());
        assert_eq!(ended.words(), "exit code 3");
        assert_eq!(told("kill -9 $$").await.0.words(), "signal 9");
    }

    #[tokio::test]
    async fn it_sees_the_variables_that_it_is_given_alone() {
        let (_, lines) = told("env | cut -d= -f1 | sort | tr '\\n' ' '").await;
        let lines: Vec<_> = lines[0].split(' ').collect();
        assert!(
            lines.contains(&"PATH") && !lines.contains(&"CARGO_MANIFEST_DIR"),
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_and_not_kept() {
        let (ended, lines) = told("head -c 5000 /dev/zero | tr '\\0' x").await;
        assert!(ended.success());
        assert_eq!(lines.iter().map(String::len).sum::<usize>(), 5000);
        assert!(lines.len() > 1);
    }

    #[tokio::test]
    async fn what_it_leaves_running_holds_nobody_up() {
        let (ended, lines) = told("sleep 1000 & echo $!").await;
        assert!(ended.success());
        gone(&lines[0]).await;
    }

    #[tokio::test]
    async fn when_nobody_waits_all_of_it_is_killed() {
        let (tell, mut hear) = tokio::sync::mpsc::unbounded_channel();
        let program = Program::new("sh", ["-c", "sleep 1000 & echo $!; wait"]);
        let task = tokio::spawn(async move {
            let _ = program
                .follow(|line| drop(tell.send(line.to_owned())))
                .await;
        });
        let child = hear.recv().await.unwrap();
        task.abort();
        gone(&child).await;
    }

    /// Waits until the process is gone or a zombie that nobody has waited for.
    async fn gone(id: &str) {
        let stat = format!("/proc/{id}/stat");
        while std::fs::read_to_string(&stat).is_ok_and(|it| !it.contains(") Z ")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

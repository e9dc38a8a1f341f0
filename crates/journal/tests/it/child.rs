//! Another process: this test program again, which holds a lock and does what its
//! standard input says.

use crate::store::lock;
use segue_journal::{Journal, Locked, Place, Postgres, Waits, open};
use segue_model::{EventKind, Failure, ReleaseId};
use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// Waits that a test can wait for.
pub const QUICK: Waits = Waits {
    term: Duration::from_secs(3),
    answer: Duration::from_secs(2),
    patience: Duration::from_secs(5),
};

const PLACE: &str = "SEGUE_TEST_PLACE";

/// A process that holds the lock of production in the journal at `place`.
pub struct Holder {
    process: std::process::Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Holder {
    pub fn start(place: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child::holder", "--nocapture"])
            .env(PLACE, place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut holder = Self { process, answers };
        assert_eq!(holder.answer(), "held");
        holder
    }

    /// Does one of: `check`, `append`.
    pub fn does(&mut self, what: &str) -> String {
        self.asked(what);
        self.answer()
    }

    /// As [`Self::does`], without waiting for the answer.
    pub fn asked(&mut self, what: &str) {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{what}").unwrap();
    }

    pub fn answer(&mut self) -> String {
        loop {
            let line = self.answers.next().expect("the process lives").unwrap();
            // What the test harness prints stands before it, on the first line.
            if let Some((_, answer)) = line.split_once("answer: ") {
                return answer.to_owned();
            }
        }
    }

    /// Sends SIGKILL, and waits for the end.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Sends `STOP` or `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What other tests start as a process of its own; for itself it does nothing.
#[test]
fn holder() {
    let Ok(place) = std::env::var(PLACE) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let journal: Arc<dyn Journal> = match Place::from(place.as_str()) {
            Place::Postgres(url) => Arc::new(Postgres::open_with(&url, QUICK).await.unwrap()),
            file => open(&file).await.unwrap(),
        };
        let locked = lock(&*journal).await;
        println!("answer: held");
        for line in std::io::stdin().lock().lines() {
            let done = obey(&*journal, &locked, &line.unwrap()).await;
            let code = done.map_or_else(|failure| failure.code, |()| "ok".into());
            println!("answer: {code}");
        }
    });
}

async fn obey(journal: &dyn Journal, locked: &Locked, what: &str) -> Result<(), Failure> {
    match what {
        "check" => locked.fence().check(),
        "append" => {
            let release = ReleaseId::new("r1");
            let kinds = [EventKind::Resumed { by: "child".into() }];
            journal
                .append(locked, &release, &kinds, 1)
                .await
                .map(|_| ())
        }
        other => panic!("nobody knows what {other} is"),
    }
}

//! Taking the lock of an environment: at once, or when whoever holds it is done.

use crate::{console::Console, exit::Exit, person::holder, problem::Problem, state::now_ms};
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use segue_journal::{Claim, Held, Journal, Lock, Locked};
use segue_model::{Failure, FailureKind, Fault};
use segue_view::duration;
use serde_json::json;
use std::{path::Path, time::Duration};
use tokio::time::{Instant, sleep};

/// How often a lock that somebody else holds is tried again.
const EVERY: Duration = Duration::from_secs(1);

/// What is locked, and what for.
pub struct Wanted<'a> {
    /// The environment.
    pub environment: &'a str,
    /// What for: a release, a command.
    pub doing: &'a str,
    /// The directory that people type after a command.
    pub directory: &'a Path,
    /// How long it is waited for; not at all when none.
    pub wait: Option<Duration>,
}

/// Whether a lock that somebody else holds is waited for.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct WaitArgs {
    /// When somebody else is at it, wait until they are done: at most this long, or
    /// an hour when nothing is said.
    #[arg(
        long,
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1h",
        value_parser = wait
    )]
    pub wait: Option<Duration>,
}

/// `30m`, `1h 30m`.
fn wait(text: &str) -> Result<Duration, String> {
    let wrong = |_| "write a duration: 90s, 30m, 1h".to_owned();
    let wait: SignedDuration = text.parse().map_err(|it: jiff::Error| wrong(it))?;
    Duration::try_from(wait).map_err(wrong)
}

impl Wanted<'_> {
    /// Takes the lock.
    pub async fn take(&self, journal: &dyn Journal, console: Console) -> Result<Locked, Problem> {
        let began = Instant::now();
        let mut told: Option<Held> = None;
        loop {
            let held = match self.ask(journal).await? {
                Ok(locked) => return Ok(locked),
                Err(held) => held,
            };
            let left = self.wait.map(|it| it.saturating_sub(began.elapsed()));
            let Some(left) = left.filter(|it| !it.is_zero()) else {
                return Err(self.taken(&held));
            };
            if told.as_ref() != Some(&held) {
                say(&held, left, console);
                told = Some(held);
            }
            sleep(EVERY.min(left)).await;
        }
    }

    async fn ask(&self, journal: &dyn Journal) -> Result<Result<Locked, Held>, Failure> {
        let claim = Claim {
            holder: holder(),
            doing: self.doing.to_owned(),
        };
        let asked = journal.lock(self.environment, &claim, now_ms()).await?;
        Ok(match asked {
            Lock::Ours(locked) => Ok(locked),
            Lock::Theirs(held) => Err(held),
        })
    }

    /// Somebody else holds the lock.
    pub fn taken(&self, held: &Held) -> Problem {
        let directory = self.directory.display();
        let what = format!("{} is in somebody else's hands", self.environment);
        let hint = if held.doing.starts_with("release ") {
            format!(
                "`segue watch {directory}` shows it live; `segue apply --wait` begins when it is \
                 over; `segue status {directory}` says how far it is"
            )
        } else {
            format!("wait until it is over; `segue status {directory}` says who is at it")
        };
        let waited = match self.wait {
            Some(wait) => format!("; waited {}", length(wait)),
            None => String::new(),
        };
        let failure = Failure::new(FailureKind::LostLock, Fault::User, "SEG6007", what)
            .words(format!("{}{waited}", words(held)))
            .hint(hint);
        Problem::With(Exit::Locked, failure)
    }
}

/// Who holds it, since when, for what.
fn words(held: &Held) -> String {
    let since = Timestamp::from_millisecond(held.since_ms).unwrap_or_default();
    let since = since.strftime("%Y-%m-%d %H:%M:%S UTC");
    let ago = duration(now_ms() - held.since_ms);
    format!(
        "{} holds its lock since {since} ({ago} ago), for {}",
        held.holder, held.doing
    )
}

/// Says for whom it is waited.
fn say(held: &Held, left: Duration, console: Console) {
    if console.is_json() {
        console.json(&json!({
            "type": "waiting", "held_by": held.holder, "doing": held.doing,
            "since_ms": held.since_ms,
        }));
        return;
    }
    console.note(&format!(
        "Waiting, at most {}: {}. Ctrl-C gives up.",
        length(left),
        words(held)
    ));
}

fn length(wait: Duration) -> String {
    duration(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

//! A call until it has an outcome: tried again while its platform is out of
//! reach, bounded by a deadline. The one place where anything is tried again.

use segue_model::{Failure, FailureKind};
use std::{future::Future, time::Duration};
use tokio::time::{Instant, timeout_at};

/// How long, and how often, an unreachable platform is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first wait; each later one is twice as long.
    pub first_wait: Duration,
    /// The longest wait that Segue chooses by itself.
    pub longest_wait: Duration,
    /// How long a platform may stay out of reach before the release stops and
    /// waits for `resume`.
    pub budget: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(20),
            budget: Duration::from_secs(600),
        }
    }
}

/// Calls until there is an outcome. `retrying` is told of each wait, `seen`
/// gives the last progress line.
///
/// # Errors
/// The call's own failure; `SEG6010` when the deadline passed; the platform's
/// failure when it stayed out of reach for longer than the budget.
pub async fn attempt<T, F>(
    patience: Patience,
    deadline: Duration,
    mut call: impl FnMut() -> F,
    mut retrying: impl FnMut(&Failure, Duration),
    seen: impl Fn() -> String,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let ends = Instant::now() + deadline;
    let mut unreachable_since = None;
    let mut backoff = patience.first_wait;
    loop {
        let failure = match timeout_at(ends, call()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) if failure.kind == FailureKind::Unavailable => failure,
            Ok(Err(failure)) => return Err(failure),
            Err(_) => return Err(too_late(deadline, &seen())),
        };
        let since = *unreachable_since.get_or_insert_with(Instant::now);
        let wait = wait(&failure, backoff);
        if since.elapsed() + wait > patience.budget || Instant::now() + wait >= ends {
            return Err(failure);
        }
        retrying(&failure, wait);
        tokio::time::sleep(wait).await;
        backoff = (backoff * 2).min(patience.longest_wait);
    }
}

/// At least what the platform asked for, and otherwise between half of and the
/// whole backoff, so that many that were refused together do not return together.
fn wait(failure: &Failure, backoff: Duration) -> Duration {
    let jittered = backoff.mul_f64(0.5 + fastrand::f64() / 2.0);
    let asked = failure.retry_after_ms.map(Duration::from_millis);
    asked.map_or(jittered, |asked| asked + jittered / 4)
}

fn too_late(deadline: Duration, seen: &str) -> Failure {
    let what = format!("not done within {} s", deadline.as_secs());
    let failure = Failure::step("SEG6010", what)
        .hint("if it only needs longer, set `deadline:` on the module");
    if seen.is_empty() {
        failure
    } else {
        failure.words(format!("last seen: {seen}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn run(
        outcomes: Vec<Result<(), Failure>>,
        deadline: u64,
    ) -> (Result<(), Failure>, Vec<Duration>) {
        let outcomes = RefCell::new(outcomes.into_iter());
        let waits = RefCell::new(vec![]);
        let call = || {
            let next = outcomes.borrow_mut().next();
            async { next.unwrap_or(Err(Failure::unavailable("SEG0000", "away"))) }
        };
        let result = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(attempt(
                Patience::default(),
                Duration::from_secs(deadline),
                call,
                |_, wait| waits.borrow_mut().push(wait),
                String::new,
            ));
        (result, waits.into_inner())
    }

    #[test]
    fn a_passing_503_fails_nothing_and_its_retry_after_is_honoured() {
        let away = Failure::unavailable("SEG0000", "away").retry_after_ms(Some(3000));
        let (result, waits) = run(vec![Err(away), Ok(())], 600);
        assert_eq!(result, Ok(()));
        assert!(waits.len() == 1 && waits[0] >= Duration::from_secs(3));
    }

    #[test]
    fn a_platform_that_stays_away_is_no_failed_step() {
        let (result, waits) = run(vec![], 10_000);
        assert_eq!(result.unwrap_err().kind, FailureKind::Unavailable);
        let total: Duration = waits.iter().sum();
        assert!(total <= Patience::default().budget && waits.len() > 20);
    }

    #[test]
    fn a_failed_step_is_not_tried_again() {
        let (result, waits) = run(vec![Err(Failure::step("SEG0000", "broken"))], 600);
        assert_eq!(result.unwrap_err().kind, FailureKind::Step);
        assert!(waits.is_empty());
    }
}

//! A call until it has an outcome: tried again while its platform is out of
//! reach, bounded by a deadline. The one place where anything is tried again.

use crate::contact::Contact;
use segue_model::{Failure, FailureKind};
use std::{future::Future, sync::Arc, time::Duration};
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

/// A request that has waited this long when the deadline passes says that the
/// platform is not heard; one that has just been sent says nothing.
const UNHEARD: Duration = Duration::from_secs(5);

/// Calls until there is an outcome. `retrying` is told of each wait, `seen`
/// gives the last progress line.
///
/// # Errors
/// The call's own failure; `SEG6010` when the deadline passed; the platform's
/// failure when it stayed out of reach for longer than the budget. A deadline
/// that passes while the platform is out of reach is no failed step (law 10):
/// nobody knows what it did meanwhile.
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
    let mut away: Option<Failure> = None;
    let mut backoff = patience.first_wait;
    loop {
        let contact = Arc::new(Contact::default());
        let failure = match timeout_at(ends, contact.of(call())).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) if failure.kind == FailureKind::Unavailable => failure,
            Ok(Err(failure)) => return Err(failure),
            Err(_) => return Err(too_late(deadline, &seen(), away, &contact)),
        };
        let since = *unreachable_since.get_or_insert_with(Instant::now);
        let wait = wait(&failure, backoff);
        if since.elapsed() + wait > patience.budget || Instant::now() + wait >= ends {
            return Err(failure);
        }
        retrying(&failure, wait);
        away = Some(failure);
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

/// The deadline passed in the middle of an attempt; `away` is why the one before failed.
fn too_late(deadline: Duration, seen: &str, away: Option<Failure>, contact: &Contact) -> Failure {
    let within = format!("not done within {} s", deadline.as_secs());
    let unheard = contact.unheard_since().map(|since| since.elapsed());
    let unheard = unheard.filter(|it| *it >= UNHEARD.min(deadline / 4));
    let failure = match (unheard, away) {
        (Some(unheard), _) => {
            let what = format!(
                "{within}, and the platform has not answered for {} s",
                unheard.as_secs().max(1)
            );
            Failure::unavailable("SEG6010", what).hint("`segue resume` looks at it and goes on")
        }
        // Heard since: it was reached again, and was slow.
        (None, Some(away)) if !contact.heard() => return away,
        (None, _) => Failure::step("SEG6010", within)
            .hint("if it only needs longer, set `deadline:` on the module"),
    };
    if seen.is_empty() {
        failure
    } else {
        failure.words(format!("last seen: {seen}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asking;
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

    /// The outcome of `calls` in turn, the last one again and again.
    fn deadline_passes<F>(call: impl FnMut() -> F) -> Failure
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let outcome = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(attempt(
                Patience::default(),
                Duration::from_secs(60),
                call,
                |_, _| {},
                || "1 of 2 replicas".into(),
            ));
        outcome.unwrap_err()
    }

    #[test]
    fn a_deadline_that_passes_while_the_platform_answers_is_a_failed_step() {
        let failure = deadline_passes(|| async {
            loop {
                asking(tokio::time::sleep(Duration::from_millis(50))).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(
            (failure.kind, failure.code.as_str(), failure.words.as_str()),
            (FailureKind::Step, "SEG6010", "last seen: 1 of 2 replicas")
        );
    }

    #[test]
    fn law_10_a_deadline_that_passes_while_nothing_is_heard_is_no_failed_step() {
        let failure = deadline_passes(|| async {
            asking(tokio::time::sleep(Duration::from_secs(1))).await;
            asking(std::future::pending()).await
        });
        assert_eq!(failure.kind, FailureKind::Unavailable);
        assert_eq!(
            failure.what,
            "not done within 60 s, and the platform has not answered for 59 s"
        );
    }

    #[test]
    fn law_10_a_deadline_that_passes_in_an_attempt_after_an_unreachable_one_is_no_failed_step() {
        let mut calls = 0;
        let failure = deadline_passes(|| {
            calls += 1;
            let first = calls == 1;
            async move {
                match first {
                    true => Err(Failure::unavailable("SEG0000", "away")),
                    false => std::future::pending().await,
                }
            }
        });
        assert_eq!(
            (failure.kind, failure.what.as_str()),
            (FailureKind::Unavailable, "away")
        );
    }

    #[test]
    fn a_platform_that_came_back_and_is_slow_fails_the_step() {
        let mut calls = 0;
        let failure = deadline_passes(|| {
            calls += 1;
            let first = calls == 1;
            async move {
                match first {
                    true => Err(Failure::unavailable("SEG0000", "away")),
                    false => {
                        asking(std::future::ready(())).await;
                        std::future::pending().await
                    }
                }
            }
        });
        assert_eq!(failure.kind, FailureKind::Step);
    }

    #[test]
    fn a_failed_step_is_not_tried_again() {
        let (result, waits) = run(vec![Err(Failure::step("SEG0000", "broken"))], 600);
        assert_eq!(result.unwrap_err().kind, FailureKind::Step);
        assert!(waits.is_empty());
    }
}

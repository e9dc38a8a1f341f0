//! What is live now, on every target at once.

use segue_model::{Failure, Observation, Unit};
use segue_platform::{Patience, Registry, attempt};
use std::time::Duration;
use tokio::task::JoinSet;

/// How many reads are under way at once: well inside the read quotas of every
/// API (the tightest is Cloud Run's, 3,000 a minute and region).
const WIDTH: usize = 16;

/// How long one read may take, waiting for a busy API included.
const DEADLINE: Duration = Duration::from_secs(60);

/// What is live of each unit, in the units' order.
///
/// # Errors
/// The first failure, when something cannot be read.
pub async fn observe(registry: &Registry, units: &[Unit]) -> Result<Vec<Observation>, Failure> {
    let mut seen: Vec<Option<Observation>> = vec![None; units.len()];
    let mut waiting = units.iter().cloned().enumerate();
    let mut reading = JoinSet::new();
    loop {
        while reading.len() < WIDTH
            && let Some((at, unit)) = waiting.next()
        {
            let platform = registry.platforms.get(&unit.target).cloned();
            reading.spawn(async move {
                let platform = platform.ok_or_else(|| unreachable_target(&unit))?;
                let observed = attempt(
                    Patience::default(),
                    DEADLINE,
                    || platform.observe(&unit),
                    |_, _| {},
                    String::new,
                );
                Ok::<_, Failure>((at, observed.await?))
            });
        }
        match reading.join_next().await {
            Some(Ok(read)) => {
                let (at, observation) = read?;
                seen[at] = Some(observation);
            }
            Some(Err(error)) => {
                return Err(
                    Failure::internal("SEG6013", "a read ended without an outcome")
                        .words(error.to_string()),
                );
            }
            None => break,
        }
    }
    Ok(seen.into_iter().flatten().collect())
}

fn unreachable_target(unit: &Unit) -> Failure {
    let what = format!("nothing here reaches the target {}", unit.target);
    Failure::internal("SEG6011", what)
}

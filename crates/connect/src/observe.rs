//! What is live now, on every target at once.

use segue_model::{Failure, Observation, Unit};
use segue_platform::{Patience, Registry, attempt};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// How many reads are under way at once: well inside the read quotas of every
/// API (the tightest is Cloud Run's, 3,000 a minute and region).
const WIDTH: usize = 16;

/// How long one read may take, waiting for a busy API included.
const DEADLINE: Duration = Duration::from_secs(60);

/// How long an API may stay out of reach: a quota of requests a minute comes
/// back in less, and whoever forgot the VPN need not wait longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Told of each wait for an API that is out of reach.
pub type Waiting = Arc<dyn Fn(&Unit, &Failure, Duration) + Send + Sync>;

/// What is live of each unit, in the units' order. `told` hears of each wait.
///
/// # Errors
/// The first failure, when something cannot be read.
pub async fn observe(
    registry: &Registry,
    units: &[Unit],
    told: &Waiting,
) -> Result<Vec<Observation>, Failure> {
    let mut seen: Vec<Option<Observation>> = vec![None; units.len()];
    let mut waiting = units.iter().cloned().enumerate();
    let mut reading = JoinSet::new();
    loop {
        while reading.len() < WIDTH
            && let Some((at, unit)) = waiting.next()
        {
            let platform = registry.platforms.get(&unit.target).cloned();
            let told = told.clone();
            reading.spawn(async move {
                let platform = platform.ok_or_else(|| unreachable_target(&unit))?;
                let patience = Patience {
                    budget: PATIENCE,
                    ..Patience::default()
                };
                let observed = attempt(
                    patience,
                    DEADLINE,
                    || platform.observe(&unit),
                    |failure, wait| told(&unit, failure, wait),
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

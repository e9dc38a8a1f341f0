//! Deploys the former versions, through the adapters that a release uses.

use crate::{Project, catalog};
use segue_connect::{Waiting, observe, units};
use segue_model::{Failure, Observation, OperationId, OperationKey, ReleaseId, Shifting, Unit};
use segue_platform::{Call, Platform, Registry};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// How long the former versions may take to come up before the sandbox gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Brings the former versions up: configuration first, since nothing starts
/// without it, then everything else at once, since nobody uses it yet.
pub(crate) async fn deploy(project: &Project, registry: &Registry) -> Result<(), Failure> {
    let mut units = units(&project.former.manifest, &project.former.lock)?;
    for unit in &mut units {
        // Nobody watches: a former version is stable as soon as it is ready.
        unit.settings["stable_ms"] = serde_json::json!(0);
    }
    let (programs, configuration) = units
        .into_iter()
        .partition(|unit| catalog::runs(&project.former.lock, &unit.module));
    all(configuration, registry).await?;
    all(programs, registry).await
}

async fn all(units: Vec<Unit>, registry: &Registry) -> Result<(), Failure> {
    let quiet: Waiting = Arc::new(|_, _, _| {});
    let live = observe(registry, &units, &quiet).await?;
    let mut deploying = JoinSet::new();
    for (unit, live) in units.into_iter().zip(live) {
        let Some(platform) = registry.platforms.get(&unit.target).cloned() else {
            continue;
        };
        deploying.spawn(async move {
            let deployed = tokio::time::timeout(PATIENCE, one(platform, &unit, &live)).await;
            deployed.unwrap_or_else(|_| Err(too_long(&unit)))
        });
    }
    while let Some(deployed) = deploying.join_next().await {
        deployed.map_err(|error| {
            Failure::internal("SEG6105", "a former version did not come up")
                .words(error.to_string())
        })??;
    }
    Ok(())
}

async fn one(platform: Arc<dyn Platform>, unit: &Unit, live: &Observation) -> Result<(), Failure> {
    if platform.matches(unit, live) {
        return Ok(());
    }
    let release = ReleaseId::new("former");
    let operation = OperationId::new(format!("{}@{}", unit.module, unit.target));
    let call = Call::detached(OperationKey::new(&release, &operation, false));
    platform.stage(&call, unit).await?;
    if platform.capabilities().shifting != Shifting::WithStage {
        platform.shift(&call, unit, 100, live).await?;
    }
    platform.settle(&call, unit, live).await?;
    Ok(())
}

fn too_long(unit: &Unit) -> Failure {
    let what = format!("the former {}@{} did not come up", unit.module, unit.target);
    Failure::internal("SEG6105", what)
}

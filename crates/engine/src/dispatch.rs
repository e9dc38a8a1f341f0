//! Who carries out an operation, and with what.

use segue_model::{Action, Evidence, Failure, OperationId, TargetId, Verb};
use segue_platform::{Call, Platform, Registry, Triggers};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

/// What later operations need of earlier ones.
pub(crate) type Outputs = HashMap<OperationId, Value>;

/// What `action` needs of an earlier operation: a trigger's former state.
pub(crate) fn former(outputs: &Outputs, action: &Action) -> Option<Value> {
    match action {
        Action::Trigger {
            lease: Some(lease), ..
        } => outputs.get(lease).cloned(),
        _ => None,
    }
}

/// Carries out `action`, once.
pub(crate) async fn dispatch(
    registry: &Registry,
    former: Option<&Value>,
    call: &Call,
    verb: Verb,
    action: &Action,
) -> Result<Evidence, Failure> {
    match action {
        Action::Stage(unit) => platform(registry, &unit.target)?.stage(call, unit).await,
        Action::Verify(unit) => platform(registry, &unit.target)?.verify(call, unit).await,
        Action::Shift {
            unit,
            percent,
            former,
        } => {
            platform(registry, &unit.target)?
                .shift(call, unit, *percent, former)
                .await
        }
        Action::Settle { unit, former } => {
            platform(registry, &unit.target)?
                .settle(call, unit, former)
                .await
        }
        Action::Revert { unit, former } => {
            platform(registry, &unit.target)?
                .revert(call, unit, former)
                .await
        }
        Action::Trigger {
            target, settings, ..
        } => {
            let triggers = triggers(registry, target)?;
            let former = || former.ok_or_else(not_journaled);
            match verb {
                Verb::Lease => triggers.read(call, settings).await,
                Verb::Pause => triggers.pause(call, settings, former()?).await,
                _ => triggers.restore(call, settings, former()?).await,
            }
        }
        // The machine carries it out by itself.
        Action::Await { .. } => Err(nobody("an approval")),
        Action::Perform { by, input } => match registry.performers.get(by) {
            Some(performer) => performer.perform(call, input).await,
            None => Err(nobody(by)),
        },
    }
}

/// The adapter of `target`.
pub(crate) fn platform<'a>(
    registry: &'a Registry,
    target: &TargetId,
) -> Result<&'a Arc<dyn Platform>, Failure> {
    registry
        .platforms
        .get(target)
        .ok_or_else(|| nobody(target.as_str()))
}

fn triggers<'a>(
    registry: &'a Registry,
    target: &TargetId,
) -> Result<&'a Arc<dyn Triggers>, Failure> {
    registry
        .triggers
        .get(target)
        .ok_or_else(|| nobody(target.as_str()))
}

fn not_journaled() -> Failure {
    Failure::internal("SEG6012", "the trigger's former state is not journaled")
}

fn nobody(name: &str) -> Failure {
    Failure::internal("SEG6011", format!("nothing here can carry out `{name}`"))
        .hint("the plan was made by a Segue that knows more than this one; use that one")
}

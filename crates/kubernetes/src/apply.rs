//! Brings objects to where they are wanted, and touches none that is there already.

use crate::{compare, errors, kinds::Kind, object, prepare, server::Server, settings::Settings};
use segue_model::{Failure, FailureKind, Fault};
use segue_platform::{Call, Secrets};
use serde_json::Value;

/// How long to wait for an object that is being deleted, in milliseconds.
const BEING_DELETED_MS: u64 = 1000;

/// What was done.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// The objects that were changed, by title.
    pub changed: Vec<String>,
    /// How many were as wanted already.
    pub same: usize,
}

/// Whose values fill Secret objects.
pub(crate) struct Values<'a> {
    pub settings: &'a Settings,
    pub secrets: &'a dyn Secrets,
}

/// Applies `wants` in their order. `values` fills Secret objects; without it
/// a Secret must be there already, and keeps its data.
pub(crate) async fn converge(
    server: &Server,
    call: &Call,
    wants: Vec<Value>,
    values: Option<&Values<'_>>,
) -> Result<Applied, Failure> {
    let scaled = object::scaled(&wants);
    let mut applied = Applied::default();
    for mut want in wants {
        let kind = server.kind_of(&want).await?;
        let live = server.get(&kind, object::name(&want)).await?;
        if let Some(live) = &live {
            fit(&want, live)?;
            prepare::leave_to_others(&mut want, live, &scaled);
        }
        if kind.is_secret() {
            match values {
                Some(values) => prepare::fill(&mut want, values.settings, values.secrets).await?,
                None => match &live {
                    Some(live) => prepare::keep_data(&mut want, live),
                    None => return Err(gone(&want)),
                },
            }
        }
        if live.is_some_and(|live| compare::same(&want, &live)) {
            applied.same += 1;
            continue;
        }
        send(server, call, &kind, &mut want).await?;
        applied.changed.push(object::title(&want));
    }
    Ok(applied)
}

async fn send(server: &Server, call: &Call, kind: &Kind, want: &mut Value) -> Result<(), Failure> {
    object::set_metadata(want, "annotations", object::OPERATION, call.key.as_str());
    call.before_effect()?;
    call.progress(format_args!("applying {}", object::title(want)));
    server.apply(kind, want).await.map_err(|mut failure| {
        if kind.is_secret() {
            failure.words = prepare::without_values(&failure.words, want);
        }
        failure
    })
}

/// That `live` may become `want`.
fn fit(want: &Value, live: &Value) -> Result<(), Failure> {
    let owner = object::label(live, object::NAME);
    if object::label(live, object::MANAGED_BY) == object::SEGUE
        && owner != object::label(want, object::NAME)
    {
        return Err(Failure::new(
            FailureKind::Step,
            Fault::User,
            errors::FOREIGN,
            format!("{} belongs to the module {owner}", object::title(want)),
        ));
    }
    if !object::text(live, "/metadata/deletionTimestamp").is_empty() {
        return Err(Failure::unavailable(
            errors::UNAVAILABLE,
            format!("{} is being deleted", object::title(want)),
        )
        .retry_after_ms(Some(BEING_DELETED_MS)));
    }
    Ok(())
}

fn gone(secret: &Value) -> Failure {
    Failure::new(
        FailureKind::Step,
        Fault::Platform,
        errors::SECRET_GONE,
        format!("{} of the former state is gone", object::title(secret)),
    )
    .hint("Segue keeps no value of a secret: create it again from its vault, then resume")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(module: &str) -> Value {
        json!({"kind": "ConfigMap", "metadata": {"name": "c",
            "labels": {object::NAME: module, object::MANAGED_BY: "segue"}}})
    }

    #[test]
    fn an_object_of_another_module_is_not_taken_over() {
        assert!(fit(&of("web"), &of("web")).is_ok());
        assert_eq!(
            fit(&of("web"), &of("shop")).unwrap_err().code,
            errors::FOREIGN
        );
        assert!(fit(&of("web"), &json!({"metadata": {}})).is_ok());
    }

    #[test]
    fn an_object_that_is_going_is_waited_for() {
        let mut live = of("web");
        live["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(
            fit(&of("web"), &live).unwrap_err().kind,
            FailureKind::Unavailable
        );
    }
}

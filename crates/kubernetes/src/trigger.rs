//! CronJobs as triggers: suspended for a release, given back afterwards.

use crate::{Kubernetes, errors, kinds::Kind, object};
use async_trait::async_trait;
use segue_model::{Evidence, Failure, FailureKind, Fault};
use segue_platform::{Call, Triggers};
use serde_json::{Value, json};

#[async_trait]
impl Triggers for Kubernetes {
    async fn read(&self, _: &Call, settings: &Value) -> Result<Evidence, Failure> {
        let name = name(settings)?;
        let live = self.cron_job(name).await?;
        let suspended = is_suspended(&live);
        Ok(Evidence::with_output(
            format!("CronJob {name} {}", state(suspended)),
            json!({ "suspend": suspended }),
        ))
    }

    async fn pause(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        let name = name(settings)?;
        let live = self.cron_job(name).await?;
        if was_suspended(former)? || is_suspended(&live) {
            return Ok(Evidence::seen(format!(
                "CronJob {name} was suspended already"
            )));
        }
        self.suspend(call, name, true, json!(call.key.as_str()))
            .await?;
        Ok(Evidence::seen(format!("CronJob {name} suspended")))
    }

    async fn restore(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        let name = name(settings)?;
        let before = was_suspended(former)?;
        let live = self.cron_job(name).await?;
        let is_marked = !object::annotation(&live, object::PAUSED).is_empty();
        if is_suspended(&live) != before || is_marked {
            self.suspend(call, name, before, Value::Null).await?;
        }
        Ok(Evidence::seen(format!(
            "CronJob {name} {} as before",
            state(before)
        )))
    }
}

impl Kubernetes {
    async fn cron_job(&self, name: &str) -> Result<Value, Failure> {
        let live = self.server.get(&kind()?, name).await?;
        live.ok_or_else(|| {
            trouble(format!(
                "there is no CronJob {name} in namespace {}",
                self.server.namespace
            ))
            .hint("correct the name; a trigger must be live before the release that pauses it")
        })
    }

    /// Sets `spec.suspend`, marks the CronJob with `mark` (null: no mark), and
    /// reads it back.
    async fn suspend(
        &self,
        call: &Call,
        name: &str,
        suspend: bool,
        mark: Value,
    ) -> Result<(), Failure> {
        call.before_effect()?;
        let patch = json!({
            "metadata": {"annotations": {object::PAUSED: mark, object::OPERATION: call.key.as_str()}},
            "spec": {"suspend": suspend},
        });
        self.server.merge(&kind()?, name, &patch).await?;
        if is_suspended(&self.cron_job(name).await?) == suspend {
            return Ok(());
        }
        Err(trouble(format!(
            "CronJob {name} does not keep spec.suspend = {suspend}: something else sets it"
        )))
    }
}

fn kind() -> Result<Kind, Failure> {
    Kind::known("batch/v1", "CronJob").ok_or_else(|| errors::malformed("CronJob is not known"))
}

fn name(settings: &Value) -> Result<&str, Failure> {
    match object::text(settings, "/cron_job/name") {
        "" => Err(errors::malformed(
            "a trigger on Kubernetes is a CronJob: its settings name none",
        )),
        name => Ok(name),
    }
}

fn is_suspended(cron_job: &Value) -> bool {
    cron_job["spec"]["suspend"] == true
}

fn was_suspended(former: &Value) -> Result<bool, Failure> {
    former["suspend"]
        .as_bool()
        .ok_or_else(|| errors::malformed("the former state of the CronJob was not recorded"))
}

fn state(suspended: bool) -> &'static str {
    if suspended { "is suspended" } else { "runs" }
}

fn trouble(what: String) -> Failure {
    Failure::new(FailureKind::Step, Fault::User, errors::CRON_JOB, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_a_cron_job() {
        assert_eq!(
            name(&json!({"cron_job": {"name": "nightly"}})).unwrap(),
            "nightly"
        );
        assert!(name(&json!({"pubsub": {"subscription": "s"}})).is_err());
    }

    #[test]
    fn a_former_state_says_whether_it_was_suspended() {
        assert!(was_suspended(&json!({"suspend": true})).unwrap());
        assert!(was_suspended(&Value::Null).is_err());
        assert!(!is_suspended(&json!({"spec": {}})));
    }
}

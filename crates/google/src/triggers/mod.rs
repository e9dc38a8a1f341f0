//! The triggers on Google Cloud: one file per kind.

mod pubsub;
mod scheduler;

use crate::{Access, errors, settings};
use async_trait::async_trait;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Triggers};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use pubsub::{Pubsub, push};
use scheduler::Scheduler;

/// What the manifest says of a trigger.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Pubsub { subscription: String },
    CloudScheduler { job: String },
}

/// The triggers of one project and region: Pub/Sub push subscriptions and Cloud
/// Scheduler jobs, whatever they start.
#[derive(Debug, Clone)]
pub struct GoogleTriggers {
    pubsub: Pubsub,
    scheduler: Scheduler,
}

impl GoogleTriggers {
    /// Makes the clients; calls nothing yet.
    ///
    /// # Errors
    /// `Denied` when there are no credentials.
    pub async fn connect(access: &Access, project: &str, region: &str) -> Result<Self, Failure> {
        Ok(Self {
            pubsub: Pubsub::connect(access, project).await?,
            scheduler: Scheduler::connect(access, project, region).await?,
        })
    }
}

#[async_trait]
impl Triggers for GoogleTriggers {
    async fn read(&self, _: &Call, settings: &Value) -> Result<Evidence, Failure> {
        match kind(settings)? {
            Kind::Pubsub { subscription } => self.pubsub.read(&subscription).await,
            Kind::CloudScheduler { job } => self.scheduler.read(&job).await,
        }
    }

    async fn pause(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        match kind(settings)? {
            Kind::Pubsub { subscription } => {
                self.pubsub
                    .pause(call, &subscription, &as_former(former)?)
                    .await
            }
            Kind::CloudScheduler { job } => {
                self.scheduler.pause(call, &job, &as_former(former)?).await
            }
        }
    }

    async fn restore(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        match kind(settings)? {
            Kind::Pubsub { subscription } => {
                self.pubsub
                    .restore(call, &subscription, &as_former(former)?)
                    .await
            }
            Kind::CloudScheduler { job } => {
                self.scheduler
                    .restore(call, &job, &as_former(former)?)
                    .await
            }
        }
    }
}

fn kind(settings: &Value) -> Result<Kind, Failure> {
    Kind::deserialize(settings).map_err(|error| {
        Failure::step(errors::TRIGGER, "Google Cloud has no such kind of trigger")
            .by(Fault::User)
            .words(error.to_string())
            .hint("`pubsub` and `cloud_scheduler` can be paused here")
    })
}

fn as_former<T: serde::de::DeserializeOwned>(former: &Value) -> Result<T, Failure> {
    settings::input("the trigger", former)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_trigger_is_of_exactly_one_known_kind() {
        let pubsub = json!({"pubsub": {"subscription": "notifier-push"}});
        assert!(matches!(kind(&pubsub), Ok(Kind::Pubsub { .. })));
        let job = json!({"cloud_scheduler": {"job": "daily-report"}});
        assert!(matches!(kind(&job), Ok(Kind::CloudScheduler { .. })));
        for other in [json!({"event_grid": {}}), json!({}), Value::Null] {
            assert_eq!(kind(&other).unwrap_err().code, errors::TRIGGER);
        }
    }
}

//! Cloud Scheduler jobs: paused and resumed by the API's own verbs.
//!
//! Source: <https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs>.

use crate::{Access, access::not_connected, errors};
use google_cloud_scheduler_v1::{client::CloudScheduler, model::job::State};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, asking};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The jobs of one project and region.
#[derive(Debug, Clone)]
pub(super) struct Scheduler {
    client: CloudScheduler,
    parent: String,
}

/// Whether a job ran when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Former {
    /// The API's name of the state: `ENABLED`, `PAUSED`, `DISABLED`, `UPDATE_FAILED`.
    state: String,
}

impl Former {
    /// A job in any other state does not start by itself, and is left alone.
    fn ran(&self) -> bool {
        self.state == "ENABLED"
    }
}

impl Scheduler {
    pub(super) async fn connect(
        access: &Access,
        project: &str,
        region: &str,
    ) -> Result<Self, Failure> {
        let at = access.endpoints.scheduler.as_ref();
        let client = access.client(CloudScheduler::builder(), at)?.build().await;
        Ok(Self {
            client: client.map_err(not_connected)?,
            parent: format!("projects/{project}/locations/{region}"),
        })
    }

    pub(super) async fn read(&self, id: &str) -> Result<Evidence, Failure> {
        let former = Former {
            state: self.state(id).await?.name().unwrap_or("UNKNOWN").to_owned(),
        };
        Ok(Evidence::with_output(
            format!("{id} is {}", former.state),
            json!(former),
        ))
    }

    pub(super) async fn pause(
        &self,
        call: &Call,
        id: &str,
        former: &Former,
    ) -> Result<Evidence, Failure> {
        if !former.ran() {
            return Ok(Evidence::seen(format!("{id} was {} already", former.state)));
        }
        if self.state(id).await? == State::Enabled {
            call.before_effect()?;
            let sent = asking(self.client.pause_job().set_name(self.name(id)).send()).await;
            sent.map_err(|error| errors::failure(format!("{id} was not paused"), &error))?;
        }
        Ok(Evidence::seen(format!("{id} is paused")))
    }

    pub(super) async fn restore(
        &self,
        call: &Call,
        id: &str,
        former: &Former,
    ) -> Result<Evidence, Failure> {
        if !former.ran() {
            let summary = format!("{id} was {} before, and stays so", former.state);
            return Ok(Evidence::seen(summary));
        }
        if self.state(id).await? != State::Enabled {
            call.before_effect()?;
            let sent = asking(self.client.resume_job().set_name(self.name(id)).send()).await;
            sent.map_err(|error| errors::failure(format!("{id} was not resumed"), &error))?;
        }
        match self.state(id).await? {
            State::Enabled => Ok(Evidence::seen(format!("{id} is enabled again"))),
            other => Err(
                Failure::step(errors::TRIGGER, format!("{id} was not resumed"))
                    .by(Fault::Platform)
                    .words(other.name().unwrap_or("UNKNOWN")),
            ),
        }
    }

    async fn state(&self, id: &str) -> Result<State, Failure> {
        let job = asking(self.client.get_job().set_name(self.name(id)).send()).await;
        job.map(|job| job.state)
            .map_err(|error| errors::failure(format!("the job {id} was not read"), &error))
    }

    fn name(&self, id: &str) -> String {
        match id.starts_with("projects/") {
            true => id.to_owned(),
            false => format!("{}/jobs/{id}", self.parent),
        }
    }
}

//! Stage: a new revision with a tag and without traffic.

use crate::{
    errors,
    run::{
        CloudRun,
        api::{self, Sent},
        conditions::{self, Readiness},
        service::{self, Wanted},
        traffic,
    },
    wait::Wait,
};
use google_cloud_run_v2::model::Service;
use segue_model::{Evidence, Failure};
use segue_platform::Call;

/// How often a revision may be missing after the service has settled.
const ABSENCES: u32 = 5;

impl CloudRun {
    /// Puts the revision in place, waits until it is ready, lets its invokers in.
    pub(super) async fn put(&self, call: &Call, wanted: &Wanted) -> Result<Evidence, Failure> {
        self.describe(call, wanted).await?;
        let revision = self.ready(call, wanted).await?;
        self.api
            .route(call, &wanted.name, |service| {
                Ok(traffic::staged(service, &revision))
            })
            .await?;
        let invokers = &wanted.settings.access.invokers;
        self.api.admit(call, &wanted.name, invokers).await?;
        Ok(Evidence::seen(format!("{revision} is ready")))
    }

    /// Makes the service's description the wanted one.
    async fn describe(&self, call: &Call, wanted: &Wanted) -> Result<(), Failure> {
        for _ in api::rounds() {
            let present = self.api.service(&wanted.name).await?;
            if let Some(service) = &present
                && wanted.is_staged(service)
                && !self.failed_before(call, wanted, service).await?
            {
                return Ok(());
            }
            let service = wanted.staged(present.as_ref(), &call.key);
            let sent = match present {
                None => self.api.create(call, service).await?,
                Some(_) => {
                    let mask = ["template", "traffic", "annotations"];
                    self.api.patch(call, service, &mask).await?
                }
            };
            if let Sent::Taken = sent {
                return Ok(());
            }
        }
        Err(api::contended(&wanted.name))
    }

    /// Whether an earlier release staged the same and its revision failed: a
    /// revision never recovers, so this release makes a new one.
    async fn failed_before(
        &self,
        call: &Call,
        wanted: &Wanted,
        service: &Service,
    ) -> Result<bool, Failure> {
        if service::operation(service) == Some(call.key.as_str()) {
            return Ok(false);
        }
        let Some(name) = wanted.revision(service) else {
            return Ok(false);
        };
        let revision = self.api.revision(&wanted.name, &name).await?;
        Ok(revision
            .is_some_and(|found| matches!(conditions::readiness(&found), Readiness::Failed(_))))
    }

    /// Waits until the unit's revision is ready.
    async fn ready(&self, call: &Call, wanted: &Wanted) -> Result<String, Failure> {
        let mut wait = Wait::new();
        let mut absences = 0;
        loop {
            let service = self.api.existing(&wanted.name).await?;
            let name = super::verify::staged(wanted, &service)?;
            match self.api.revision(&wanted.name, &name).await? {
                Some(revision) => match conditions::readiness(&revision) {
                    Readiness::Ready => return Ok(name),
                    Readiness::Failed(words) => return Err(not_ready(&name, words, &service)),
                    Readiness::Pending => call.progress(format!("{name} is starting")),
                },
                None if !service.reconciling => {
                    absences += 1;
                    if absences > ABSENCES {
                        return Err(not_ready(&name, String::new(), &service));
                    }
                }
                None => call.progress(format!("{name} is being created")),
            }
            wait.again().await;
        }
    }
}

/// The revision did not become ready, in Cloud Run's words.
pub(super) fn not_ready(revision: &str, words: String, service: &Service) -> Failure {
    let words = match words.is_empty() {
        true => conditions::complaints(service),
        false => words,
    };
    Failure::step(errors::REVISION, format!("{revision} did not become ready"))
        .words(words)
        .hint("the revision's log is in Cloud Logging, resource `cloud_run_revision`")
}

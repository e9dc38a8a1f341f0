//! Verify: the revision answers well at an address that only it has.

use crate::{
    errors,
    run::{
        CloudRun,
        conditions::{self, Readiness},
        service::Wanted,
        stage, traffic,
    },
};
use google_cloud_run_v2::model::Service;
use segue_model::{Evidence, Failure};
use segue_platform::Call;

impl CloudRun {
    /// Watches the unit's health for as long as its settings ask.
    pub(super) async fn watch(&self, call: &Call, wanted: &Wanted) -> Result<Evidence, Failure> {
        let service = self.api.settled(call, &wanted.name).await?;
        let revision = staged(wanted, &service)?;
        let found = self.api.revision(&wanted.name, &revision).await?;
        if let Some(Readiness::Failed(words)) = found.as_ref().map(conditions::readiness) {
            return Err(stage::not_ready(&revision, words, &service));
        }
        let address = address(&service, &revision)?;
        self.health
            .watch(call, &service, address, &wanted.settings.access)
            .await
    }
}

/// The unit's revision, which must be staged.
pub(super) fn staged(wanted: &Wanted, service: &Service) -> Result<String, Failure> {
    wanted.revision(service).ok_or_else(|| {
        let what = format!("{} {} is not staged", wanted.name, wanted.version);
        Failure::step(errors::NOT_STAGED, what)
            .hint("somebody else deployed in between; make a new plan")
    })
}

/// Where only `revision` answers: the address of its tag, or that of the
/// service when it has all the traffic.
pub(crate) fn address<'a>(service: &'a Service, revision: &str) -> Result<&'a str, Failure> {
    let tag = service.traffic_statuses.iter().find(|status| {
        status.tag == traffic::TAG
            && traffic::short(&status.revision) == revision
            && !status.uri.is_empty()
    });
    if let Some(tag) = tag {
        return Ok(&tag.uri);
    }
    let shares = traffic::shares(service);
    if !shares.is_empty() && shares.iter().all(|share| share.revision == revision) {
        return Ok(&service.uri);
    }
    Err(Failure::step(
        errors::NOT_STAGED,
        format!("{revision} has no address of its own"),
    )
    .words(conditions::complaints(service)))
}

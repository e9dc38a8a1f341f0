//! The one file that talks to Cloud Run's Admin API v2.
//!
//! Source: <https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>.

use crate::{Access, access::not_connected, errors, iam, run::traffic, wait::Wait};
use google_cloud_gax::error::Error;
use google_cloud_iam_v1::model::{GetPolicyOptions, Policy};
use google_cloud_run_v2::{
    client::{Revisions, Services},
    model::{Revision, Service, TrafficTarget},
};
use google_cloud_wkt::FieldMask;
use segue_model::Failure;
use segue_platform::{Call, asking};

/// How often a change is read and made anew when somebody else changes the
/// same thing at the same time; each time starts from what is there then.
const ROUNDS: usize = 5;

/// The services of Cloud Run, as requests and answers.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    services: Services,
    revisions: Revisions,
}

/// What became of a request that changes something.
pub(crate) enum Sent {
    /// It was taken.
    Taken,
    /// Somebody else was faster: read again.
    Conflict,
}

impl Api {
    pub(crate) async fn connect(access: &Access) -> Result<Self, Failure> {
        let at = access.endpoints.run.as_ref();
        let services = access.client(Services::builder(), at)?.build().await;
        let revisions = access.client(Revisions::builder(), at)?.build().await;
        Ok(Self {
            services: services.map_err(not_connected)?,
            revisions: revisions.map_err(not_connected)?,
        })
    }

    /// The service; none when there is none.
    pub(crate) async fn service(&self, name: &str) -> Result<Option<Service>, Failure> {
        let answer = asking(self.services.get_service().set_name(name).send()).await;
        found(format!("{name} was not read"), answer)
    }

    /// The service, which must be there.
    pub(crate) async fn existing(&self, name: &str) -> Result<Service, Failure> {
        self.service(name)
            .await?
            .ok_or_else(|| Failure::step(errors::NOT_FOUND, format!("{name} is not there")))
    }

    /// The revision; none when there is none.
    pub(crate) async fn revision(
        &self,
        service: &str,
        revision: &str,
    ) -> Result<Option<Revision>, Failure> {
        let name = format!("{service}/revisions/{revision}");
        let answer = asking(self.revisions.get_revision().set_name(&name).send()).await;
        found(format!("{name} was not read"), answer)
    }

    /// Creates `service`, whose name is the full one.
    pub(crate) async fn create(&self, call: &Call, service: Service) -> Result<Sent, Failure> {
        let name = service.name.clone();
        let (parent, id) = name.split_once("/services/").unwrap_or((&name, ""));
        call.before_effect()?;
        let answer = asking(
            self.services
                .create_service()
                .set_parent(parent)
                .set_service_id(id)
                // The API takes the name from the request's parent and id.
                .set_service(service.set_name(""))
                .send(),
        )
        .await;
        taken(format!("{name} was not created"), answer.map(drop))
    }

    /// Sends the fields `mask` of `service`, if it is still as it was read (its etag).
    pub(crate) async fn patch(
        &self,
        call: &Call,
        service: Service,
        mask: &[&str],
    ) -> Result<Sent, Failure> {
        let what = format!("{} was not updated", service.name);
        call.before_effect()?;
        let answer = asking(
            self.services
                .update_service()
                .set_service(service)
                .set_update_mask(FieldMask::default().set_paths(mask.iter().copied()))
                .send(),
        )
        .await;
        taken(what, answer.map(drop))
    }

    /// Deletes the service, if there is one, and waits until it is gone.
    pub(crate) async fn delete(&self, call: &Call, name: &str) -> Result<(), Failure> {
        let mut wait = Wait::new();
        let mut asked = false;
        while let Some(service) = self.service(name).await? {
            if !asked && service.delete_time.is_none() {
                call.before_effect()?;
                let answer = asking(self.services.delete_service().set_name(name).send()).await;
                taken(format!("{name} was not deleted"), answer.map(drop))?;
                asked = true;
            }
            wait.again().await;
        }
        Ok(())
    }

    /// The service once it has become what was last asked for, ready or failed.
    pub(crate) async fn settled(&self, call: &Call, name: &str) -> Result<Service, Failure> {
        let mut wait = Wait::new();
        loop {
            let service = self.existing(name).await?;
            if service.observed_generation == service.generation && !service.reconciling {
                return Ok(service);
            }
            call.progress("Cloud Run is reconciling");
            wait.again().await;
        }
    }

    /// Makes the service's traffic what `wanted` makes of it (none: it is right
    /// as it is), and waits until Cloud Run says that it flows so. Returns
    /// whether anything was changed.
    pub(crate) async fn route(
        &self,
        call: &Call,
        name: &str,
        wanted: impl Fn(&Service) -> Result<Vec<TrafficTarget>, Failure>,
    ) -> Result<bool, Failure> {
        for _ in 0..ROUNDS {
            let service = self.existing(name).await?;
            let targets = wanted(&service)?;
            if traffic::same(&service.traffic, &targets) {
                self.flows(call, name, &targets).await?;
                return Ok(false);
            }
            let changed = service.set_traffic(targets.clone());
            if let Sent::Taken = self.patch(call, changed, &["traffic"]).await? {
                self.flows(call, name, &targets).await?;
                return Ok(true);
            }
        }
        Err(contended(name))
    }

    /// Waits until Cloud Run says that traffic flows as `targets` say.
    async fn flows(
        &self,
        call: &Call,
        name: &str,
        targets: &[TrafficTarget],
    ) -> Result<(), Failure> {
        let service = self.settled(call, name).await?;
        if traffic::confirmed(&service.traffic_statuses, targets) {
            return Ok(());
        }
        Err(
            Failure::step(errors::TRAFFIC, format!("traffic of {name} did not move"))
                .words(crate::run::conditions::complaints(&service)),
        )
    }

    /// Adds to the service's invokers whom of `members` it lacks. Returns
    /// whether anything was changed.
    pub(crate) async fn admit(
        &self,
        call: &Call,
        name: &str,
        members: &[String],
    ) -> Result<bool, Failure> {
        if members.is_empty() {
            return Ok(false);
        }
        for _ in 0..ROUNDS {
            let policy = self.policy(name).await?;
            let Some(policy) = iam::with_invokers(&policy, members) else {
                return Ok(false);
            };
            call.before_effect()?;
            let answer = asking(
                self.services
                    .set_iam_policy()
                    .set_resource(name)
                    .set_policy(policy)
                    .send(),
            )
            .await;
            let what = format!("the invokers of {name} were not set");
            if let Sent::Taken = taken(what, answer.map(drop))? {
                return Ok(true);
            }
        }
        Err(contended(name))
    }

    /// Who may do what with the service.
    pub(crate) async fn policy(&self, name: &str) -> Result<Policy, Failure> {
        asking(
            self.services
                .get_iam_policy()
                .set_resource(name)
                // Version 3 is the one that shows conditions; an older one would lose them.
                .set_options(GetPolicyOptions::new().set_requested_policy_version(3))
                .send(),
        )
        .await
        .map_err(|error| errors::failure(format!("the invokers of {name} were not read"), &error))
    }
}

/// Too many rounds lost to others.
pub(crate) fn contended(name: &str) -> Failure {
    Failure::unavailable(
        errors::CONFLICT,
        format!("somebody else keeps changing {name}"),
    )
}

/// How many rounds there are.
pub(crate) fn rounds() -> std::ops::Range<usize> {
    0..ROUNDS
}

fn found<T>(what: String, answer: Result<T, Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if errors::is_not_found(&error) => Ok(None),
        Err(error) => Err(errors::failure(what, &error)),
    }
}

pub(crate) fn taken(what: String, answer: Result<(), Error>) -> Result<Sent, Failure> {
    match answer {
        Ok(()) => Ok(Sent::Taken),
        Err(error) if errors::is_conflict(&error) => Ok(Sent::Conflict),
        Err(error) => Err(errors::failure(what, &error)),
    }
}

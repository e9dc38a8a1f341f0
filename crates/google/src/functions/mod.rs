//! Cloud Functions, 2nd generation. A function is built and described by the
//! Functions API and runs as a Cloud Run service, where its traffic is split.
//!
//! Source: <https://cloud.google.com/functions/docs/configuring/traffic-splitting>.

mod api;
mod deploy;
mod function;
mod revert;

use crate::{
    Access, errors,
    health::Health,
    run::{
        self,
        api::Api as Run,
        observe::{Former, Live},
        traffic,
    },
};
use api::Api;
use async_trait::async_trait;
use function::Wanted;
use google_cloud_functions_v2::model::{Function, function::State};
use google_cloud_run_v2::model::{Revision, Service};
use segue_model::{Evidence, Failure, Observation, Unit};
use segue_platform::{Call, Capabilities, Platform, Shifting};

pub(crate) use function::Description;

/// Cloud Functions (2nd gen) in one project and region.
#[derive(Debug, Clone)]
pub struct CloudFunctions {
    api: Api,
    run: Run,
    health: Health,
    parent: String,
}

impl CloudFunctions {
    /// Makes the clients; calls nothing yet.
    ///
    /// # Errors
    /// `Denied` when there are no credentials.
    pub async fn connect(access: &Access, project: &str, region: &str) -> Result<Self, Failure> {
        Ok(Self {
            api: Api::connect(access).await?,
            run: Run::connect(access).await?,
            health: Health::new(access)?,
            parent: format!("projects/{project}/locations/{region}"),
        })
    }

    /// The staged function with its service and revision.
    async fn staged(&self, wanted: &Wanted) -> Result<(Function, String, String), Failure> {
        let found = self.api.function(&wanted.name).await?;
        let function = found
            .filter(|function| wanted.description.is_of(function))
            .ok_or_else(|| not_staged(&wanted.name))?;
        let service = function::underlying(&function).map(str::to_owned);
        let revision = function::revision(&function).map(str::to_owned);
        match (service, revision) {
            (Some(service), Some(revision)) => Ok((function, service, revision)),
            _ => Err(not_staged(&wanted.name)),
        }
    }
}

#[async_trait]
impl Platform for CloudFunctions {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::Stepwise,
            settles: true,
        }
    }

    fn risks(&self, unit: &Unit) -> Vec<String> {
        crate::risks(&unit.settings)
    }

    async fn observe(&self, unit: &Unit) -> Result<Observation, Failure> {
        let name = function::name_of(&self.parent, unit)?;
        let Some(function) = self.api.function(&name).await? else {
            return Ok(Observation::absent());
        };
        let service = match function::underlying(&function) {
            Some(name) => self.run.service(name).await?.unwrap_or_default(),
            None => Service::default(),
        };
        let live = Live::read(&self.run, &service).await?;
        let version = version(&function, &live).map(str::to_owned);
        Ok(live.observation(version.as_deref(), Description::of(&function)))
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        self.put(call, &Wanted::of(&self.parent, unit)?).await
    }

    async fn verify(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        let wanted = Wanted::of(&self.parent, unit)?;
        let (function, service, revision) = self.staged(&wanted).await?;
        if function.state != State::Active {
            return Err(deploy::failed(&function));
        }
        let service = self.run.settled(call, &service).await?;
        let address = run::address(&service, &revision)?;
        self.health
            .watch(call, &service, address, &wanted.access)
            .await
    }

    async fn shift(
        &self,
        call: &Call,
        unit: &Unit,
        percent: u8,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        let wanted = Wanted::of(&self.parent, unit)?;
        let (_, service, revision) = self.staged(&wanted).await?;
        let former = Former::of(former)?;
        let former = former.as_ref().and_then(Former::leading);
        let shares = traffic::split(&revision, percent, former);
        self.run
            .route(call, &service, |service| {
                let tagged = traffic::tagged(&service.traffic);
                Ok(traffic::targets(&service.traffic, &shares, tagged))
            })
            .await?;
        Ok(Evidence::seen(format!(
            "{percent} % of the traffic reaches {}",
            unit.version
        )))
    }

    async fn settle(&self, call: &Call, unit: &Unit, _: &Observation) -> Result<Evidence, Failure> {
        let wanted = Wanted::of(&self.parent, unit)?;
        let (_, service, _) = self.staged(&wanted).await?;
        self.run
            .route(call, &service, |service| {
                let shares = traffic::shares(service);
                Ok(traffic::targets(&service.traffic, &shares, None))
            })
            .await?;
        Ok(Evidence::seen(format!(
            "the tag `{}` is gone",
            traffic::TAG
        )))
    }

    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        let name = function::name_of(&self.parent, unit)?;
        match Former::of(former)? {
            Some(former) => self.bring_back(call, &name, &former).await,
            None => self.remove(call, &name).await,
        }
    }
}

/// The version of what is live: the live revision's own environment says it;
/// the function's description speaks of the newest revision only.
fn version<'a>(function: &'a Function, live: &'a Live) -> Option<&'a str> {
    let leading = traffic::leading(&live.shares)?;
    live.leading.as_ref().and_then(environment).or_else(|| {
        (function::revision(function) == Some(&leading.revision))
            .then(|| function::version(function))
            .flatten()
    })
}

/// The version that a revision's environment names.
fn environment(revision: &Revision) -> Option<&str> {
    let mut variables = revision.containers.iter().flat_map(|found| &found.env);
    let named = variables.find(|variable| variable.name == function::VERSION)?;
    named.value().map(String::as_str)
}

fn not_staged(name: &str) -> Failure {
    Failure::step(errors::NOT_STAGED, format!("{name} is not staged"))
        .hint("somebody else deployed in between; make a new plan")
}

//! Cloud Run services: one verb, one file.

pub(crate) mod api;
pub(crate) mod conditions;
pub(crate) mod observe;
mod revert;
pub(crate) mod service;
mod stage;
pub(crate) mod traffic;
mod verify;

use crate::{Access, health::Health};
use api::Api;
use async_trait::async_trait;
use observe::{Former, Live};
use segue_model::{Evidence, Failure, Observation, Unit};
use segue_platform::{Call, Capabilities, Platform, Shifting};
use service::Wanted;

pub(crate) use verify::address;

/// Cloud Run in one project and region.
#[derive(Debug, Clone)]
pub struct CloudRun {
    api: Api,
    health: Health,
    parent: String,
}

impl CloudRun {
    /// Makes the clients; calls nothing yet.
    ///
    /// # Errors
    /// `Denied` when there are no credentials.
    pub async fn connect(access: &Access, project: &str, region: &str) -> Result<Self, Failure> {
        Ok(Self {
            api: Api::connect(access).await?,
            health: Health::new(access)?,
            parent: format!("projects/{project}/locations/{region}"),
        })
    }
}

#[async_trait]
impl Platform for CloudRun {
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
        let name = service::name_of(&self.parent, unit)?;
        let Some(service) = self.api.service(&name).await? else {
            return Ok(Observation::absent());
        };
        let live = Live::read(&self.api, &service).await?;
        let version = live
            .leading
            .as_ref()
            .and_then(observe::version)
            .map(str::to_owned);
        Ok(live.observation(version.as_deref(), None))
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        self.put(call, &Wanted::of(&self.parent, unit)?).await
    }

    async fn verify(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        self.watch(call, &Wanted::of(&self.parent, unit)?).await
    }

    async fn shift(
        &self,
        call: &Call,
        unit: &Unit,
        percent: u8,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        let wanted = Wanted::of(&self.parent, unit)?;
        let former = Former::of(former)?;
        let former = former.as_ref().and_then(Former::leading);
        self.api
            .route(call, &wanted.name, |service| {
                let new = verify::staged(&wanted, service)?;
                let shares = traffic::split(&new, percent, former);
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
        let name = service::name_of(&self.parent, unit)?;
        self.api
            .route(call, &name, |service| {
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
        let name = service::name_of(&self.parent, unit)?;
        match Former::of(former)? {
            Some(former) => revert::bring_back(&self.api, call, &name, &former).await,
            None => revert::remove(&self.api, call, &name).await,
        }
    }
}

//! The [`Platform`] of one resource group's function apps.

use crate::{
    access::Access, app::App, arm::Arm, event_grid, observe, request::Group, revert, stage, swap,
    verify, wanted::malformed,
};
use async_trait::async_trait;
use segue_model::{Evidence, Failure, Observation, Unit};
use segue_platform::{Call, Capabilities, Platform, Shifting, Triggers};
use serde_json::Value;

/// The function apps of one resource group, and the Event Grid topics beside them.
pub struct AzureFunctions {
    arm: Arm,
    http: reqwest::Client,
    group: Group,
}

impl AzureFunctions {
    /// Prepares to reach a resource group; nothing is sent yet.
    ///
    /// # Errors
    /// When the endpoints, the certificates or the credential are unusable (SEG4006, SEG4007).
    pub fn connect(
        access: &Access,
        subscription: &str,
        resource_group: &str,
    ) -> Result<Self, Failure> {
        Ok(Self {
            arm: access.arm()?,
            http: access.health()?,
            group: Group::new(subscription, resource_group),
        })
    }

    fn app(&self, unit: &Unit) -> Result<App<'_>, Failure> {
        App::of(&self.arm, &self.http, &self.group, unit)
    }
}

#[async_trait]
impl Platform for AzureFunctions {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::AtOnce,
            settles: false,
        }
    }

    fn risks(&self, unit: &Unit) -> Vec<String> {
        crate::risks(&unit.settings)
    }

    async fn observe(&self, unit: &Unit) -> Result<Observation, Failure> {
        observe::observe(&self.app(unit)?).await
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        stage::stage(&self.app(unit)?, call).await
    }

    async fn verify(&self, _: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        verify::verify(&self.app(unit)?).await
    }

    async fn shift(
        &self,
        call: &Call,
        unit: &Unit,
        percent: u8,
        _: &Observation,
    ) -> Result<Evidence, Failure> {
        if percent != 100 {
            return Err(malformed(format!(
                "Azure Functions moves all traffic at once, not {percent} %"
            )));
        }
        let app = self.app(unit)?;
        swap::into_production(&app, call, &app.target).await?;
        let (name, version) = (&app.production.name, &app.wanted.version);
        Ok(Evidence::seen(format!("{name} serves {version}")))
    }

    /// The former version stays in the slot: that is where `revert` finds it.
    async fn settle(&self, _: &Call, unit: &Unit, _: &Observation) -> Result<Evidence, Failure> {
        let slot = self.app(unit)?.slot.name;
        Ok(Evidence::seen(format!(
            "the former version stays in {slot}"
        )))
    }

    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        revert::revert(&self.app(unit)?, call, former).await
    }
}

#[async_trait]
impl Triggers for AzureFunctions {
    async fn read(&self, _: &Call, settings: &Value) -> Result<Evidence, Failure> {
        event_grid::Trigger::of(&self.arm, &self.group, settings)?
            .read()
            .await
    }

    async fn pause(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        let trigger = event_grid::Trigger::of(&self.arm, &self.group, settings)?;
        trigger.pause(call, former).await
    }

    async fn restore(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        let trigger = event_grid::Trigger::of(&self.arm, &self.group, settings)?;
        trigger.restore(call, former).await
    }
}

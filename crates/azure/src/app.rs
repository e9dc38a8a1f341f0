//! One function app as the verbs see it: its production, the slot of one unit,
//! and the way to both.

use crate::{
    arm::Arm,
    content::{Content, Snapshot},
    errors,
    health::Health,
    request::Group,
    sites::{self, Place, Site},
    wanted::Wanted,
};
use segue_model::{Failure, Fault, Unit};
use std::time::Duration;

/// The slot that the module deploys to does not exist.
pub(crate) const NO_SLOT: &str = "SEG4010";
/// The app's plan has no slots.
pub(crate) const NO_SLOTS: &str = "SEG4011";

/// One unit's app.
pub(crate) struct App<'a> {
    pub(crate) arm: &'a Arm,
    pub(crate) http: &'a reqwest::Client,
    pub(crate) wanted: Wanted,
    pub(crate) target: Snapshot,
    pub(crate) production: Place,
    pub(crate) slot: Place,
    group: &'a Group,
}

/// Where the wanted state stands.
pub(crate) enum Standing {
    Production,
    Slot,
    Nowhere,
}

impl<'a> App<'a> {
    pub(crate) fn of(
        arm: &'a Arm,
        http: &'a reqwest::Client,
        group: &'a Group,
        unit: &Unit,
    ) -> Result<Self, Failure> {
        let wanted = Wanted::of(unit)?;
        let production = Place::production(group, &wanted.app);
        Ok(Self {
            arm,
            http,
            target: wanted.snapshot(),
            slot: production.slot(&wanted.slot),
            production,
            wanted,
            group,
        })
    }

    /// Production, which must be there: Segue deploys to apps and makes none.
    pub(crate) async fn production_site(&self) -> Result<Site, Failure> {
        let found = sites::find(self.arm, &self.production).await?;
        found.ok_or_else(|| {
            let (app, group) = (&self.wanted.app, &self.group.name);
            Failure::step(errors::NOT_FOUND, format!("there is no function app {app} in {group}"))
                .by(Fault::User)
                .hint("Segue deploys to function apps and does not create them; check `app` and `resource-group`")
        })
    }

    /// The slot, which must be there too.
    pub(crate) async fn slot_site(&self) -> Result<Site, Failure> {
        let found = sites::find(self.arm, &self.slot).await?;
        found.ok_or_else(|| {
            let (app, slot) = (&self.wanted.app, &self.wanted.slot);
            Failure::step(NO_SLOT, format!("function app {app} has no slot {slot}"))
                .by(Fault::User)
                .hint(format!(
                    "create it: {}",
                    self.wanted.create_slot(&self.group.name)
                ))
        })
    }

    pub(crate) async fn production_content(&self) -> Result<Content, Failure> {
        sites::content(self.arm, &self.production).await
    }

    pub(crate) async fn slot_content(&self) -> Result<Content, Failure> {
        sites::content(self.arm, &self.slot).await
    }

    /// Where the wanted state stands now.
    pub(crate) async fn standing(&self) -> Result<Standing, Failure> {
        if self.target.holds(&self.production_content().await?) {
            return Ok(Standing::Production);
        }
        if self.target.holds(&self.slot_content().await?) {
            return Ok(Standing::Slot);
        }
        Ok(Standing::Nowhere)
    }

    /// The health endpoint of a place that should hold `version`.
    pub(crate) fn health(&self, site: &Site, version: Option<&str>) -> Health {
        let version = version.map(str::to_owned);
        Health::new(self.http, &site.host, &self.wanted.health, version)
    }

    pub(crate) fn stable(&self) -> Duration {
        self.wanted.stable
    }

    /// Refuses apps whose plan has no slots.
    /// Source: "Azure Functions Flex Consumption plan hosting", "Considerations".
    pub(crate) fn must_have_slots(&self, production: &Site) -> Result<(), Failure> {
        if !production.sku.eq_ignore_ascii_case("FlexConsumption") {
            return Ok(());
        }
        let what = format!(
            "function app {} runs on Flex Consumption, which has no slots",
            self.wanted.app
        );
        Err(Failure::step(NO_SLOTS, what)
            .by(Fault::User)
            .hint("use a Premium (EP1 and up) or a dedicated plan for releases without downtime"))
    }
}

//! `POST …/slotsswap`: exchanges two slots' content and the settings that are
//! not sticky, without downtime.
//!
//! The slot that moves into production gets production's sticky settings first
//! and must answer with them; only then does the routing change. When it does
//! not come up, everything is put back and nothing moved. The answer names the
//! operation twice, by `Location` and by `Azure-AsyncOperation`: the service
//! sends the first, and ARM allows both.
//! Source: <https://learn.microsoft.com/azure/app-service/deploy-staging-slots#what-happens-during-a-swap>

use super::{
    Target,
    instance::{Instance, Standing},
    operation::Operation,
    site::{Content, PRODUCTION, Site},
};
use crate::azure::{
    call::Call,
    error::{Answer, ArmError},
    ids,
};
use axum::{
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// How long a swap takes beside the warm-up, in the twins' time.
const ROUTING: Duration = Duration::from_secs(2);

/// The parts of `siteConfig` that stay with their slot. Source: as above,
/// "Which settings are swapped?".
const STAYS: [&str; 5] = [
    "alwaysOn",
    "autoSwapSlotName",
    "cors",
    "ipSecurityRestrictions",
    "scmIpSecurityRestrictions",
];

/// `CsmSlotEntity`; both fields are required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SlotEntity {
    target_slot: String,
    #[serde(rename = "preserveVnet")]
    _preserve_vnet: bool,
}

/// Accepts a swap of the addressed slot with `targetSlot`.
pub(super) async fn begin(call: &Call, target: &Target<'_>) -> Answer {
    let wanted: SlotEntity = call.body()?;
    let site = target.site;
    let Some((other, _)) = site.slot(&wanted.target_slot) else {
        let name = format!(
            "Microsoft.Web/sites/{}/slots/{}",
            site.app.name, wanted.target_slot
        );
        return Err(ArmError::not_found(&name, &site.group));
    };
    if other == target.slot {
        let words = format!("Cannot swap slot '{other}' with itself.");
        return Err(ArmError::bad_request("BadRequest", words));
    }
    let mut book = site.book.lock().await;
    book.refuse_while_swapping(site)?;
    let id = ids::uuid();
    let operation = Operation {
        source: target.slot.to_owned(),
        created: Timestamp::now(),
        outcome: None,
    };
    book.operations.insert(id.clone(), operation);
    drop(book);
    // What is not production is warmed up, whichever way round the swap is asked for.
    let (source, destination) = if target.slot == PRODUCTION {
        (other, target.slot)
    } else {
        (target.slot, other)
    };
    let pair = Pair {
        site: site.clone(),
        source: source.to_owned(),
        destination: destination.to_owned(),
    };
    site.spawn(pair.swap(id.clone()));
    let location = format!(
        "{}{}/operationresults/{id}?api-version={}",
        call.base,
        target.id,
        call.version()?
    );
    let operation = call.operation_url("Microsoft.Web", "operations", &id)?;
    let headers = [
        (header::LOCATION, location),
        (HeaderName::from_static("azure-asyncoperation"), operation),
    ];
    Ok((StatusCode::ACCEPTED, headers).into_response())
}

/// Two slots that change places.
struct Pair {
    site: Arc<Site>,
    source: String,
    destination: String,
}

impl Pair {
    async fn swap(self, id: String) {
        let outcome = self.carry_out().await;
        let mut book = self.site.book.lock().await;
        if outcome.is_ok() {
            self.site
                .shared
                .effects
                .record("arm", "slotsswap", &self.site.slot_id(&self.source));
            book.last_swap = Some(json!({
                "timestampUtc": Timestamp::now(),
                "sourceSlotName": self.source,
                "destinationSlotName": self.destination,
            }));
        }
        if let Some(operation) = book.operations.get_mut(&id) {
            operation.outcome = Some(outcome);
        }
    }

    async fn carry_out(&self) -> Result<(), ArmError> {
        let gone = || ArmError::internal("the slot is gone");
        let (coming, going, sticky) = {
            let book = self.site.book.lock().await;
            let content = |slot| book.contents.get(slot).cloned().ok_or_else(gone);
            let sticky = book.sticky.app_setting_names.clone().unwrap_or_default();
            (content(&self.source)?, content(&self.destination)?, sticky)
        };
        let front = |slot| self.site.slots.get(slot).ok_or_else(gone);
        let (source, destination) = (front(&self.source)?, front(&self.destination)?);

        // Nothing else changes the slots meanwhile: changes are refused.
        let arrived = moved(&coming, &going, &sticky);
        let returned = moved(&going, &coming, &sticky);
        let warm = self
            .instance_of(&arrived, &coming, source.instance())
            .await?;
        if let Err(error) = self.warm_up(&warm).await {
            if !Arc::ptr_eq(&warm, &source.instance()) {
                warm.retire();
            }
            return Err(error);
        }
        let replaced = destination.put(warm);
        let cooled = self
            .instance_of(&returned, &going, replaced.clone())
            .await?;
        let left = source.put(cooled);
        for old in [replaced, left] {
            let serves = |slot: &super::front_end::FrontEnd| Arc::ptr_eq(&old, &slot.instance());
            if !serves(source) && !serves(destination) {
                old.retire();
            }
        }
        let mut book = self.site.book.lock().await;
        book.contents.insert(self.destination.clone(), arrived);
        book.contents.insert(self.source.clone(), returned);
        Ok(())
    }

    /// The running instance when `wanted` runs like what it runs, else a new one.
    async fn instance_of(
        &self,
        wanted: &Content,
        present: &Content,
        running: Arc<Instance>,
    ) -> Result<Arc<Instance>, ArmError> {
        if wanted.runs_like(present) {
            return Ok(running);
        }
        wanted
            .start(&self.site.shared)
            .await
            .map_err(ArmError::internal)
    }

    async fn warm_up(&self, instance: &Instance) -> Result<(), ArmError> {
        instance.settled().await;
        self.site.shared.clock.sleep(ROUTING).await;
        if instance.standing() == Standing::Ready {
            return Ok(());
        }
        let message = format!(
            "Cannot swap site slots for site '{}' because the '{}' slot did not respond to http ping.",
            self.site.app.name, self.source
        );
        Err(ArmError::new(
            StatusCode::EXPECTATION_FAILED,
            "ExpectationFailed",
            message,
        ))
    }
}

/// What `content` becomes in the slot that held `there`: the sticky settings
/// and the parts of the configuration that stay are the slot's.
fn moved(content: &Content, there: &Content, sticky: &[String]) -> Content {
    let stays =
        |name: &str| sticky.iter().any(|s| s == name) || name.ends_with("_EXTENSION_VERSION");
    let mut moved = content.clone();
    moved.settings.retain(|name, _| !stays(name));
    let kept = there.settings.iter().filter(|(name, _)| stays(name));
    moved
        .settings
        .extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    for name in STAYS {
        moved.web.remove(name);
        if let Some(value) = there.web.get(name) {
            moved.web.insert(name.to_owned(), value.clone());
        }
    }
    moved.site = there.site.clone();
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Map;

    fn content(settings: &[(&str, &str)]) -> Content {
        let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        Content {
            web: Map::new(),
            settings: settings.iter().map(owned).collect(),
            site: Map::new(),
        }
    }

    #[test]
    fn sticky_settings_stay_with_their_slot() {
        let coming = content(&[("VERSION", "2"), ("QUEUE", "staging")]);
        let there = content(&[("VERSION", "1"), ("QUEUE", "live")]);
        let moved = moved(&coming, &there, &["QUEUE".to_owned()]);
        assert_eq!(
            moved.settings,
            content(&[("VERSION", "2"), ("QUEUE", "live")]).settings
        );
    }
}

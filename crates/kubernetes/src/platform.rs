//! The five verbs on Kubernetes.

use crate::{
    Kubernetes,
    apply::{self, Applied, Values},
    compare, errors,
    health::Health,
    kept, kinds, matching, object,
    observe::{self, Live},
    prepare, prune,
    settings::Settings,
    wait::Wait,
};
use async_trait::async_trait;
use segue_model::{Evidence, Failure, FailureKind, Fault, Observation, Unit};
use segue_platform::{Call, Capabilities, Platform, Shifting};
use serde_json::Value;
use std::{sync::Mutex, time::Duration};

#[async_trait]
impl Platform for Kubernetes {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::WithStage,
            settles: true,
        }
    }

    fn risks(&self, unit: &Unit) -> Vec<String> {
        let objects = unit.artifact["objects"].as_array();
        crate::risks(objects.map_or(&[], Vec::as_slice), &unit.settings)
    }

    fn matches(&self, unit: &Unit, live: &Observation) -> bool {
        live.version.as_ref() == Some(&unit.version)
            // What cannot be read is no match: staging it says what is wrong.
            && self
                .desired(unit)
                .is_ok_and(|wants| matching::holds(live, &wants))
    }

    async fn observe(&self, unit: &Unit) -> Result<Observation, Failure> {
        let live = self.live(unit, &Observation::absent()).await?;
        Ok(observe::observation(live, unit))
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        let settings = Settings::of(unit)?;
        let wants = self.desired(unit)?;
        let values = Values {
            settings: &settings,
            secrets: self.secrets.as_ref(),
        };
        let applied = apply::converge(&self.server, call, wants.clone(), Some(&values)).await?;
        // That it stays ready is for `verify` to see.
        let ready = self
            .wait(call, &settings.sidecars, Duration::ZERO)
            .until_ready(&wants)
            .await?;
        Ok(seen([said(&applied), ready]))
    }

    async fn verify(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        let settings = Settings::of(unit)?;
        let wants = self.desired(unit)?;
        let configuration = self.configuration_stands(&wants).await?;
        let wait = |stable| self.wait(call, &settings.sidecars, stable);
        wait(Duration::ZERO).until_ready(&wants).await?;
        let (ready, health) = tokio::try_join!(
            async { wait(settings.stable()).until_ready(&wants).await },
            self.stays_healthy(unit, &wants, &settings),
        )?;
        Ok(seen([ready, health, configuration]))
    }

    async fn shift(&self, _: &Call, _: &Unit, _: u8, _: &Observation) -> Result<Evidence, Failure> {
        Ok(Evidence::seen(
            "nothing to do: traffic moved with the rolling update",
        ))
    }

    async fn settle(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        let wants = self.desired(unit)?;
        let live = self.live(unit, former).await?;
        let keep = kept::by_settling(&live, &wants, former);
        let kept = self.keep(call, &keep).await?;
        let stays = [wants, keep].concat();
        let removed = self.prune(call, unit, live, &stays).await?;
        Ok(seen([kept, removed]))
    }

    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        let wants = kinds::in_order(observe::objects(former).to_vec());
        let live = self.live(unit, former).await?;
        let keep = kept::by_reverting(&live, unit, former);
        // Before the former's marks go: they say that it had been settled.
        let kept = self.keep(call, &keep).await?;
        let applied = apply::converge(&self.server, call, wants.clone(), None).await?;
        let stays = [wants.as_slice(), &keep].concat();
        let removed = self.prune(call, unit, live, &stays).await?;
        let ready = if former.detail["ready"] == false {
            "the former state was not ready either, and is not waited for".into()
        } else {
            // Sidecars are what the new version must have; the former had its own,
            // and it proved long ago that it stays ready.
            let wait = Wait {
                memory: &Mutex::default(),
                ..self.wait(call, &[], Duration::ZERO)
            };
            wait.until_ready(&wants).await?
        };
        Ok(seen([said(&applied), kept, removed, ready]))
    }
}

impl Kubernetes {
    fn desired(&self, unit: &Unit) -> Result<Vec<Value>, Failure> {
        prepare::desired(unit, &self.server.namespace)
    }

    /// The module's live objects, of every kind that the unit or its former state has.
    async fn live(&self, unit: &Unit, former: &Observation) -> Result<Vec<Live>, Failure> {
        let wanted = object::list(&unit.artifact, "/objects");
        let objects = [wanted, observe::objects(former)].concat();
        observe::live(&self.server, &unit.module, &objects).await
    }

    fn wait<'a>(&'a self, call: &'a Call, sidecars: &'a [String], stable: Duration) -> Wait<'a> {
        Wait {
            server: &self.server,
            call,
            sidecars,
            stable,
            memory: &self.seen,
        }
    }

    /// Marks what is kept for the way back.
    async fn keep(&self, call: &Call, keep: &[Value]) -> Result<String, Failure> {
        let applied = apply::converge(&self.server, call, keep.to_vec(), None).await?;
        Ok(match applied.changed.as_slice() {
            [] => String::new(),
            names => format!("{} kept for the way back", names.join(", ")),
        })
    }

    async fn prune(
        &self,
        call: &Call,
        unit: &Unit,
        live: Vec<Live>,
        keep: &[Value],
    ) -> Result<String, Failure> {
        let doomed = prune::superfluous(live, keep);
        let removed = prune::remove(&self.server, call, &unit.module, &doomed).await?;
        Ok(match removed.as_slice() {
            [] => String::new(),
            names => format!("{} removed", names.join(", ")),
        })
    }

    async fn stays_healthy(
        &self,
        unit: &Unit,
        objects: &[Value],
        settings: &Settings,
    ) -> Result<String, Failure> {
        let health = settings
            .health
            .as_deref()
            .and_then(|path| Health::of(objects, unit.module.as_str(), path));
        let Some(health) = health else {
            return Ok(String::new());
        };
        health.stays_good(&self.server, settings.stable()).await?;
        Ok(health.line())
    }

    /// That each ConfigMap and Secret is there and as it was locked.
    async fn configuration_stands(&self, wants: &[Value]) -> Result<String, Failure> {
        let mut names = Vec::new();
        for want in wants {
            let kind = self.server.kind_of(want).await?;
            if !matches!(kind.kind.as_str(), "ConfigMap" | "Secret") {
                continue;
            }
            let title = object::title(want);
            match self.server.get(&kind, object::name(want)).await? {
                None => return Err(differs(format!("{title} is not there"))),
                Some(live) if !compare::covers(want, &live) => {
                    return Err(differs(format!("{title} differs from what was locked")));
                }
                Some(_) => names.push(title),
            }
        }
        Ok(match names.as_slice() {
            [] => String::new(),
            names => format!("{} present and equal", names.join(", ")),
        })
    }
}

fn said(applied: &Applied) -> String {
    match (applied.changed.as_slice(), applied.same) {
        ([], 0) => String::new(),
        ([], same) => format!("all {same} objects were as wanted already"),
        (changed, 0) => format!("{} applied", changed.join(", ")),
        (changed, same) => format!("{} applied, {same} as wanted already", changed.join(", ")),
    }
}

fn seen<const N: usize>(parts: [String; N]) -> Evidence {
    let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    Evidence::seen(if parts.is_empty() {
        "nothing to do".into()
    } else {
        parts.join("; ")
    })
}

fn differs(what: String) -> Failure {
    Failure::new(FailureKind::Step, Fault::Platform, errors::DIFFERS, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_says_exactly_what_was_done() {
        let applied = Applied {
            changed: vec!["Service web".into()],
            same: 2,
        };
        let evidence = seen([
            said(&applied),
            String::new(),
            "2 of 2 replicas ready".into(),
        ]);
        assert_eq!(
            evidence.summary,
            "Service web applied, 2 as wanted already; 2 of 2 replicas ready"
        );
        assert_eq!(seen([String::new()]).summary, "nothing to do");
    }
}

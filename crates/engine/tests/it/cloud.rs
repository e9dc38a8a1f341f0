//! A platform in memory: it counts its effects, holds each against the journal
//! (law 3), and forgets nothing in a crash.

use crate::points::Points;
use async_trait::async_trait;
use segue_journal::Journal;
use segue_model::{
    Direction, Evidence, Failure, Observation, OperationId, OperationKey, Plan, ReleaseId, Unit,
};
use segue_platform::{Call, Capabilities, Performer, Platform, Shifting, Triggers};
use segue_release::{Machine, Standing};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

/// A module on a target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    pub version: String,
    /// Another version in place, and how much of the traffic it takes.
    pub staged: Option<(String, u8)>,
    /// How often somebody changed it by hand.
    pub by_hand: u32,
}

impl Service {
    pub fn at(version: &str) -> Self {
        Self {
            version: version.into(),
            ..Self::default()
        }
    }

    pub fn observation(&self) -> Observation {
        Observation {
            version: self.version.parse().ok(),
            revision: format!("revision-{}", self.version),
            fingerprint: format!("{self:?}"),
            detail: json!({"version": self.version, "by_hand": self.by_hand}),
        }
    }
}

/// What is wrong with a module until it is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ailment {
    /// The new version is put in place and crashes.
    Crashes,
    /// The former version cannot be brought back.
    NoWayBack,
    /// The platform is out of reach.
    Away,
}

/// What is live, and each effect that made it so.
#[derive(Default, Clone, PartialEq, Debug)]
pub struct State {
    /// By `module@target`.
    pub live: BTreeMap<String, Service>,
    /// Which triggers are paused.
    pub triggers: BTreeMap<String, bool>,
    pub migrations: BTreeSet<String>,
    pub ailing: BTreeSet<(String, Ailment)>,
    /// Each effect, with the key that it bore.
    pub effects: Vec<(String, String)>,
}

/// The journal that effects are held against.
pub struct Causes {
    pub journal: Arc<dyn Journal>,
    pub release: ReleaseId,
    pub plan: Plan,
    keys: HashMap<OperationKey, (OperationId, Direction)>,
}

impl Causes {
    pub fn new(journal: Arc<dyn Journal>, release: ReleaseId, plan: Plan) -> Self {
        let mut keys = HashMap::new();
        for operation in &plan.operations {
            for direction in [Direction::Do, Direction::Undo] {
                let undo = direction == Direction::Undo;
                let key = OperationKey::new(&release, &operation.id, undo);
                keys.insert(key, (operation.id.clone(), direction));
            }
        }
        Self {
            journal,
            release,
            plan,
            keys,
        }
    }

    /// Law 3: whoever reads the journal now knows that this effect may be there.
    async fn hold(&self, key: &OperationKey) {
        let (operation, direction) = &self.keys[key];
        let mut machine = Machine::new(&self.plan).unwrap();
        for event in self.journal.events(&self.release, 0).await.unwrap() {
            machine.handle(&event);
        }
        let begun = match direction {
            Direction::Do => Standing::Running,
            Direction::Undo => Standing::Undoing,
        };
        assert_eq!(
            machine.standing(operation),
            Some(begun),
            "law 3: {operation} has an effect before its intent is in the journal"
        );
    }
}

#[derive(Clone)]
pub struct Cloud {
    pub state: Arc<Mutex<State>>,
    pub points: Arc<Points>,
    pub causes: Option<Arc<Causes>>,
}

pub fn name(unit: &Unit) -> String {
    format!("{}@{}", unit.module, unit.target)
}

/// Targets of this name move traffic in steps; all others with `stage`.
pub const STEPWISE: &str = "run";

fn is_stepwise(unit: &Unit) -> bool {
    unit.target.as_str() == STEPWISE
}

impl Cloud {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Does what is missing: a point before the effect and one after it.
    async fn effect(
        &self,
        call: &Call,
        what: String,
        change: impl Fn(&mut State) + Send,
    ) -> Result<(), Failure> {
        let is_missing = {
            let state = self.state();
            let mut wanted = state.clone();
            change(&mut wanted);
            wanted != *state
        };
        if !is_missing {
            return Ok(());
        }
        self.points.pass().await;
        if let Some(causes) = &self.causes {
            causes.hold(&call.key).await;
        }
        call.before_effect()?;
        {
            let mut state = self.state();
            change(&mut state);
            state.effects.push((call.key.to_string(), what));
        }
        self.points.pass().await;
        Ok(())
    }

    fn ails(&self, unit: &Unit, ailment: Ailment) -> bool {
        let ailing = (unit.module.to_string(), ailment);
        self.state().ailing.contains(&ailing)
    }

    fn reach(&self, unit: &Unit) -> Result<(), Failure> {
        match self.ails(unit, Ailment::Away) {
            true => Err(Failure::unavailable("SEG0000", "as wanted")),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl Platform for Cloud {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::Stepwise,
            settles: true,
        }
    }

    async fn observe(&self, unit: &Unit) -> Result<Observation, Failure> {
        let state = self.state();
        let service = state.live.get(&name(unit));
        Ok(service.map_or_else(Observation::absent, Service::observation))
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        self.reach(unit)?;
        let (name, version) = (name(unit), unit.version.to_string());
        let in_place = |state: &mut State| {
            let service = state.live.entry(name.clone()).or_default();
            if !is_stepwise(unit) {
                service.version.clone_from(&version);
            } else if service.version != version && service.staged.is_none() {
                service.staged = Some((version.clone(), 0));
            }
        };
        self.effect(call, format!("{name}={version}"), in_place)
            .await?;
        if self.ails(unit, Ailment::Crashes) {
            return Err(Failure::step("SEG0000", "it crashes"));
        }
        Ok(Evidence::seen("in place"))
    }

    async fn verify(&self, _: &Call, _: &Unit) -> Result<Evidence, Failure> {
        Ok(Evidence::seen("healthy"))
    }

    async fn shift(
        &self,
        call: &Call,
        unit: &Unit,
        percent: u8,
        _: &Observation,
    ) -> Result<Evidence, Failure> {
        let name = name(unit);
        let moved = |state: &mut State| {
            let service = state.live.entry(name.clone()).or_default();
            if let Some((_, share)) = &mut service.staged {
                *share = percent;
            }
        };
        self.effect(call, format!("{name}:{percent}%"), moved)
            .await?;
        Ok(Evidence::seen("moved"))
    }

    async fn settle(&self, call: &Call, unit: &Unit, _: &Observation) -> Result<Evidence, Failure> {
        let name = name(unit);
        let settled = |state: &mut State| {
            let service = state.live.entry(name.clone()).or_default();
            if let Some((version, 100)) = service.staged.clone() {
                service.version = version;
                service.staged = None;
            }
        };
        self.effect(call, format!("{name} settled"), settled)
            .await?;
        Ok(Evidence::seen("nothing left over"))
    }

    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        self.reach(unit)?;
        if self.ails(unit, Ailment::NoWayBack) {
            return Err(Failure::step("SEG0000", "no way back"));
        }
        let name = name(unit);
        let back = |state: &mut State| {
            match &former.version {
                Some(version) => {
                    let service = state.live.entry(name.clone()).or_default();
                    service.version = version.to_string();
                    service.staged = None;
                }
                None => {
                    state.live.remove(&name);
                }
            };
        };
        let version = former.version.as_ref().map(ToString::to_string);
        let version = version.unwrap_or_else(|| "none".into());
        self.effect(call, format!("{name}={version}"), back).await?;
        Ok(Evidence::seen("brought back"))
    }
}

impl Cloud {
    async fn set(&self, call: &Call, settings: &Value, paused: bool) -> Result<(), Failure> {
        let name = settings["name"].as_str().unwrap().to_owned();
        let what = format!("{name} {}", if paused { "paused" } else { "running" });
        let set = |state: &mut State| {
            state.triggers.insert(name.clone(), paused);
        };
        self.effect(call, what, set).await
    }
}

#[async_trait]
impl Triggers for Cloud {
    async fn read(&self, _: &Call, settings: &Value) -> Result<Evidence, Failure> {
        let paused = self.state().triggers[settings["name"].as_str().unwrap()];
        Ok(Evidence::with_output("read", json!({ "paused": paused })))
    }

    async fn pause(&self, call: &Call, settings: &Value, _: &Value) -> Result<Evidence, Failure> {
        self.set(call, settings, true).await?;
        Ok(Evidence::seen("paused"))
    }

    async fn restore(
        &self,
        call: &Call,
        settings: &Value,
        former: &Value,
    ) -> Result<Evidence, Failure> {
        self.set(call, settings, former["paused"] == true).await?;
        Ok(Evidence::seen("given back"))
    }
}

/// Migrates a database.
#[async_trait]
impl Performer for Cloud {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let name = input["migration"].as_str().unwrap().to_owned();
        let done = |state: &mut State| {
            state.migrations.insert(name.clone());
        };
        self.effect(call, format!("migrated {name}"), done).await?;
        Ok(Evidence::seen("migrated"))
    }
}

//! A platform in memory that counts its effects and forgets nothing in a crash.

use crate::crash::Points;
use async_trait::async_trait;
use segue_model::{Evidence, Failure, FailureKind, Fault, Observation, Unit};
use segue_platform::{Call, Capabilities, Platform, Shifting, Triggers};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// What is live, and each effect that made it so.
#[derive(Default)]
pub struct State {
    pub live: BTreeMap<String, String>,
    pub paused: bool,
    pub effects: Vec<String>,
    /// Module → how many calls fail, and how.
    pub failing: BTreeMap<String, (u32, FailureKind)>,
}

#[derive(Default, Clone)]
pub struct Cloud(pub Arc<Mutex<State>>, pub Arc<Points>);

impl Cloud {
    fn put(&self, module: &str, version: &str) {
        let mut state = self.0.lock().unwrap();
        if state.live.get(module).map(String::as_str) != Some(version) {
            state.live.insert(module.into(), version.into());
            state.effects.push(format!("{module}={version}"));
        }
    }

    async fn set(&self, call: &Call, module: &str, version: &str) -> Result<Evidence, Failure> {
        self.1.pass().await;
        call.before_effect()?;
        self.put(module, version);
        self.1.pass().await;
        match self.0.lock().unwrap().failing.get_mut(module) {
            Some((left, kind)) if *left > 0 && version != "1.0.0" => {
                *left -= 1;
                Err(Failure::new(*kind, Fault::Module, "SEG0000", "as wanted"))
            }
            _ => Ok(Evidence::seen("set")),
        }
    }
}

#[async_trait]
impl Platform for Cloud {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shifting: Shifting::WithStage,
            settles: false,
        }
    }

    async fn observe(&self, _: &Unit) -> Result<Observation, Failure> {
        Ok(Observation::absent())
    }

    async fn stage(&self, call: &Call, unit: &Unit) -> Result<Evidence, Failure> {
        self.set(call, unit.module.as_str(), &unit.version.to_string())
            .await
    }

    async fn verify(&self, _: &Call, _: &Unit) -> Result<Evidence, Failure> {
        Ok(Evidence::seen("healthy"))
    }

    async fn shift(&self, _: &Call, _: &Unit, _: u8, _: &Observation) -> Result<Evidence, Failure> {
        Ok(Evidence::seen("with stage"))
    }

    async fn settle(&self, _: &Call, _: &Unit, _: &Observation) -> Result<Evidence, Failure> {
        Ok(Evidence::seen("nothing left over"))
    }

    async fn revert(
        &self,
        call: &Call,
        unit: &Unit,
        former: &Observation,
    ) -> Result<Evidence, Failure> {
        self.set(call, unit.module.as_str(), &former.revision).await
    }
}

#[async_trait]
impl Triggers for Cloud {
    async fn read(&self, _: &Call, _: &Value) -> Result<Evidence, Failure> {
        self.1.pass().await;
        let paused = self.0.lock().unwrap().paused;
        Ok(Evidence::with_output("read", json!({ "paused": paused })))
    }

    async fn pause(&self, _: &Call, _: &Value, _: &Value) -> Result<Evidence, Failure> {
        self.1.pass().await;
        self.0.lock().unwrap().paused = true;
        self.1.pass().await;
        Ok(Evidence::seen("paused"))
    }

    async fn restore(&self, _: &Call, _: &Value, former: &Value) -> Result<Evidence, Failure> {
        self.1.pass().await;
        self.0.lock().unwrap().paused = former["paused"] == true;
        self.1.pass().await;
        Ok(Evidence::seen("given back"))
    }
}

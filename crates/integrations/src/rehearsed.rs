//! `command` in a world that is none: a program would change the real one, and is
//! named instead of run.

use crate::read;
use async_trait::async_trait;
use segue_model::{Evidence, Failure};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;

/// Names programs, and runs none.
pub struct Rehearsed;

#[derive(Deserialize)]
struct Input {
    command: Vec<String>,
}

#[async_trait]
impl Performer for Rehearsed {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = read(input)?;
        call.before_effect()?;
        let command = input.command.join(" ");
        Ok(Evidence::seen(format!("rehearsed, not run: {command}")))
    }
}

//! `window`: releases may run at this time, or not.

use crate::read;
use async_trait::async_trait;
use segue_calendar::{Calendar, Standing, Timestamp};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;

/// Asks calendars.
pub struct Window {
    now: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

#[derive(Deserialize)]
struct Input {
    gate: String,
    calendar: Calendar,
}

impl Window {
    /// Asks what time it is with `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Box::new(now) }
    }
}

impl Default for Window {
    /// By the clock of this machine.
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

#[async_trait]
impl Performer for Window {
    async fn perform(&self, _: &Call, input: &Value) -> Result<Evidence, Failure> {
        let Input { gate, calendar } = read(input)?;
        let show = |moment| calendar.time_zone.show(moment);
        match calendar.at((self.now)()) {
            Standing::Open { closes } => Ok(Evidence::seen(match closes {
                Some(closes) => format!("open until {}", show(closes)),
                None => "open".to_owned(),
            })),
            Standing::Closed { opens, freeze } => {
                let until = match opens {
                    Some(opens) => format!("until {}", show(opens)),
                    None => "and does not open again".to_owned(),
                };
                let because = freeze.map_or("", |freeze| freeze.because());
                let failure =
                    Failure::step("SEG7010", format!("the window `{gate}` is closed {until}"))
                        .by(Fault::User)
                        .words(because);
                Err(failure.hint(format!(
                    "nothing was changed; apply when it is open, or \
                     `segue apply … --override {gate} --because \"…\"`"
                )))
            }
        }
    }
}

//! `application-insights.check`: how many requests failed of late.
//!
//! Source: Azure Monitor REST API, "Metrics - List"; supported metrics of
//! `microsoft.insights/components`: `requests/failed`, aggregation Count.

use crate::{
    access::Access,
    arm::Arm,
    errors,
    request::{Group, Request},
    wanted::malformed,
};
use async_trait::async_trait;
use azure_core::http::Method;
use jiff::Timestamp;
use segue_model::{Evidence, Failure};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;

const API_VERSION: &str = "2018-01-01";

/// More requests failed than may.
pub(crate) const TOO_MANY: &str = "SEG4033";

/// Performs `application-insights.check`: `{"subscription", "resource_group",
/// "component", "failed_requests": 0, "minutes": 5}`. At most `failed_requests`
/// requests (default 0) failed in the last `minutes` (default 5).
///
/// Metrics arrive a minute or two late: the check sees what has arrived.
pub struct ApplicationInsightsCheck(Arm);

#[derive(Deserialize)]
struct Input {
    subscription: String,
    resource_group: String,
    component: String,
    #[serde(default)]
    failed_requests: u64,
    #[serde(default = "five")]
    minutes: u32,
}

fn five() -> u32 {
    5
}

impl ApplicationInsightsCheck {
    /// Prepares to reach the Resource Manager; nothing is sent yet.
    ///
    /// # Errors
    /// When the endpoints, the certificates or the credential are unusable (SEG4006, SEG4007).
    pub fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self(access.arm()?))
    }
}

#[async_trait]
impl Performer for ApplicationInsightsCheck {
    async fn perform(&self, _: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = serde_json::from_value(input.clone()).map_err(|error| {
            malformed("application-insights.check cannot read its input").words(error.to_string())
        })?;
        let what = format!("cannot read the metrics of {}", input.component);
        let request = request(&input, Timestamp::now());
        let body = self.0.send(&what, &request).await?.json(&what)?;
        let failed = count(&body).ok_or_else(|| errors::nonsense(&what))?;
        let said = format!(
            "{}: {failed} failed requests in {} min",
            input.component, input.minutes
        );
        if failed > input.failed_requests {
            let what = format!("{said}, at most {} may", input.failed_requests);
            return Err(Failure::step(TOO_MANY, what).hint(
                "see Failures in Application Insights for the requests and their exceptions",
            ));
        }
        Ok(Evidence::seen(said))
    }
}

fn request(input: &Input, now: Timestamp) -> Request {
    let group = Group::new(&input.subscription, &input.resource_group);
    let component = group.resource("Microsoft.Insights", "components", &input.component);
    let path = format!("{component}/providers/Microsoft.Insights/metrics");
    Request::new(Method::Get, path, API_VERSION)
        .query("metricnames", "requests/failed")
        .query("aggregation", "Count")
        .query("interval", "PT1M")
        .query("timespan", timespan(now, input.minutes))
}

/// Both ends in whole seconds. The end is exclusive, so it lies a second ahead.
fn timespan(now: Timestamp, minutes: u32) -> String {
    let end = now.as_second().saturating_add(1);
    let begin = end.saturating_sub(i64::from(minutes.max(1)) * 60);
    let text = |second| Timestamp::from_second(second).unwrap_or(now).to_string();
    format!("{}/{}", text(begin), text(end))
}

/// The sum of all counts; none when the answer is no list of metrics.
fn count(body: &Value) -> Option<u64> {
    let list = |value: &Value, name: &str| value.get(name)?.as_array().cloned();
    let mut sum = 0.0;
    for metric in list(body, "value")? {
        for series in list(&metric, "timeseries")? {
            let data = list(&series, "data")?;
            sum += data
                .iter()
                .filter_map(|point| point.get("count")?.as_f64())
                .sum::<f64>();
        }
    }
    // A count of requests: rounding guards against a sum such as 2.9999…
    Some(sum.round().max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_minutes_are_asked_for() {
        let now: Timestamp = "2026-11-23T10:05:00.5Z".parse().unwrap();
        assert_eq!(
            timespan(now, 5),
            "2026-11-23T10:00:01Z/2026-11-23T10:05:01Z"
        );
    }

    #[test]
    fn counts_are_summed() {
        let body = json!({"value": [{"timeseries": [
            {"data": [{"timeStamp": "t", "count": 2.0}, {"timeStamp": "t"}, {"timeStamp": "t", "count": 1}]}
        ]}]});
        assert_eq!(count(&body), Some(3));
        assert_eq!(count(&json!({"value": [{"timeseries": []}]})), Some(0));
        assert_eq!(count(&json!({})), None);
    }
}

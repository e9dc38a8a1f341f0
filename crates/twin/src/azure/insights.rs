//! Microsoft.Insights: the metrics of Application Insights components, answered
//! from the requests that the apps' front ends really served.
//!
//! Source: <https://learn.microsoft.com/rest/api/monitor/metrics/list>

use super::{
    call::{Api, Call},
    error::{Answer, ArmError},
    requests::{Requests, Served},
    world::World,
};
use axum::{Json, http::Method, response::IntoResponse};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const METRICS: Api = Api {
    namespace: "Microsoft.Insights",
    versions: &[
        "2018-01-01",
        "2019-07-01",
        "2021-05-01",
        "2023-10-01",
        "2024-02-01",
    ],
};

const COMPONENTS: Api = Api {
    namespace: "Microsoft.Insights",
    versions: &["2015-05-01", "2020-02-02"],
};

const PARAMETERS: [&str; 7] = [
    "timespan",
    "interval",
    "metricnames",
    "aggregation",
    "metricnamespace",
    "AutoAdjustTimegrain",
    "ValidateDimensions",
];

/// The metrics that the twin keeps.
const NAMES: [&str; 2] = ["requests/count", "requests/failed"];

/// What is queried when no `timespan` is given.
const LAST_HOUR: SignedDuration = SignedDuration::from_hours(1);

/// All components.
pub(super) struct Insights {
    components: Vec<String>,
    /// The scope of the components: `/subscriptions/…/Microsoft.Insights/components`.
    scope: String,
    group: String,
    requests: Arc<Requests>,
}

/// Answers what is below `Microsoft.Insights`.
pub(super) fn answer(insights: &Insights, call: &Call, tail: &[&str]) -> Answer {
    let ["components", name, rest @ ..] = tail else {
        let kind = tail.first().copied().unwrap_or_default();
        return Err(ArmError::no_such_type(METRICS.namespace, kind));
    };
    let same = |component: &&String| component.eq_ignore_ascii_case(name);
    let Some(name) = insights.components.iter().find(same) else {
        let name = format!("Microsoft.Insights/components/{name}");
        return Err(ArmError::not_found(&name, &insights.group));
    };
    match (rest, &call.method) {
        ([], &Method::GET) => {
            call.check_version(&COMPONENTS, "components")?;
            Ok(Json(insights.component(name)).into_response())
        }
        (["providers", "microsoft.insights", "metrics"], &Method::GET) => {
            call.check_version(&METRICS, "metrics")?;
            insights.metrics(call, name)
        }
        ([] | ["providers", "microsoft.insights", "metrics"], _) => Err(call.wrong_verb("GET")),
        _ => Err(ArmError::no_such_type(
            METRICS.namespace,
            &format!("components/{}", rest.join("/")),
        )),
    }
}

impl Insights {
    /// What the world has.
    pub fn new(world: &World, requests: Arc<Requests>) -> Self {
        Self {
            components: world.components.clone(),
            scope: format!(
                "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Insights/components",
                world.subscription, world.resource_group
            ),
            group: world.resource_group.clone(),
            requests,
        }
    }

    fn component(&self, name: &str) -> Value {
        json!({
            "id": format!("{}/{name}", self.scope),
            "name": name,
            "type": "microsoft.insights/components",
            "kind": "web",
            "location": "westeurope",
            "properties": {"Application_Type": "web", "provisioningState": "Succeeded"},
        })
    }

    fn metrics(&self, call: &Call, name: &str) -> Answer {
        call.only_parameters(&PARAMETERS)?;
        check_aggregation(call)?;
        let (start, end) = timespan(call.parameter("timespan"))?;
        let interval = interval(call)?;
        let served = self.requests.between(start, end);
        let wanted = call.parameter("metricnames").unwrap_or("requests/count");
        let metrics = wanted
            .split(',')
            .map(|metric| self.metric(name, metric, &points(&served, metric, interval, start)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Json(json!({
            "cost": 0,
            "timespan": format!("{start}/{end}"),
            "interval": interval.name(),
            "value": metrics,
            "namespace": "microsoft.insights/components",
            "resourceregion": "westeurope",
        }))
        .into_response())
    }

    fn metric(&self, component: &str, metric: &str, data: &[Value]) -> Result<Value, ArmError> {
        if !NAMES.contains(&metric) {
            return Err(bad(format!(
                "Failed to find metric configuration for provider: microsoft.insights, resource \
                 Type: components, metric: {metric}, Valid metrics: {}",
                NAMES.join(",")
            )));
        }
        let scope = format!(
            "{}/{component}/providers/Microsoft.Insights/metrics",
            self.scope
        );
        Ok(json!({
            "id": format!("{scope}/{metric}"),
            "type": "Microsoft.Insights/metrics",
            "name": {"value": metric, "localizedValue": metric},
            "unit": "Count",
            "timeseries": [{"metadatavalues": [], "data": data}],
            "errorCode": "Success",
        }))
    }
}

#[derive(Clone, Copy)]
enum Interval {
    Minute,
    Full,
}

impl Interval {
    fn name(self) -> &'static str {
        match self {
            Self::Minute => "PT1M",
            Self::Full => "FULL",
        }
    }
}

fn interval(call: &Call) -> Result<Interval, ArmError> {
    match call.parameter("interval") {
        None | Some("PT1M") => Ok(Interval::Minute),
        Some(full) if full.eq_ignore_ascii_case("FULL") => Ok(Interval::Full),
        Some(other) => Err(bad(format!(
            "Invalid time grain duration: {other}, supported ones are: PT1M,FULL"
        ))),
    }
}

fn check_aggregation(call: &Call) -> Result<(), ArmError> {
    match call.parameter("aggregation") {
        None => Ok(()),
        Some(one) if one.eq_ignore_ascii_case("Count") => Ok(()),
        Some(other) => Err(bad(format!(
            "Aggregation '{other}' is not supported for these metrics; supported is: Count"
        ))),
    }
}

/// `start/end`, both RFC 3339.
fn timespan(text: Option<&str>) -> Result<(Timestamp, Timestamp), ArmError> {
    let Some(text) = text else {
        let now = Timestamp::now();
        return Ok((now.checked_sub(LAST_HOUR).unwrap_or(now), now));
    };
    let invalid = || bad(format!("Invalid time interval input: {text}"));
    let (start, end) = text.split_once('/').ok_or_else(invalid)?;
    let moment = |text: &str| text.parse::<Timestamp>().map_err(|_| invalid());
    let (start, end) = (moment(start)?, moment(end)?);
    if start < end {
        Ok((start, end))
    } else {
        Err(invalid())
    }
}

/// One point per minute in which something was served, or one for the whole time.
fn points(served: &[Served], metric: &str, interval: Interval, start: Timestamp) -> Vec<Value> {
    let mut counts = BTreeMap::<Timestamp, u64>::new();
    if matches!(interval, Interval::Full) {
        counts.insert(start, 0);
    }
    for one in served {
        let at = match interval {
            Interval::Full => start,
            Interval::Minute => minute(one.at),
        };
        let counted = metric == "requests/count" || one.failed;
        *counts.entry(at).or_default() += u64::from(counted);
    }
    let point = |(at, count)| json!({"timeStamp": at, "count": count});
    counts.into_iter().map(point).collect()
}

fn minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

fn bad(message: String) -> ArmError {
    ArmError::bad_request("BadRequest", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timespan_has_a_start_before_its_end() {
        assert!(timespan(Some("2026-11-23T04:00:00Z/2026-11-23T05:00:00Z")).is_ok());
        assert!(timespan(Some("2026-11-23T05:00:00Z/2026-11-23T04:00:00Z")).is_err());
        assert!(timespan(Some("PT1H")).is_err());
    }

    #[test]
    fn points_are_counted_per_minute() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let served = [
            Served {
                at: at("2026-11-23T04:00:01Z"),
                failed: true,
            },
            Served {
                at: at("2026-11-23T04:00:59Z"),
                failed: false,
            },
            Served {
                at: at("2026-11-23T04:01:00Z"),
                failed: false,
            },
        ];
        let start = at("2026-11-23T04:00:00Z");
        let all = points(&served, "requests/count", Interval::Minute, start);
        assert_eq!(all[0]["count"], 2);
        assert_eq!(all[1]["count"], 1);
        let failed = points(&served, "requests/failed", Interval::Full, start);
        assert_eq!(failed, [json!({"timeStamp": start, "count": 1})]);
    }
}

//! Application Insights: metrics of what was really served.

use super::{Cloud, GROUP};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use segue_twin::faults::FaultKind;

async fn count(cloud: &Cloud, metric: &str) -> u64 {
    let now = Timestamp::now();
    let (start, end) = (
        now - SignedDuration::from_mins(5),
        now + SignedDuration::from_secs(1),
    );
    let path = format!(
        "{GROUP}/providers/Microsoft.Insights/components/shop-insights/providers/microsoft.insights/metrics\
         ?api-version=2018-01-01&metricnames={metric}&aggregation=Count&interval=FULL&timespan={start}/{end}"
    );
    let said = cloud.arm(Method::GET, &path, None).await;
    assert_eq!(said.status, 200, "{said:?}");
    said.body["value"][0]["timeseries"][0]["data"][0]["count"]
        .as_u64()
        .unwrap()
}

#[tokio::test]
async fn requests_are_counted_and_failed_ones_too() {
    let cloud = Cloud::start().await;
    for _ in 0..3 {
        cloud.call().await;
    }
    assert_eq!(count(&cloud, "requests/count").await, 3);
    assert_eq!(count(&cloud, "requests/failed").await, 0);

    cloud
        .shared
        .faults
        .set("events", FaultKind::UnhealthyAfterReady);
    cloud.deploy("", 2).await;
    while cloud.call().await.status != 500 {
        super::pause().await;
    }
    assert_eq!(count(&cloud, "requests/failed").await, 1);
}

#[tokio::test]
async fn a_starting_container_serves_nothing_that_could_fail() {
    let cloud = Cloud::start().await;
    cloud.shared.faults.set("events", FaultKind::NeverReady);
    cloud.deploy("", 2).await;
    assert_eq!(cloud.call().await.status, 503);
    assert_eq!(count(&cloud, "requests/failed").await, 0);
}

#[tokio::test]
async fn an_unknown_metric_is_refused_with_those_that_are_known() {
    let cloud = Cloud::start().await;
    let path = format!(
        "{GROUP}/providers/Microsoft.Insights/components/shop-insights/providers/microsoft.insights/metrics\
         ?api-version=2018-01-01&metricnames=requests/lost"
    );
    let said = cloud.arm(Method::GET, &path, None).await;
    assert_eq!(said.status, 400);
    assert!(said.message().contains("requests/failed"));
}

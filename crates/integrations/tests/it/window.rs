//! Release windows, at any time of the day.

use crate::call;
use segue_calendar::Timestamp;
use segue_integrations::Window;
use segue_model::{Evidence, Failure, FailureKind, Fault};
use segue_platform::Performer;
use serde_json::json;

async fn at(moment: &str) -> Result<Evidence, Failure> {
    let moment: Timestamp = moment.parse().unwrap();
    let calendar = json!({
        "time_zone": "Europe/Berlin",
        "open": ["Mon-Thu 08:00-16:00"],
        "freezes": [{ "from": "2026-12-20", "until": "2027-01-03", "because": "Christmas" }],
    });
    let input = json!({ "gate": "hours", "calendar": calendar });
    Window::new(move || moment).perform(&call(), &input).await
}

#[tokio::test]
async fn an_open_window_says_when_it_closes() {
    let evidence = at("2026-11-23T07:00:00Z").await.unwrap();
    assert_eq!(
        evidence.summary,
        "open until Mon 2026-11-23 16:00 Europe/Berlin"
    );
}

#[tokio::test]
async fn a_closed_window_says_when_it_opens_and_what_to_type() {
    let failure = at("2026-11-27T07:00:00Z").await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.fault),
        (FailureKind::Step, Fault::User)
    );
    assert_eq!(
        failure.what,
        "the window `hours` is closed until Mon 2026-11-30 08:00 Europe/Berlin"
    );
    assert!(
        failure.hint.contains("--override hours --because"),
        "{}",
        failure.hint
    );
    let frozen = at("2026-12-21T09:00:00Z").await.unwrap_err();
    assert_eq!(
        frozen.to_string(),
        "the window `hours` is closed until Mon 2027-01-04 08:00 Europe/Berlin: Christmas"
    );
}

#[tokio::test]
async fn what_opens_no_more_says_so_and_what_is_no_calendar_too() {
    let calendar = json!({ "time_zone": "UTC", "freezes": [{ "from": "2026-01-01", "until": "9999-12-31", "because": "" }] });
    let input = json!({ "gate": "hours", "calendar": calendar });
    let now = || "2026-11-23T07:00:00Z".parse().unwrap();
    let failure = Window::new(now).perform(&call(), &input).await.unwrap_err();
    assert!(
        failure.what.ends_with("closed and does not open again"),
        "{failure}"
    );
    let input = json!({ "gate": "hours", "calendar": { "time_zone": "Europe/Bonn" } });
    let failure = Window::new(now).perform(&call(), &input).await.unwrap_err();
    assert_eq!(failure.code, "SEG7001");
}

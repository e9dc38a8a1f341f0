//! ARM's asynchronous operations: ask, wait as long as ARM says, ask again.
//!
//! Source: "Track asynchronous Azure operations" (Azure Resource Manager).
//! The SDK's own poller cannot go below a second and is not used.

use crate::{
    arm::{Answer, Arm},
    errors::{self, REJECTED},
};
use segue_model::Failure;
use serde_json::Value;
use std::time::Duration;

/// Waits that grow from a tenth of a second to five, unless ARM names its own.
pub(crate) struct Pace(Duration);

impl Pace {
    const FIRST: Duration = Duration::from_millis(100);
    const MOST: Duration = Duration::from_secs(5);

    pub(crate) fn new() -> Self {
        Self(Self::FIRST)
    }

    /// The next wait; `asked` is what the answer asked for, in milliseconds.
    fn next(&mut self, asked: Option<u64>) -> Duration {
        let own = self.0;
        self.0 = own.mul_f64(1.5).min(Self::MOST);
        asked.map_or(own, Duration::from_millis)
    }

    pub(crate) async fn wait(&mut self, asked: Option<u64>) {
        tokio::time::sleep(self.next(asked)).await;
    }
}

/// What an answer says about its operation.
#[derive(Debug, PartialEq)]
enum Progress {
    /// Not over; ask here next (none: where the last answer came from).
    Running(Option<String>),
    /// Over, and it went well.
    Done,
    /// Over, and it did not; in ARM's words.
    Failed(String),
}

/// Waits until the operation that `begun` reports is over.
pub(crate) async fn until_done(arm: &Arm, what: &str, begun: Answer) -> Result<(), Failure> {
    let mut pace = Pace::new();
    let Some(mut url) = operation_url(&begun) else {
        return Ok(());
    };
    let mut asked = errors::retry_after_ms(&begun.headers);
    loop {
        pace.wait(asked).await;
        let answer = arm.look(what, &url).await?;
        if answer.status == 404 {
            // ARM forgets operations some time after they are over; who called
            // reads the resource back and sees how it ended.
            return Ok(());
        }
        let answer = answer.success(what)?;
        asked = errors::retry_after_ms(&answer.headers);
        match progress(&answer) {
            Progress::Running(next) => url = next.unwrap_or(url),
            Progress::Done => return Ok(()),
            Progress::Failed(words) => return Err(Failure::step(REJECTED, what).words(words)),
        }
    }
}

/// Where the operation can be watched; none when there is nothing to wait for.
/// `Azure-AsyncOperation` goes before `Location`, as ARM's documentation asks.
fn operation_url(answer: &Answer) -> Option<String> {
    let async_operation = answer.header("azure-asyncoperation");
    let location = answer.header("location").filter(|_| answer.status == 202);
    async_operation.or(location).map(str::to_owned)
}

/// Behind `Azure-AsyncOperation` stands `{"status"}`, behind `Location` a 202
/// until it is over.
fn progress(answer: &Answer) -> Progress {
    let body = answer.json("").unwrap_or(Value::Null);
    match body.get("status").and_then(Value::as_str) {
        Some("Failed" | "Canceled") => {
            let words = body.get("error").and_then(errors::said);
            Progress::Failed(words.unwrap_or_else(|| body["status"].to_string()))
        }
        Some("Succeeded") => Progress::Done,
        Some(_) => Progress::Running(None),
        None if answer.status == 202 => {
            Progress::Running(answer.header("location").map(str::to_owned))
        }
        None => Progress::Done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::http::headers::Headers;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let mut all = Headers::new();
        for (name, value) in headers {
            all.insert(*name, *value);
        }
        Answer::new(status, all, body)
    }

    #[test]
    fn waits_grow_and_arm_has_the_last_word() {
        let mut pace = Pace::new();
        assert_eq!(pace.next(None), Duration::from_millis(100));
        assert_eq!(pace.next(None), Duration::from_millis(150));
        assert_eq!(pace.next(Some(7000)), Duration::from_secs(7));
        for _ in 0..20 {
            pace.next(None);
        }
        assert_eq!(pace.next(None), Pace::MOST);
    }

    #[test]
    fn a_finished_answer_has_nothing_to_watch() {
        assert_eq!(
            operation_url(&answer(200, &[("location", "/x")], "{}")),
            None
        );
        let both = [("location", "/l"), ("azure-asyncoperation", "/a")];
        assert_eq!(operation_url(&answer(202, &both, "")), Some("/a".into()));
        assert_eq!(
            operation_url(&answer(202, &[("location", "/l")], "")),
            Some("/l".into())
        );
    }

    #[test]
    fn both_forms_of_operation_are_understood() {
        assert_eq!(progress(&answer(202, &[], "")), Progress::Running(None));
        assert_eq!(progress(&answer(204, &[], "")), Progress::Done);
        let status =
            |status: &str| progress(&answer(200, &[], &format!(r#"{{"status":"{status}"}}"#)));
        assert_eq!(status("InProgress"), Progress::Running(None));
        assert_eq!(status("Succeeded"), Progress::Done);
        let failed = r#"{"status":"Failed","error":{"code":"SwapFailed","message":"no warm-up"}}"#;
        assert_eq!(
            progress(&answer(200, &[], failed)),
            Progress::Failed("SwapFailed: no warm-up".into())
        );
    }
}

//! `webhook.notify`: tells people that a release is live, as JSON that Slack,
//! Teams and Mattermost show as they are (`text`).

use crate::{Outside, chain, read};
use async_trait::async_trait;
use reqwest::{Client, header::RETRY_AFTER};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer, asking};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Posts messages.
pub struct Webhook {
    client: Client,
    outside: Outside,
}

#[derive(Deserialize)]
struct Input {
    url: String,
    release: String,
    environment: String,
    changes: Vec<Change>,
    /// The release that this one takes back.
    rolls_back: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Change {
    module: String,
    target: String,
    from: Option<String>,
    to: Option<String>,
}

impl Webhook {
    /// Posts with `client`, which bounds how long an answer may take.
    pub fn new(client: Client, outside: Outside) -> Self {
        Self { client, outside }
    }
}

#[async_trait]
impl Performer for Webhook {
    async fn perform(&self, call: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = read(input)?;
        let url = self.outside.address(&input.url)?;
        let body = json!({
            "text": text(&input),
            "release": input.release,
            "environment": input.environment,
            "changes": input.changes,
            "rolls_back": input.rolls_back,
        });
        call.before_effect()?;
        // A receiver that knows the header sees a message that is sent again
        // after a crash as the same one.
        let sent = self
            .client
            .post(&url)
            .header("idempotency-key", call.key.as_str())
            .json(&body)
            .send();
        let sent = asking(sent).await;
        // The address may hold a token: it stands in no message.
        let response = sent.map_err(|error| {
            Failure::unavailable("SEG7004", "the webhook does not answer")
                .words(chain(&error.without_url()))
        })?;
        let status = response.status();
        if status.is_success() {
            return Ok(Evidence::seen(format!("answered {}", status.as_u16())));
        }
        let wait = response.headers().get(RETRY_AFTER);
        let wait = wait.and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
        let what = format!("the webhook answered {}", status.as_u16());
        let words: String = response.text().await.unwrap_or_default();
        let words: String = words.chars().take(300).collect();
        if status.is_server_error() || status.as_u16() == 429 {
            let wait = wait.map(|seconds| seconds.saturating_mul(1000));
            return Err(Failure::unavailable("SEG7004", what)
                .words(words)
                .retry_after_ms(wait));
        }
        Err(Failure::step("SEG7005", what)
            .by(Fault::User)
            .words(words)
            .hint("check the webhook's address, then `segue resume`"))
    }
}

fn text(input: &Input) -> String {
    let changes = input.changes.iter().map(|change| {
        let from = change.from.as_deref().unwrap_or("new");
        let to = change.to.as_deref().unwrap_or("gone");
        format!("{}@{} {from} → {to}", change.module, change.target)
    });
    let (release, changes) = (&input.release, changes.collect::<Vec<_>>().join(", "));
    let what = match &input.rolls_back {
        Some(back) => format!("release {release} took {back} back"),
        None => format!("release {release} is live"),
    };
    format!("{}: {what} ({changes})", input.environment)
}

//! `http.gate`: a GET request must be answered as expected.

use crate::{Outside, chain, read};
use async_trait::async_trait;
use reqwest::Client;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer, asking};
use serde::Deserialize;
use serde_json::Value;

/// At most this much of an answer is read: it is somebody else's.
const MOST: usize = 1 << 20;

/// Asks gates.
pub struct HttpGate {
    client: Client,
    outside: Outside,
}

#[derive(Deserialize)]
struct Input {
    url: String,
    status: u16,
    json: Option<String>,
    equals: Option<Value>,
}

impl HttpGate {
    /// Asks with `client`, which bounds how long an answer may take.
    pub fn new(client: Client, outside: Outside) -> Self {
        Self { client, outside }
    }
}

#[async_trait]
impl Performer for HttpGate {
    async fn perform(&self, _: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = read(input)?;
        let url = self.outside.address(&input.url)?;
        let lost = |error: reqwest::Error| {
            let what = format!("{} does not answer", input.url);
            Failure::unavailable("SEG7009", what).words(chain(&error.without_url()))
        };
        let sent = asking(self.client.get(&url).send()).await;
        let mut response = sent.map_err(lost)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(lost)? {
            body.extend_from_slice(&piece);
            if body.len() > MOST {
                return Err(closed(format!("{} answers more than 1 MiB", input.url)));
            }
        }
        if status != input.status {
            return Err(closed(format!(
                "{} answered {status}, expected {}",
                input.url, input.status
            ))
            .words(beginning(&body)));
        }
        let found = look(&input, &body)?;
        Ok(Evidence::seen(match found {
            Some(found) => format!("answered {status}, {found}"),
            None => format!("answered {status}"),
        }))
    }
}

/// Compares what stands at the JSON pointer with what is expected there.
fn look(input: &Input, body: &[u8]) -> Result<Option<String>, Failure> {
    let Some(pointer) = &input.json else {
        return Ok(None);
    };
    let body: Value = serde_json::from_slice(body).map_err(|error| {
        closed(format!("{} answered what is no JSON", input.url))
            .words(format!("{error}: {}", beginning(body)))
    })?;
    let found = body.pointer(pointer).unwrap_or(&Value::Null);
    let holds = match &input.equals {
        Some(expected) => found == expected,
        None => !found.is_null(),
    };
    if holds {
        return Ok(Some(format!("{pointer} is {found}")));
    }
    let expected = input
        .equals
        .as_ref()
        .map_or("present".into(), Value::to_string);
    Err(closed(format!(
        "{} answered {pointer} = {found}, expected {expected}",
        input.url
    )))
}

fn closed(what: String) -> Failure {
    Failure::step("SEG7003", what)
        .by(Fault::User)
        .hint("nothing was changed; apply again when the gate is open")
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned()
}

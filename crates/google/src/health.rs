//! Asking a service whether it is healthy, as a caller that it admits.
//!
//! In production the caller shows an identity token (OIDC) for the service's
//! address; Cloud Run takes its signature off before the container sees it. An
//! access token is never sent to a workload: whoever runs there could use it.
//! Credentials that can have no identity token (a user's own, workforce
//! federation) call anonymously, which works where `allUsers` may call.

use crate::{
    access::{Access, Credential},
    errors,
    settings::Reach,
    wait::Wait,
};
use google_cloud_auth::credentials::idtoken::{Builder, IDTokenCredentials};
use google_cloud_run_v2::model::Service;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Secret, asking};
use std::time::{Duration, Instant};

/// How long a new address may be unknown to Google's front end, or its first
/// instance be starting, before that counts as an answer.
const FIRST_ANSWER: Duration = Duration::from_secs(15);

/// Asks for health over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    http: reqwest::Client,
    credential: Credential,
}

/// What one question brought.
#[derive(Debug, PartialEq)]
enum Answer {
    Good,
    /// May pass while an address is new: it is not routed yet, or starting.
    NotYet(String),
    Bad(u16, String),
    Refused(String),
}

impl Health {
    pub(crate) fn new(access: &Access) -> Result<Self, Failure> {
        Ok(Self {
            http: access.http(access.timeouts.outside)?,
            credential: access.credential.clone(),
        })
    }

    /// Watches `address` of `service` until it has answered well for as long as
    /// `reach` asks. The first bad answer ends it.
    pub(crate) async fn watch(
        &self,
        call: &Call,
        service: &Service,
        address: &str,
        reach: &Reach,
    ) -> Result<Evidence, Failure> {
        let url = format!("{}{}", address.trim_end_matches('/'), reach.health);
        let caller = Caller::new(&self.credential, &service.uri);
        self.first(&url, &caller).await?;
        call.progress(format!("{} answers 200", reach.health));
        let stable = reach.stable();
        let pause = (stable / 10).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let since = Instant::now();
        let mut answers = 1_u32;
        while since.elapsed() < stable {
            tokio::time::sleep(pause.min(stable.saturating_sub(since.elapsed()))).await;
            match self.ask(&url, &caller).await? {
                Answer::Good => answers += 1,
                other => return Err(complaint(&url, other)),
            }
        }
        let seen = format!(
            "{} answered 200, {answers} of {answers} times",
            reach.health
        );
        Ok(Evidence::seen(seen))
    }

    /// Waits for the first good answer.
    async fn first(&self, url: &str, caller: &Caller) -> Result<(), Failure> {
        let since = Instant::now();
        let mut wait = Wait::new();
        loop {
            match self.ask(url, caller).await? {
                Answer::Good => return Ok(()),
                Answer::NotYet(_) if since.elapsed() < FIRST_ANSWER => wait.again().await,
                other => return Err(complaint(url, other)),
            }
        }
    }

    async fn ask(&self, url: &str, caller: &Caller) -> Result<Answer, Failure> {
        let lost = |error: reqwest::Error| {
            Failure::unavailable(errors::UNAVAILABLE, format!("{url} did not answer"))
                .words(errors::chain(&error))
        };
        let request = self.http.get(url);
        let request = match caller.token().await? {
            Some(token) => request.bearer_auth(token.expose()),
            None => request,
        };
        let answer = asking(request.send()).await.map_err(lost)?;
        let status = answer.status().as_u16();
        // The body explains; that it cannot be read does not change the answer.
        let body = answer.text().await.unwrap_or_default();
        Ok(judge(status, body))
    }
}

fn judge(status: u16, body: String) -> Answer {
    let body: String = body.trim().chars().take(300).collect();
    let said = format!("{status} {body}").trim().to_owned();
    match status {
        200..=299 => Answer::Good,
        401 | 403 => Answer::Refused(said),
        404 | 429 | 503 => Answer::NotYet(said),
        _ => Answer::Bad(status, said),
    }
}

fn complaint(url: &str, answer: Answer) -> Failure {
    match answer {
        Answer::Refused(said) => Failure::denied(
            errors::HEALTH_DENIED,
            format!("{url} refused Segue's identity"),
        )
        .words(said)
        .hint("make the identity that Segue runs as an invoker, and let it be a service account"),
        Answer::Good => Failure::internal(errors::UNHEALTHY, format!("{url} answered well")),
        Answer::NotYet(said) | Answer::Bad(_, said) => {
            Failure::step(errors::UNHEALTHY, format!("{url} is not healthy"))
                .by(Fault::Module)
                .words(said)
        }
    }
}

/// As whom a service is called.
enum Caller {
    Nobody,
    Fixed(Secret),
    Identity(Box<IDTokenCredentials>),
}

impl Caller {
    /// The audience is the service's own address, under a tag too.
    /// Source: <https://cloud.google.com/run/docs/authenticating/service-to-service>.
    fn new(credential: &Credential, audience: &str) -> Self {
        match credential {
            Credential::Bearer(token) => Self::Fixed(token.clone()),
            Credential::ApplicationDefault => match Builder::new(audience).build() {
                Ok(credentials) => Self::Identity(Box::new(credentials)),
                Err(_) => Self::Nobody,
            },
        }
    }

    async fn token(&self) -> Result<Option<Secret>, Failure> {
        match self {
            Self::Nobody => Ok(None),
            Self::Fixed(token) => Ok(Some(token.clone())),
            Self::Identity(credentials) => match credentials.id_token().await {
                Ok(token) => Ok(Some(Secret::new(token))),
                Err(error) => {
                    let what = "no identity token could be had";
                    let failure = match error.is_transient() {
                        true => Failure::unavailable(errors::UNAVAILABLE, what),
                        false => Failure::denied(errors::CREDENTIALS, what),
                    };
                    Err(failure.words(errors::chain(&error)))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::FailureKind;

    #[test]
    fn only_a_2xx_is_good() {
        assert_eq!(judge(200, "ok".into()), Answer::Good);
        assert_eq!(
            judge(503, "starting".into()),
            Answer::NotYet("503 starting".into())
        );
        assert_eq!(judge(500, String::new()), Answer::Bad(500, "500".into()));
        assert_eq!(judge(302, String::new()), Answer::Bad(302, "302".into()));
    }

    #[test]
    fn a_refusal_is_a_matter_of_permission_and_a_bad_answer_of_the_module() {
        let refused = complaint("u", judge(403, "Forbidden".into()));
        assert_eq!(refused.kind, FailureKind::Denied);
        let bad = complaint("u", judge(500, "unhealthy".into()));
        assert_eq!(
            (bad.kind, bad.words.as_str()),
            (FailureKind::Step, "500 unhealthy")
        );
    }
}

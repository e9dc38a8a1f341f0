//! Asking an app for its health, where Azure's front end serves it.

use segue_model::Failure;
use segue_platform::asking;
use std::time::Duration;

/// The header in which an app may say its version. When it does, the answer
/// counts only if it is the wanted one: right after a restart App Service may
/// still route to the former container.
const VERSION_HEADER: &str = "x-version";

/// The pause between two looks at an app that must stay healthy.
const INTERVAL: Duration = Duration::from_millis(200);

/// The app did not answer its health endpoint well.
pub(crate) const UNHEALTHY: &str = "SEG4014";

/// How much of a bad answer is repeated.
const BODY_LIMIT: usize = 200;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    /// 200, and it said that it is the wanted version.
    Good,
    /// 200, and it did not say its version.
    Nameless,
    /// 200 by another version.
    Other(String),
    /// Any other answer.
    Bad(String),
    /// No answer.
    Silent(String),
}

impl Seen {
    /// 503 is what an app says that is not ready yet, and Azure's front end
    /// before it.
    pub(crate) fn is_starting(&self) -> bool {
        matches!(self, Self::Bad(words) if words.starts_with("HTTP 503"))
    }
}

/// One app's health endpoint.
pub(crate) struct Health {
    http: reqwest::Client,
    url: String,
    version: Option<String>,
}

impl Health {
    pub(crate) fn new(
        http: &reqwest::Client,
        host: &str,
        path: &str,
        version: Option<String>,
    ) -> Self {
        Self {
            http: http.clone(),
            url: format!("https://{host}{path}"),
            version,
        }
    }

    pub(crate) async fn ask(&self) -> Seen {
        let answer = match asking(self.http.get(&self.url).send()).await {
            Ok(answer) => answer,
            // The connection stands, so the network does: it is the app that is silent.
            Err(error) if error.is_timeout() && !error.is_connect() => {
                return Seen::Bad("no answer in time".to_owned());
            }
            Err(error) => return Seen::Silent(crate::errors::chain(&error)),
        };
        let status = answer.status().as_u16();
        let version = answer.headers().get(VERSION_HEADER);
        let version = version
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = match status {
            200 => String::new(),
            _ => answer.text().await.unwrap_or_default(),
        };
        self.judge(status, version, &body)
    }

    fn judge(&self, status: u16, said: Option<String>, body: &str) -> Seen {
        if status != 200 {
            let body: String = body.chars().take(BODY_LIMIT).collect();
            return Seen::Bad(format!("HTTP {status} {}", body.trim()).trim().to_owned());
        }
        match (said, &self.version) {
            (Some(said), Some(wanted)) if said != *wanted => Seen::Other(said),
            (Some(_), Some(_)) => Seen::Good,
            _ => Seen::Nameless,
        }
    }

    /// Watches for `stable` that health stays good; the first bad answer ends it.
    pub(crate) async fn stays_good(&self, what: &str, stable: Duration) -> Result<(), Failure> {
        let begun = tokio::time::Instant::now();
        loop {
            match self.ask().await {
                Seen::Good | Seen::Nameless => {}
                Seen::Silent(words) => {
                    return Err(Failure::unavailable(crate::errors::UNAVAILABLE, what).words(words));
                }
                Seen::Other(version) => {
                    let words = format!("version {version} answered");
                    return Err(Failure::step(UNHEALTHY, what).words(words));
                }
                Seen::Bad(words) => return Err(Failure::step(UNHEALTHY, what).words(words)),
            }
            let left = stable.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(INTERVAL.min(left)).await;
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good | Self::Nameless => f.write_str("answers 200"),
            Self::Other(version) => write!(f, "version {version} still answers"),
            Self::Bad(words) | Self::Silent(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wanted_version_counts() {
        // The client panics without a TLS provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let health = Health::new(
            &reqwest::Client::new(),
            "h",
            "/healthz",
            Some("2.0.0".into()),
        );
        assert_eq!(health.url, "https://h/healthz");
        assert_eq!(health.judge(200, Some("2.0.0".into()), ""), Seen::Good);
        assert_eq!(
            health.judge(200, Some("1.0.0".into()), ""),
            Seen::Other("1.0.0".into())
        );
        assert_eq!(health.judge(200, None, ""), Seen::Nameless);
        assert_eq!(
            health.judge(503, None, "starting"),
            Seen::Bad("HTTP 503 starting".into())
        );
        assert!(health.judge(503, None, "starting").is_starting());
        assert!(!health.judge(500, None, "unhealthy").is_starting());
    }
}

//! The address of a server: what `psql` takes as a URL.

use super::tls::{Check, Tls};
use segue_model::Failure;
use std::{fmt, path::PathBuf, time::Duration};
use tokio_postgres::{Config, config::SslMode};

/// Where a server is, and how it is talked to. Shown without the password.
pub(super) struct Address {
    pub config: Config,
    pub tls: Tls,
    shown: String,
}

impl Address {
    /// # Errors
    /// When `url` is no address, or its certificates cannot be read.
    pub fn parse(url: &str, answer: Duration) -> Result<Self, Failure> {
        let shown = shown(url);
        let bad = |words: String| {
            super::refused(format!("{shown} is not the address of a journal")).words(words)
        };
        let (rest, options) = options(url);
        let mut config: Config = rest.parse().map_err(|error| bad(super::words(&error)))?;
        let mut root = None;
        let mut mode = "prefer";
        for (key, value) in &options {
            match *key {
                "sslmode" => mode = value,
                _ => root = Some(PathBuf::from(*value)),
            }
        }
        let (ssl, check) = match mode {
            "disable" => (SslMode::Disable, Check::Nothing),
            "prefer" => (SslMode::Prefer, Check::Nothing),
            // As libpq does: whoever names the authority wants it asked.
            "require" if root.is_some() => (SslMode::Require, Check::Chain),
            "require" => (SslMode::Require, Check::Nothing),
            "verify-ca" => (SslMode::Require, Check::Chain),
            "verify-full" => (SslMode::Require, Check::ChainAndName),
            other => {
                return Err(bad(format!(
                    "sslmode={other}: it is one of disable, prefer, require, verify-ca, verify-full"
                )));
            }
        };
        config.ssl_mode(ssl);
        settle(&mut config, answer);
        let tls = Tls::new(check, root.as_deref()).map_err(bad)?;
        Ok(Self { config, tls, shown })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What the URL left open.
fn settle(config: &mut Config, answer: Duration) {
    if config.get_password().is_none()
        && let Ok(password) = std::env::var("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_application_name().is_none() {
        config.application_name("segue");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(answer);
    }
    // A connection that is cut is found out while nothing is asked, too.
    config.keepalives_idle(answer);
    config.keepalives_interval((answer / 4).max(Duration::from_secs(1)));
    config.keepalives_retries(3);
    config.tcp_user_timeout(answer * 2);
}

/// Takes out of `url` what the client library does not know.
fn options(url: &str) -> (String, Vec<(&str, &str)>) {
    let Some((before, query)) = url.split_once('?') else {
        return (url.to_owned(), Vec::new());
    };
    let ours = |pair: &&str| pair.starts_with("sslmode=") || pair.starts_with("sslrootcert=");
    let (mine, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(ours);
    let options = mine
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .collect();
    (format!("{before}?{}", others.join("&")), options)
}

/// `url` without its password and options, whatever it is made of.
pub(crate) fn shown(url: &str) -> String {
    let before = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = before.split_once("://") else {
        return "an address".into();
    };
    // Up to the last @: a password that should have been encoded has one too.
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{place}")
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (url, what) in [
            ("postgres://h/db", "postgres://h/db"),
            (
                "postgres://u:pw@h:1/db?sslmode=require",
                "postgres://u@h:1/db",
            ),
            ("postgres://u:p@w/x@h/db", "postgres://u@h/db"),
            ("postgres://h/db?password=pw&user=u", "postgres://h/db"),
            ("host=h password=pw", "an address"),
        ] {
            assert_eq!(shown(url), what);
        }
    }

    #[test]
    fn the_ways_of_tls_are_those_of_psql() {
        let parse = |query: &str| {
            Address::parse(
                &format!("postgres://u:pw@h/db{query}"),
                Duration::from_secs(1),
            )
        };
        for (query, mode) in [
            ("", SslMode::Prefer),
            ("?sslmode=disable", SslMode::Disable),
            ("?application_name=x&sslmode=require", SslMode::Require),
            ("?sslmode=verify-full", SslMode::Require),
        ] {
            let address = parse(query).unwrap();
            assert_eq!(address.config.get_ssl_mode(), mode, "{query}");
            assert_eq!(address.to_string(), "postgres://u@h/db");
        }
        for query in [
            "?sslmode=allow",
            "?sslrootcert=/nowhere.pem&sslmode=verify-ca",
            "?colour=1",
        ] {
            let failure = parse(query).err().unwrap();
            assert_eq!(failure.code, "SEG6017", "{query}");
            assert!(!failure.to_string().contains("pw"), "{failure}");
        }
    }
}

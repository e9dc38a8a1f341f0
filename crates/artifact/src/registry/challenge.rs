//! The `WWW-Authenticate` header of a registry.
//! Source: distribution specification, "Token Authentication Specification"; RFC 9110, 11.

use std::collections::BTreeMap;

/// How a registry wants to be asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Challenge {
    /// With the user's name and password.
    Basic,
    /// With a token.
    Bearer(Asked),
}

/// Where a token is given out, and for what.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// The URL of the token service.
    pub realm: String,
    /// For which service, when the registry says so.
    pub service: Option<String>,
    /// For what, when the registry says so.
    pub scope: Option<String>,
}

/// Reads the header; none when it asks for something else.
pub fn parse(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let mut parameters = parameters(rest);
    Some(Challenge::Bearer(Asked {
        realm: parameters.remove("realm")?,
        service: parameters.remove("service"),
        scope: parameters.remove("scope"),
    }))
}

/// `key="value"` or `key=value`, between commas; commas inside quotes stay.
fn parameters(mut text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    while let Some((key, rest)) = text.split_once('=') {
        let key = key.trim_matches([' ', ',']).to_ascii_lowercase();
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
        found.insert(key, value.trim().to_owned());
        text = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_own_example_is_read() {
        let header = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#;
        assert_eq!(
            parse(header),
            Some(Challenge::Bearer(Asked {
                realm: "https://auth.docker.io/token".into(),
                service: Some("registry.docker.io".into()),
                scope: Some("repository:samalba/my-app:pull,push".into()),
            }))
        );
    }

    #[test]
    fn other_schemes_and_rubbish_are_told_apart() {
        assert_eq!(parse("Basic realm=\"x\""), Some(Challenge::Basic));
        for header in [
            "",
            "Negotiate",
            "Bearer",
            "Bearer realm",
            "Bearer service=\"a",
        ] {
            assert_eq!(parse(header), None, "{header}");
        }
    }
}

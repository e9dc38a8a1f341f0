//! Credentials as `docker login`, `az acr login` and `gcloud auth
//! configure-docker` keep them: `config.json` and credential helpers.
//! Source: docker/cli, `cli/config/configfile`; docker/docker-credential-helpers.

use super::Credential;
use crate::code;
use base64::{Engine, engine::general_purpose::STANDARD};
use segue_model::Failure;
use segue_platform::Secret;
use segue_program::{Program, Stop};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, io, path::Path, time::Duration};

/// How long a credential helper may take; some of them ask a cloud.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The user's name with which a helper says that its secret is an identity token.
const TOKEN_USER: &str = "<token>";

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Config {
    auths: BTreeMap<String, Auth>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Auth {
    auth: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// What `file` has for `host`; none without an entry or without the file.
pub async fn credential(file: &Path, host: &str) -> Result<Option<Credential>, Failure> {
    let config = read(file)?;
    let names = names(host);
    let helper = names
        .iter()
        .find_map(|name| Some((name, config.cred_helpers.get(name)?)))
        .or_else(|| config.creds_store.as_ref().map(|store| (&names[0], store)));
    if let Some((name, helper)) = helper
        && let Some(found) = ask(helper, name).await?
    {
        return Ok(Some(found));
    }
    let auth = names.iter().find_map(|name| config.auths.get(name));
    Ok(auth.and_then(stored))
}

/// The names under which a host may stand in the file.
fn names(host: &str) -> Vec<String> {
    match host {
        "docker.io" => vec!["https://index.docker.io/v1/".into(), host.into()],
        _ => vec![host.into(), format!("https://{host}")],
    }
}

fn read(file: &Path) -> Result<Config, Failure> {
    let unreadable = |words: String| {
        code::refused(
            code::UNREADABLE,
            format!("{} cannot be read", file.display()),
        )
        .words(words)
    };
    match fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
        Err(error) => Err(unreadable(error.to_string())),
        // The place alone: serde's own message may quote what stands there.
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| unreadable(format!("not JSON as expected at line {}", error.line()))),
    }
}

fn stored(auth: &Auth) -> Option<Credential> {
    if !auth.identitytoken.is_empty() {
        return Some(Credential::Identity(Secret::new(&auth.identitytoken)));
    }
    let text = String::from_utf8(STANDARD.decode(&auth.auth).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some(Credential::Basic {
        user: user.to_owned(),
        password: Secret::new(password.trim_end_matches('\0')),
    })
}

/// Asks a credential helper; none when it has nothing for this name.
async fn ask(helper: &str, name: &str) -> Result<Option<Credential>, Failure> {
    let failed = |why: &str| {
        Failure::denied(
            code::DENIED,
            format!("the credential helper `{helper}` {why} for {name}"),
        )
    };
    if !helper
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    {
        return Err(failed("has no helper's name"));
    }
    let program = format!("docker-credential-{helper}");
    let output = Program::new(program, ["get"])
        .answer(name, TIMEOUT)
        .await
        .map_err(|stop| match stop {
            Stop::Missing(error) => failed("cannot be run").words(error.to_string()),
            Stop::Slow | Stop::Large => failed("gave no answer"),
        })?;
    if !output.success {
        // The protocol: this sentence, on standard output.
        let nothing = String::from_utf8_lossy(&output.text).contains("credentials not found");
        return if nothing {
            Ok(None)
        } else {
            Err(failed("failed").words(output.words))
        };
    }
    let answer: Answer =
        serde_json::from_slice(&output.text).map_err(|_| failed("answered badly"))?;
    let secret = Secret::new(answer.secret);
    Ok(Some(match answer.username.as_str() {
        TOKEN_USER => Credential::Identity(secret),
        user => Credential::Basic {
            user: user.to_owned(),
            password: secret,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(config: &str, host: &str) -> Result<Option<Credential>, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), config).unwrap();
        credential(file.path(), host).await
    }

    #[tokio::test]
    async fn what_docker_login_stored_is_found() {
        let config = r#"{"auths": {"r.example": {"auth": "bWU6cHc="}, "az.example": {"auth": "bWU6", "identitytoken": "id"},
            "https://index.docker.io/v1/": {"auth": "bWU6cHc="}}, "HttpHeaders": {}}"#;
        for host in ["r.example", "docker.io"] {
            let Some(Credential::Basic { user, password }) = found(config, host).await.unwrap()
            else {
                panic!("{host}");
            };
            assert_eq!((user.as_str(), password.expose()), ("me", "pw"));
        }
        let identity = found(config, "az.example").await.unwrap();
        assert!(matches!(identity, Some(Credential::Identity(token)) if token.expose() == "id"));
        assert!(found(config, "other.example").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn no_file_is_no_credential() {
        let none = credential(Path::new("/nowhere/config.json"), "r.example").await;
        assert!(none.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_broken_file_is_told_without_its_content() {
        let failure = found(r#"{"auths": "hunter2"}"#, "r.example")
            .await
            .unwrap_err();
        assert_eq!(failure.code, code::UNREADABLE);
        assert!(!format!("{failure:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_helper_that_is_not_there_or_no_name_is_told() {
        for helper in ["nowhere", "../evil"] {
            let config = format!(r#"{{"credHelpers": {{"r.example": "{helper}"}}}}"#);
            let failure = found(&config, "r.example").await.unwrap_err();
            assert!(failure.what.contains(helper), "{failure}");
        }
    }
}

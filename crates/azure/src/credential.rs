//! Which credential the surroundings offer.

use crate::{access::Credential, errors};
use azure_core::{
    credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions},
    time::{Duration, OffsetDateTime},
};
use azure_identity::{
    ClientSecretCredential, DeveloperToolsCredential, ManagedIdentityCredential,
    WorkloadIdentityCredential,
};
use segue_model::Failure;
use std::{fmt, sync::Arc};

pub(crate) fn of(credential: &Credential) -> Result<Arc<dyn TokenCredential>, Failure> {
    match credential {
        Credential::Token(token) => Ok(Arc::new(Static(token.expose().to_owned()))),
        Credential::Identity => identity(Source::choose(variable))
            .map_err(|error| errors::from_sdk("cannot set up a credential for Azure", &error)),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where tokens come from. The variables are those of Azure's own SDKs and of
/// the platforms that set them.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// A Kubernetes service account's token (`AZURE_FEDERATED_TOKEN_FILE`).
    Workload,
    /// A service principal's secret (`AZURE_CLIENT_SECRET`).
    Principal,
    /// A managed identity (`IDENTITY_ENDPOINT`, or asked for by
    /// `AZURE_TOKEN_CREDENTIALS=prod`, since a virtual machine announces nothing).
    Managed,
    /// `az login` or `azd auth login`.
    Developer,
}

impl Source {
    fn choose(variable: impl Fn(&str) -> Option<String>) -> Self {
        let asked = variable("AZURE_TOKEN_CREDENTIALS").unwrap_or_default();
        if variable("AZURE_FEDERATED_TOKEN_FILE").is_some() {
            Self::Workload
        } else if variable("AZURE_CLIENT_SECRET").is_some() {
            Self::Principal
        } else if variable("IDENTITY_ENDPOINT").is_some()
            || ["prod", "managedidentitycredential"].contains(&asked.to_ascii_lowercase().as_str())
        {
            Self::Managed
        } else {
            Self::Developer
        }
    }
}

fn identity(source: Source) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let needed = |name: &str| variable(name).unwrap_or_default();
    Ok(match source {
        Source::Workload => WorkloadIdentityCredential::new(None)?,
        Source::Managed => ManagedIdentityCredential::new(None)?,
        Source::Developer => DeveloperToolsCredential::new(None)?,
        // Empty values are refused by the constructor, in its own words.
        Source::Principal => ClientSecretCredential::new(
            &needed("AZURE_TENANT_ID"),
            needed("AZURE_CLIENT_ID"),
            Secret::new(needed("AZURE_CLIENT_SECRET")),
            None,
        )?,
    })
}

/// A bearer token as it is.
struct Static(String);

impl fmt::Debug for Static {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Static(…)")
    }
}

#[async_trait::async_trait]
impl TokenCredential for Static {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        // The SDK refreshes early; a day is far enough for it never to ask twice in a release.
        let expires = OffsetDateTime::now_utc() + Duration::days(1);
        Ok(AccessToken::new(Secret::new(self.0.clone()), expires))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(set: &[(&str, &str)]) -> Source {
        Source::choose(|name| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_surroundings_decide_where_tokens_come_from() {
        assert_eq!(chosen(&[]), Source::Developer);
        assert_eq!(
            chosen(&[("IDENTITY_ENDPOINT", "http://x")]),
            Source::Managed
        );
        assert_eq!(
            chosen(&[("AZURE_TOKEN_CREDENTIALS", "prod")]),
            Source::Managed
        );
        assert_eq!(chosen(&[("AZURE_CLIENT_SECRET", "s")]), Source::Principal);
        let both = [
            ("AZURE_FEDERATED_TOKEN_FILE", "f"),
            ("AZURE_CLIENT_SECRET", "s"),
        ];
        assert_eq!(chosen(&both), Source::Workload);
    }

    #[test]
    fn a_static_token_is_never_shown() {
        assert!(!format!("{:?}", Static("very-secret".into())).contains("very-secret"));
    }
}

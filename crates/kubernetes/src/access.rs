//! How to get at a cluster.

use crate::errors;
use hyper_util::client::proxy::matcher::Matcher;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use segue_model::{Failure, FailureKind, Fault};
use segue_platform::Timeouts;

/// How to get at a cluster.
#[derive(Clone)]
pub enum Access {
    /// By a context of the user's kubeconfig (`KUBECONFIG`, or `~/.kube/config`).
    Kubeconfig {
        /// The context's name.
        context: String,
    },
    /// By address and bearer token.
    Direct {
        /// The API server's address, without a path.
        url: String,
        /// The bearer token.
        token: String,
    },
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kubeconfig { context } => write!(f, "context {context}"),
            Self::Direct { url, .. } => f.write_str(url),
        }
    }
}

impl Access {
    pub(crate) async fn client(self, timeouts: &Timeouts) -> Result<Client, Failure> {
        let mut config = match self {
            Self::Kubeconfig { context } => from_context(&context).await?,
            Self::Direct { url, token } => direct(&url, token)?,
        };
        // The engine decides what is tried again, and when.
        config.default_retry = false;
        config.connect_timeout = Some(timeouts.connect);
        config.write_timeout = Some(timeouts.answer);
        Client::try_from(config).map_err(|error| {
            unusable("the cluster's address makes no client").words(errors::chain(&error))
        })
    }
}

fn direct(url: &str, token: String) -> Result<Config, Failure> {
    let address = url.parse().map_err(|error: http::uri::InvalidUri| {
        unusable(format!("`{url}` is not a cluster's address")).words(error.to_string())
    })?;
    let mut config = Config::new(address);
    config.auth_info.token = Some(token.into());
    Ok(config)
}

async fn from_context(context: &str) -> Result<Config, Failure> {
    let kubeconfig = Kubeconfig::read().map_err(|error| {
        unusable("the kubeconfig cannot be read")
            .words(errors::chain(&error))
            .hint("check KUBECONFIG, or ~/.kube/config")
    })?;
    known(&kubeconfig, context)?;
    let options = KubeConfigOptions {
        context: Some(context.to_owned()),
        ..KubeConfigOptions::default()
    };
    let own = own_proxy(&kubeconfig, context);
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| {
            unusable(format!("the context `{context}` cannot be used")).words(errors::chain(&error))
        })?;
    // The client takes HTTPS_PROXY for every cluster, and asks NO_PROXY about the
    // proxy's address in place of the cluster's.
    if !own {
        config.proxy_url = proxy(&Matcher::from_env(), &config.cluster_url);
    }
    Ok(config)
}

/// Whether the context's cluster has a `proxy-url` of its own in the kubeconfig.
fn own_proxy(kubeconfig: &Kubeconfig, context: &str) -> bool {
    let named = kubeconfig.contexts.iter().find(|it| it.name == context);
    let cluster = named.and_then(|it| Some(it.context.as_ref()?.cluster.as_str()));
    kubeconfig
        .clusters
        .iter()
        .find(|it| Some(it.name.as_str()) == cluster)
        .and_then(|it| it.cluster.as_ref()?.proxy_url.as_deref())
        .is_some_and(|url| !url.is_empty())
}

/// The proxy that the surroundings put before `address`.
fn proxy(surroundings: &Matcher, address: &http::Uri) -> Option<http::Uri> {
    surroundings
        .intercept(address)
        .map(|proxy| proxy.uri().clone())
}

/// That `context` stands in the kubeconfig.
fn known(kubeconfig: &Kubeconfig, context: &str) -> Result<(), Failure> {
    let names: Vec<&str> = kubeconfig
        .contexts
        .iter()
        .map(|named| named.name.as_str())
        .collect();
    if names.contains(&context) {
        return Ok(());
    }
    let hint = if names.is_empty() {
        "the kubeconfig holds no context at all".to_owned()
    } else {
        format!("the kubeconfig holds {}", names.join(", "))
    };
    Err(unusable(format!("no context `{context}` in the kubeconfig")).hint(hint))
}

fn unusable(what: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Step, Fault::User, errors::ACCESS, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubeconfig(text: &str) -> Kubeconfig {
        Kubeconfig::from_yaml(text).unwrap()
    }

    #[test]
    fn a_missing_context_names_those_that_exist() {
        let given = kubeconfig(
            "contexts:\n- {name: aks, context: {cluster: a}}\n- {name: gke, context: {cluster: g}}",
        );
        assert!(known(&given, "aks").is_ok());
        let failure = known(&given, "aks-production").unwrap_err();
        assert_eq!(failure.code, "SEG3001");
        assert_eq!(failure.hint, "the kubeconfig holds aks, gke");
    }

    #[test]
    fn an_empty_kubeconfig_says_so() {
        let failure = known(&Kubeconfig::default(), "aks").unwrap_err();
        assert!(failure.hint.contains("no context at all"));
    }

    #[test]
    fn no_proxy_is_about_the_cluster_and_proxy_url_goes_before_the_surroundings() {
        let surroundings = Matcher::builder()
            .https("http://proxy.example:3128")
            .no("10.0.0.0/8,.internal.example")
            .build();
        let through = |url: &str| {
            proxy(&surroundings, &url.parse().unwrap()).map(|it| it.host().unwrap().to_owned())
        };
        assert_eq!(
            through("https://cluster.example:6443").as_deref(),
            Some("proxy.example")
        );
        assert_eq!(through("https://10.1.2.3:6443"), None);
        assert_eq!(through("https://aks.internal.example"), None);
        let given = kubeconfig(
            "contexts:\n- {name: a, context: {cluster: one}}\n- {name: b, context: {cluster: two}}\n\
             clusters:\n- {name: one, cluster: {server: https://x, proxy-url: http://p:1}}\n\
             - {name: two, cluster: {server: https://y}}",
        );
        assert!(own_proxy(&given, "a") && !own_proxy(&given, "b"));
    }

    #[test]
    fn a_token_is_never_shown() {
        let access = Access::Direct {
            url: "http://127.0.0.1:1".into(),
            token: "hush".into(),
        };
        assert!(!format!("{access:?}").contains("hush"));
    }
}

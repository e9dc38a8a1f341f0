//! Pub/Sub push subscriptions. Paused means without a push configuration: the
//! subscription becomes a pull one, and its messages wait there.
//!
//! Source: <https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/modifyPushConfig>.

use crate::{Access, access::not_connected, errors};
use google_cloud_pubsub::{
    client::SubscriptionAdmin,
    model::{PushConfig, Subscription},
};
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, asking};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The subscriptions of one project.
#[derive(Debug, Clone)]
pub(crate) struct Pubsub {
    client: SubscriptionAdmin,
    project: String,
}

/// How a subscription pushed when it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Former {
    /// Whether it pushed nowhere already.
    paused: bool,
    /// Its push configuration, as the API writes it.
    #[serde(default)]
    push_config: Value,
}

impl Pubsub {
    pub(crate) async fn connect(access: &Access, project: &str) -> Result<Self, Failure> {
        let at = access.endpoints.pubsub.as_ref();
        let client = access
            .client(SubscriptionAdmin::builder(), at)?
            .build()
            .await;
        Ok(Self {
            client: client.map_err(not_connected)?,
            project: project.to_owned(),
        })
    }

    pub(super) async fn read(&self, id: &str) -> Result<Evidence, Failure> {
        let former = former(&self.subscription(id).await?)?;
        let summary = match former.paused {
            true => format!("{id} does not push"),
            false => format!("{id} pushes"),
        };
        Ok(Evidence::with_output(summary, json!(former)))
    }

    pub(super) async fn pause(
        &self,
        call: &Call,
        id: &str,
        former: &Former,
    ) -> Result<Evidence, Failure> {
        if former.paused {
            return Ok(Evidence::seen(format!("{id} was paused already")));
        }
        if push(&self.subscription(id).await?).is_some() {
            self.modify(call, id, PushConfig::new()).await?;
        }
        Ok(Evidence::seen(format!("{id} keeps its messages")))
    }

    pub(super) async fn restore(
        &self,
        call: &Call,
        id: &str,
        former: &Former,
    ) -> Result<Evidence, Failure> {
        if former.paused {
            return Ok(Evidence::seen(format!(
                "{id} was paused before, and stays so"
            )));
        }
        if self.is_as(id, former).await? {
            return Ok(Evidence::seen(format!("{id} pushes again")));
        }
        let config = PushConfig::deserialize(&former.push_config).map_err(|error| {
            Failure::internal(
                errors::INPUT,
                format!("the former state of {id} cannot be read"),
            )
            .words(error.to_string())
        })?;
        self.modify(call, id, config).await?;
        if self.is_as(id, former).await? {
            return Ok(Evidence::seen(format!("{id} pushes again")));
        }
        Err(Failure::step(
            errors::TRIGGER,
            format!("{id} did not take its push configuration back"),
        )
        .by(Fault::Platform))
    }

    async fn is_as(&self, id: &str, former: &Former) -> Result<bool, Failure> {
        let subscription = self.subscription(id).await?;
        Ok(push(&subscription).map(|config| json!(config)).as_ref() == Some(&former.push_config))
    }

    /// The subscription called `id`, or by its full name.
    pub(crate) async fn subscription(&self, id: &str) -> Result<Subscription, Failure> {
        asking(
            self.client
                .get_subscription()
                .set_subscription(self.name(id))
                .send(),
        )
        .await
        .map_err(|error| errors::failure(format!("the subscription {id} was not read"), &error))
    }

    async fn modify(&self, call: &Call, id: &str, config: PushConfig) -> Result<(), Failure> {
        call.before_effect()?;
        asking(
            self.client
                .modify_push_config()
                .set_subscription(self.name(id))
                .set_push_config(config)
                .send(),
        )
        .await
        .map_err(|error| errors::failure(format!("{id}'s push was not changed"), &error))
    }

    fn name(&self, id: &str) -> String {
        match id.starts_with("projects/") {
            true => id.to_owned(),
            false => format!("projects/{}/subscriptions/{id}", self.project),
        }
    }
}

/// The configuration by which it pushes; none when it does not push.
pub(crate) fn push(subscription: &Subscription) -> Option<&PushConfig> {
    subscription
        .push_config
        .as_ref()
        .filter(|config| !config.push_endpoint.is_empty())
}

/// The state to be journaled. An endpoint that carries a secret in its address
/// is refused: the journal must hold none, and without it the push could not be
/// given back.
fn former(subscription: &Subscription) -> Result<Former, Failure> {
    let Some(config) = push(subscription) else {
        return Ok(Former {
            paused: true,
            push_config: Value::Null,
        });
    };
    if carries_secret(&config.push_endpoint) {
        let what = format!(
            "the push endpoint of {} carries a secret",
            subscription.name
        );
        return Err(Failure::step(errors::TRIGGER, what)
            .by(Fault::User)
            .hint("let the subscription push with an OIDC token instead of one in its address"));
    }
    Ok(Former {
        paused: false,
        push_config: json!(config),
    })
}

fn carries_secret(endpoint: &str) -> bool {
    const NAMES: [&str; 6] = ["token", "secret", "password", "key", "sig", "code"];
    let Ok(url) = url::Url::parse(endpoint) else {
        return false;
    };
    url.password().is_some()
        || url.query_pairs().any(|(name, _)| {
            let name = name.to_ascii_lowercase();
            NAMES.iter().any(|secret| name.contains(secret))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushing_to(endpoint: &str) -> Subscription {
        let config = PushConfig::new()
            .set_push_endpoint(endpoint)
            .set_attributes([("x-goog-version", "v1")]);
        Subscription::new().set_push_config(config)
    }

    #[test]
    fn the_state_holds_the_whole_configuration() {
        let former = former(&pushing_to("https://notifier.run.app/push")).unwrap();
        assert!(!former.paused);
        assert_eq!(
            former.push_config,
            json!({
                "pushEndpoint": "https://notifier.run.app/push",
                "attributes": {"x-goog-version": "v1"},
            })
        );
    }

    #[test]
    fn without_an_endpoint_it_is_paused() {
        assert!(former(&Subscription::new()).unwrap().paused);
        assert!(former(&pushing_to("")).unwrap().paused);
    }

    #[test]
    fn a_secret_in_the_address_is_not_journaled() {
        for endpoint in [
            "https://x/push?token=abc",
            "https://u:p@x/",
            "https://x/?api_Key=1",
        ] {
            let failure = former(&pushing_to(endpoint)).unwrap_err();
            assert!(!failure.to_string().contains("abc"));
        }
        assert!(former(&pushing_to("https://x/push?source=orders")).is_ok());
    }
}

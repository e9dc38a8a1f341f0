//! `pubsub-push.check`: a subscription pushes to the service, as somebody whom
//! the service lets in.

use crate::{Access, errors, iam, run::api::Api, settings, triggers};
use async_trait::async_trait;
use google_cloud_iam_v1::model::Policy;
use google_cloud_pubsub::model::{PushConfig, Subscription};
use google_cloud_run_v2::model::Service;
use segue_model::{Evidence, Failure, Fault};
use segue_platform::{Call, Performer};
use serde::Deserialize;
use serde_json::Value;

/// Checks that a push subscription reaches its service. Input: `{"project",
/// "region", "subscription", "service"}`.
///
/// While the subscription is paused it pushes nowhere, and nothing can be
/// compared: the evidence then says so. The check says most after the trigger
/// was given back.
#[derive(Debug, Clone)]
pub struct PubsubPushCheck {
    access: Access,
    run: Api,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    project: String,
    region: String,
    subscription: String,
    service: String,
}

impl PubsubPushCheck {
    /// Makes the clients; calls nothing yet.
    ///
    /// # Errors
    /// `Denied` when there are no credentials.
    pub async fn connect(access: &Access) -> Result<Self, Failure> {
        Ok(Self {
            access: access.clone(),
            run: Api::connect(access).await?,
        })
    }
}

#[async_trait]
impl Performer for PubsubPushCheck {
    async fn perform(&self, _: &Call, input: &Value) -> Result<Evidence, Failure> {
        let input: Input = settings::input("pubsub-push.check", input)?;
        let pubsub = triggers::Pubsub::connect(&self.access, &input.project).await?;
        let name = format!(
            "projects/{}/locations/{}/services/{}",
            input.project, input.region, input.service
        );
        let subscription = pubsub.subscription(&input.subscription).await?;
        let service = self.run.existing(&name).await?;
        let policy = self.run.policy(&name).await?;
        judge(&subscription, &service, &policy).map(Evidence::seen)
    }
}

/// What the check says of what was read.
fn judge(
    subscription: &Subscription,
    service: &Service,
    policy: &Policy,
) -> Result<String, Failure> {
    let Some(push) = triggers::push(subscription) else {
        return Ok(format!(
            "{} is paused: it pushes nowhere, and keeps its messages",
            subscription.name
        ));
    };
    if !addresses(service).any(|address| leads_to(&push.push_endpoint, address)) {
        return Err(fault(format!(
            "{} does not push to {}",
            subscription.name, service.name
        ))
        .words(without_query(&push.push_endpoint)));
    }
    let member = member(push);
    let is_invoker = |role: &str| role == iam::INVOKER;
    if !service.invoker_iam_disabled && !iam::reaches(policy, is_invoker, &member) {
        return Err(fault(format!("{member} may not call {}", service.name))
            .hint("name it among the module's invokers"));
    }
    Ok(format!("{} reaches the service", subscription.name))
}

/// As whom the subscription pushes.
fn member(push: &PushConfig) -> String {
    match push.oidc_token() {
        Some(token) => format!("serviceAccount:{}", token.service_account_email),
        None => "allUsers".to_owned(),
    }
}

fn addresses(service: &Service) -> impl Iterator<Item = &str> {
    std::iter::once(service.uri.as_str())
        .chain(service.urls.iter().map(String::as_str))
        .filter(|address| !address.is_empty())
}

/// Whether `endpoint` is `address` or a path below it.
fn leads_to(endpoint: &str, address: &str) -> bool {
    endpoint
        .strip_prefix(address.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// An endpoint's query may hold a secret.
fn without_query(endpoint: &str) -> &str {
    endpoint.split('?').next().unwrap_or_default()
}

fn fault(what: String) -> Failure {
    Failure::step(errors::PUSH, what).by(Fault::User)
}

#[cfg(test)]
mod tests {
    use super::*;
    use google_cloud_iam_v1::model::Binding;
    use google_cloud_pubsub::model::push_config::OidcToken;

    fn subscription(endpoint: &str) -> Subscription {
        let push = PushConfig::new()
            .set_push_endpoint(endpoint)
            .set_oidc_token(OidcToken::new().set_service_account_email("push@p"));
        Subscription::new().set_push_config(push)
    }

    fn service() -> Service {
        Service::new().set_uri("https://notifier.run.app")
    }

    fn admits(member: &str) -> Policy {
        let binding = Binding::new().set_role(iam::INVOKER).set_members([member]);
        Policy::new().set_bindings([binding])
    }

    #[test]
    fn endpoint_and_invoker_must_fit() {
        let good = subscription("https://notifier.run.app/push");
        let push = admits("serviceAccount:push@p");
        assert!(judge(&good, &service(), &push).is_ok());
        assert!(judge(&good, &service(), &admits("allUsers")).is_ok());
        let denied = judge(&good, &service(), &Policy::new()).unwrap_err();
        assert!(denied.what.contains("serviceAccount:push@p"));
        let elsewhere = subscription("https://notifier.run.app.evil.example/?token=abc");
        let failure = judge(&elsewhere, &service(), &push).unwrap_err();
        assert!(!failure.to_string().contains("abc"));
    }

    #[test]
    fn a_paused_subscription_has_nothing_to_compare() {
        let said = judge(&Subscription::new(), &service(), &Policy::new()).unwrap();
        assert!(said.contains("paused"));
    }
}

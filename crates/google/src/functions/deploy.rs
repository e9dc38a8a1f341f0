//! Stage: a new build and a new revision; the live one keeps its traffic.

use crate::{
    errors,
    functions::{
        CloudFunctions,
        function::{self, Description, Wanted},
    },
    run::{
        api::{self, Sent},
        traffic,
    },
};
use google_cloud_functions_v2::model::{Function, function::State};
use segue_model::{Evidence, Failure};
use segue_platform::Call;

impl CloudFunctions {
    /// Puts the revision in place under the tag, and lets its invokers in.
    pub(super) async fn put(&self, call: &Call, wanted: &Wanted) -> Result<Evidence, Failure> {
        self.describe(call, &wanted.name, &wanted.description)
            .await?;
        let (function, service, revision) = self.staged(wanted).await?;
        self.is_built(&function, &service, &revision, &wanted.description)
            .await?;
        self.run
            .route(call, &service, |service| {
                Ok(traffic::staged(service, &revision))
            })
            .await?;
        self.run
            .admit(call, &service, &wanted.access.invokers)
            .await?;
        Ok(Evidence::seen(format!("{revision} is ready")))
    }

    /// Makes the function's description the wanted one and waits until it is deployed.
    pub(super) async fn describe(
        &self,
        call: &Call,
        name: &str,
        wanted: &Description,
    ) -> Result<(), Failure> {
        for _ in api::rounds() {
            let present = self.api.settled(call, name).await?;
            if let Some(function) = &present
                && wanted.is_of(function)
            {
                match function.state {
                    State::Active => return Ok(()),
                    _ if made_by(function, call) => return Err(failed(function)),
                    // An earlier release tried the same and failed; this one tries anew.
                    _ => {}
                }
            }
            let function = wanted.applied(name, present.as_ref(), &call.key);
            let sent = match &present {
                None => self.api.create(call, function).await?,
                Some(present) => {
                    self.pin(call, present).await?;
                    self.api.update(call, function).await?
                }
            };
            if let Sent::Taken = sent {
                return Ok(());
            }
        }
        Err(api::contended(name))
    }

    /// Names the revisions that take traffic: with a target `LATEST` the new
    /// one would take it as soon as it is ready.
    async fn pin(&self, call: &Call, function: &Function) -> Result<(), Failure> {
        let Some(service) = function::underlying(function) else {
            return Ok(());
        };
        let is_live = |service| !traffic::shares(&service).is_empty();
        if !self.run.service(service).await?.is_some_and(is_live) {
            // Nothing takes traffic: there is nothing to hold.
            return Ok(());
        }
        self.run
            .route(call, service, |service| {
                let tagged = traffic::tagged(&service.traffic);
                let live = traffic::shares(service);
                Ok(traffic::targets(&service.traffic, &live, tagged))
            })
            .await
            .map(drop)
    }

    /// Fails when the newest revision is not of the wanted version: the API
    /// describes a function as wanted even where its build failed.
    async fn is_built(
        &self,
        function: &Function,
        service: &str,
        revision: &str,
        wanted: &Description,
    ) -> Result<(), Failure> {
        let found = self.run.revision(service, revision).await?;
        match found.as_ref().and_then(super::environment) {
            Some(version) if Some(version) != wanted.version() => Err(failed(function)),
            _ => Ok(()),
        }
    }
}

fn made_by(function: &Function, call: &Call) -> bool {
    function.labels.get(function::OPERATION).map(String::as_str) == Some(call.key.as_str())
}

/// The function was not deployed, in the words of its state.
pub(super) fn failed(function: &Function) -> Failure {
    let words: Vec<_> = function
        .state_messages
        .iter()
        .map(|message| message.message.as_str())
        .collect();
    let state = function.state.name().unwrap_or("UNKNOWN");
    Failure::step(errors::FUNCTION, format!("{} is {state}", function.name))
        .words(words.join("; "))
        .hint("the build's log is in Cloud Build, the container's in Cloud Logging")
}

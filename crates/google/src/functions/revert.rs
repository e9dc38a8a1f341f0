//! Revert: traffic first, then the description.
//!
//! Traffic goes back to the former revision by name, at once; that is what
//! callers see. Then the former source, runtime and version are written back
//! into the function's description, without traffic (a build of its own, which
//! nobody calls). It must be: whoever changes anything else of the function
//! next, a memory limit say, deploys what the description holds, and Google's
//! tools send all traffic there. Where the former source cannot be built any
//! more, the former revision serves all the same, and the evidence says so.

use crate::{
    errors,
    functions::{CloudFunctions, function},
    run::{observe::Former, traffic},
};
use segue_model::{Evidence, Failure, FailureKind};
use segue_platform::Call;

impl CloudFunctions {
    /// Gives the former revisions their traffic back and the function its
    /// former description.
    pub(super) async fn bring_back(
        &self,
        call: &Call,
        name: &str,
        former: &Former,
    ) -> Result<Evidence, Failure> {
        let Some(leading) = former.leading() else {
            return Ok(Evidence::seen("no revision was live before"));
        };
        let function = self.api.function(name).await?.ok_or_else(|| {
            Failure::step(errors::NOT_FOUND, format!("{name} is not there any more"))
        })?;
        let service = function::underlying(&function).ok_or_else(|| {
            Failure::step(errors::NOT_FOUND, format!("{name} has no service any more"))
        })?;
        self.route_back(call, service, former).await?;
        let back = format!("{leading} has its traffic back");
        let Some(description) = &former.function else {
            return Ok(Evidence::seen(back));
        };
        match self.describe(call, name, description).await {
            Ok(()) => {}
            Err(failure) if failure.kind == FailureKind::Step => {
                let summary = format!("{back}; its former source was not deployed: {failure}");
                return Ok(Evidence::seen(summary));
            }
            Err(failure) => return Err(failure),
        }
        self.route_back(call, service, former).await?;
        Ok(Evidence::seen(format!("{back}, the function its source")))
    }

    async fn route_back(&self, call: &Call, service: &str, former: &Former) -> Result<(), Failure> {
        self.run
            .route(call, service, |service| {
                Ok(traffic::targets(&service.traffic, &former.traffic, None))
            })
            .await
            .map(drop)
    }

    /// Removes the function that this release made. One that bears no mark of
    /// Segue was made by somebody else meanwhile, and is left alone.
    pub(super) async fn remove(&self, call: &Call, name: &str) -> Result<Evidence, Failure> {
        match self.api.function(name).await? {
            None => Ok(Evidence::seen("there was none, and there is none")),
            Some(function) if function.labels.contains_key(function::OPERATION) => {
                self.api.delete(call, name).await?;
                Ok(Evidence::seen("removed: there was none before"))
            }
            Some(_) => Err(Failure::step(
                errors::NOT_FOUND,
                format!("{name} was made by somebody else, and is left as it is"),
            )),
        }
    }
}

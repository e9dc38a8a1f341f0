//! Revert: traffic to the former revisions by name, the tag gone.
//!
//! The template stays what it is: writing the former one back would start a
//! revision that nobody calls. The next release writes its own.

use crate::{
    errors,
    run::{api::Api, observe::Former, service::VERSION, traffic},
};
use segue_model::{Evidence, Failure};
use segue_platform::Call;

/// Gives the former revisions back their shares.
pub(crate) async fn bring_back(
    api: &Api,
    call: &Call,
    name: &str,
    former: &Former,
) -> Result<Evidence, Failure> {
    if former.traffic.is_empty() {
        // The service was there and had never served: nothing can be brought back.
        return Ok(Evidence::seen("no revision was live before"));
    }
    api.route(call, name, |service| {
        Ok(traffic::targets(&service.traffic, &former.traffic, None))
    })
    .await?;
    let leading = former.leading().unwrap_or_default();
    Ok(Evidence::seen(format!("{leading} has its traffic back")))
}

/// Removes the service that this release made. One that bears no mark of Segue
/// was made by somebody else meanwhile, and is left alone.
pub(crate) async fn remove(api: &Api, call: &Call, name: &str) -> Result<Evidence, Failure> {
    match api.service(name).await? {
        None => Ok(Evidence::seen("there was none, and there is none")),
        Some(service) if service.annotations.contains_key(VERSION) => {
            api.delete(call, name).await?;
            Ok(Evidence::seen("removed: there was none before"))
        }
        Some(_) => Err(Failure::step(
            errors::NOT_FOUND,
            format!("{name} was made by somebody else, and is left as it is"),
        )),
    }
}
